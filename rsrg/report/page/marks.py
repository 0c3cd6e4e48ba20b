"""What the figures of pages draw alike: markers in turn, and level lines."""

from typing import Any

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "cross")


def symbol(n: int) -> str:
    """The marker of the n-th curve, so that curves do not differ in colour alone."""
    return SYMBOLS[n % len(SYMBOLS)]


def level_line(y: float, dash: str = "solid") -> dict[str, Any]:
    """A thin line across a figure at a value of its y axis."""
    return {
        "type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y,
        "line": {"color": {"$theme": "text"}, "width": 1, "dash": dash},
    }  # fmt: skip
