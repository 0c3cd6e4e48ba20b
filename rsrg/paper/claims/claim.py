"""What a claim is, and how its numbers decide it.

A claim holds the paper's statement, the numbers that decide it, and one call that shows the first
of them. Its verdict is computed from the numbers: they agree as the paper states it, or under a
named condition, or not. What must agree, whatever the numbers, is no evidence, and is said so.
"""

import math
from dataclasses import dataclass
from typing import Literal

from rsrg.paper.agreement import rounds_to, same_order

Verdict = Literal["reproduced", "reproduced only if", "not reproduced", "holds by construction"]

CLOSED_FORM_ERROR = 1e-10  # relative error given to a closed form or quadrature: far above both


@dataclass(frozen=True)
class Number:
    """One computed number: what it is, its error, and whether it agrees with the paper.

    paper: the paper's own, None where it states none. agrees: None for a number only shown.
    """

    what: str
    value: float
    paper: float | None = None
    error: float = 0.0
    agrees: bool | None = None


def _error(value: float, error: float | None) -> float:
    """The error given, else that of rounding; a count, and what is not finite, has none."""
    if isinstance(value, int) or not math.isfinite(value):
        return 0.0
    return CLOSED_FORM_ERROR * abs(value) if error is None else error


def printed(
    what: str, value: float, paper: float, decimals: int, error: float | None = None
) -> Number:
    """Agrees if it rounds to what the paper prints."""
    return Number(what, value, paper, _error(value, error), rounds_to(value, paper, decimals))


def one_digit(what: str, value: float, paper: float, error: float | None = None) -> Number:
    """Agrees if it rounds to the same one significant digit as the paper's number."""
    return printed(what, value, paper, -math.floor(math.log10(abs(paper))), error)


def order(what: str, value: float, paper: float, error: float | None = None) -> Number:
    """Agrees if within a factor √10: the same order of magnitude."""
    return Number(what, value, paper, _error(value, error), same_order(value, paper))


def between(
    what: str,
    value: float,
    low: float,
    high: float,
    paper: float | None = None,
    error: float | None = None,
) -> Number:
    """Agrees if low ≤ value ≤ high."""
    return Number(what, value, paper, _error(value, error), bool(low <= value <= high))


def equal(
    what: str, value: float, paper: float, tolerance: float, error: float | None = None
) -> Number:
    """Agrees if |value − paper| ≤ tolerance."""
    return Number(what, value, paper, _error(value, error), bool(abs(value - paper) <= tolerance))


def shown(what: str, value: float, error: float | None = None) -> Number:
    """Decides nothing."""
    return Number(what, value, None, _error(value, error))


@dataclass(frozen=True)
class Claim:
    """A statement of the paper and what rsrg computes of it.

    numbers: as stated. condition and under: what must be changed, and the numbers then. finding:
    the point of PHYSICS §6, or a letter for a later one. call: Python that gives the first number.
    by_construction: the numbers cannot disagree, since the statement went into them.
    """

    key: str
    where: str
    statement: str
    numbers: tuple[Number, ...]
    call: str
    condition: str = ""
    under: tuple[Number, ...] = ()
    finding: str = ""
    comment: str = ""
    by_construction: bool = False

    @property
    def verdict(self) -> Verdict:
        """From the numbers only, unless these had no choice."""
        if _all_agree(self.numbers):
            return "holds by construction" if self.by_construction else "reproduced"
        return "reproduced only if" if _all_agree(self.under) else "not reproduced"

    @property
    def verdict_text(self) -> str:
        """The verdict, with its condition where it has one."""
        verdict = self.verdict
        return f"{verdict} {self.condition}" if verdict == "reproduced only if" else verdict


def _all_agree(numbers: tuple[Number, ...]) -> bool:
    decisive = [n.agrees for n in numbers if n.agrees is not None]
    return bool(decisive) and all(decisive)


def truncated(value: float, decimals: int) -> float:
    """The number with its digits after `decimals` cut off, not rounded."""
    return math.floor(value * 10**decimals) / 10**decimals
