"""The trust light: one sign, one word, and the reasons."""

from dataclasses import dataclass

from rsrg.results.trust import LEVELS, Check, Level, worst

SIGNS: dict[Level, str] = {"good": "✓", "note": "ℹ", "care": "▲", "bad": "✗"}
WORDS: dict[Level, str] = {
    "good": "Its numbers can be relied on",
    "care": "Its numbers are to be taken with care",
    "bad": "Its numbers cannot be relied on",
}


@dataclass(frozen=True)
class Light:
    """What the worst check says. mark: a CSS class."""

    mark: str
    sign: str
    words: str


@dataclass(frozen=True)
class ShownCheck:
    """A check with its sign."""

    subject: str
    level: Level
    reason: str
    sign: str
    mark: str


def light(checks: list[Check]) -> Light:
    """The light of a run."""
    level = worst(checks)
    return Light(level, {"good": "●", "care": "▲", "bad": "■"}[level], WORDS[level])


def shown_checks(checks: list[Check]) -> list[ShownCheck]:
    """The checks, what matters most first."""
    ordered = sorted(checks, key=lambda c: -LEVELS.index(c.level))
    return [ShownCheck(c.subject, c.level, c.reason, SIGNS[c.level], c.level) for c in ordered]
