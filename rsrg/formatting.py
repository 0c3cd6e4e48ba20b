"""Quantities as text: numbers with errors, lengths, sizes in bytes, durations; and for JSON."""

import math
import shlex
from pathlib import Path
from typing import Any

NONE = "–"  # in a table: there is no such number
LONG_NUMBER = 999_999.5  # from it on `g` writes an exponent: it rounds to six digits


def with_error(value: float, stderr: float) -> str:
    """A value with its standard error in parentheses, two digits of it: 0.4711(23).

    An exact value (stderr 0) is given to five decimals, an unknown error as (?).
    """
    if stderr == 0.0:
        return f"{value:.5f}"
    if not math.isfinite(stderr):
        return f"{value:.5g}(?)"
    decimals = 1 - math.floor(math.log10(stderr))
    if round(stderr * 10**decimals) == 100:  # 0.0996 is 0.10, not 0.100
        decimals -= 1
    if decimals > 0:
        return f"{value:.{decimals}f}({round(stderr * 10**decimals)})"
    return f"{value:.0f}({stderr:.0f})"


def difference_text(value: float, stderr: float) -> str:
    """A difference with its sign and its standard error: −0.0014(14); – for NaN."""
    if math.isnan(value):
        return NONE
    sign = "+" if value > 0.0 else "−" if value < 0.0 else ""
    return f"{sign}{with_error(abs(value), stderr)}"


def sigmas_text(value: float | None) -> str:
    """A number of standard errors with its sign: −2.9; – where there is none."""
    return NONE if value is None else f"{value:+.1f}".replace("-", "−")


def plain(value: float) -> str:
    """Five significant digits."""
    return f"{value:.5g}"


def counted(number: float, noun: str, plural: str = "") -> str:
    """A number of things: 1 step, 12 steps, 18.2 steps, 1,234,567 steps, 0 glasses."""
    text = f"{number:,.0f}" if abs(number) >= LONG_NUMBER else f"{number:,g}"
    return f"{text} {noun}" if number == 1 else f"{text} {plural or noun + 's'}"


def length(meters: float) -> str:
    """A length in the largest unit of which it is at least one: 5 nm, 1.2 mm."""
    for unit, size in (("m", 1.0), ("mm", 1e-3), ("µm", 1e-6), ("nm", 1e-9)):
        if meters >= size:
            return f"{meters / size:.4g} {unit}"
    return f"{meters / 1e-10:.4g} Å"


def size_text(count: float) -> str:
    """A number of bytes in words: 12 kB, 1.5 GB."""
    *smaller, largest = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
    for unit in smaller:
        if count < 999.5:  # of which three digits are below 1000
            return f"{count:.3g} {unit}"
        count /= 1000.0
    return f"{count:.3g} {largest}" if count < 999.5 else f"{count:,.0f} {largest}"


def duration_text(seconds: float) -> str:
    """A time in words, in its two largest units: 12 s, 3 min 20 s, 5 h 12 min, 2.1 days."""
    seconds = max(seconds, 0.0)
    years, days = seconds / 31_557_600.0, seconds / 86_400.0
    if years >= 2.0:
        return f"{years:.3g} years"
    if days >= 2.0:
        return f"{days:.3g} days"
    whole = math.ceil(seconds)
    hours, minutes = whole // 3600, whole % 3600 // 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {whole % 60} s" if minutes else f"{whole} s"


def shell_path(path: Path | str) -> str:
    """A path as it stands in a command that a user is given: quoted, and never an option."""
    text = str(path)
    return shlex.quote(f"./{text}" if text.startswith("-") else text)


def finite(value: Any) -> Any:
    """The same with None for NaN and infinity, lists for tuples and arrays: strict JSON."""
    if isinstance(value, dict):
        return {str(k): finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [finite(v) for v in value]
    if hasattr(value, "tolist"):
        return finite(value.tolist())
    return None if isinstance(value, float) and not math.isfinite(value) else value
