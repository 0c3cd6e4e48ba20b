"""Numbers as physicists write them."""

import math


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


def plain(value: float) -> str:
    """Five significant digits."""
    return f"{value:.5g}"


def length(meters: float) -> str:
    """A length in the unit that suits it."""
    for unit, size in (("m", 1.0), ("mm", 1e-3), ("µm", 1e-6), ("nm", 1e-9)):
        if meters >= size:
            return f"{meters / size:.4g} {unit}"
    return f"{meters / 1e-10:.4g} Å"
