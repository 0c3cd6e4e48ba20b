"""What callers give: one gate for numbers, for arrays and for words, with one form of error.

Each takes the value and the rule, as the sentence that the error begins with. A number is real: no
text, no bool, no complex number. A PhysicsError says the rule, and the value in a few characters.
"""

import math
from collections.abc import Callable, Collection, Iterable
from numbers import Real
from typing import Any

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError

SCALE = 1e50  # of positive numbers and of what is in arrays: no product of a few overflows
LONGEST = 60  # characters of a value in an error


def shown(value: Any) -> str:
    """A value as an error shows it: a small one as Python writes it, a large array by its shape."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        text = repr(value.tolist())
        return text if len(text) <= LONGEST else f"an array of {value.dtype}, shape {value.shape}"
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def as_list(value: Any) -> list[Any]:
    """Several values as a list; one alone in a list: a text, a path, a number, a 0-d array."""
    one = isinstance(value, str | bytes) or getattr(value, "shape", None) == ()
    return [value] if one or not isinstance(value, Iterable) else list(value)


def real_number(value: Any) -> float | None:
    """A real number as a float, of numpy's too; None for anything else, bool and text included."""
    if isinstance(value, Real) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:  # an integer beyond all floats
            return math.inf if value > 0.0 else -math.inf  # type: ignore[operator]
    if hasattr(value, "__array__") and not isinstance(value, type):
        array = np.asarray(value)
        return float(array) if array.ndim == 0 and array.dtype.kind in "fiu" else None
    return None


def checked_number(value: Any, rule: str, allowed: Callable[[float], bool]) -> float:
    """The number as a float, if it is one and allowed; NaN must not be. Raises PhysicsError."""
    number = real_number(value)
    if number is None or not allowed(number):
        raise PhysicsError(f"{rule}; got {shown(value)}")
    return number


def is_integer(value: Any) -> bool:
    """Whether this is a whole number, of Python's or numpy's; a bool is none."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def checked_integer(value: Any, rule: str, low: int, high: int) -> int:
    """The whole number as an int, if it is one and in range. Raises PhysicsError."""
    if not (is_integer(value) and low <= value <= high):
        raise PhysicsError(f"{rule}; got {shown(value)}")
    return int(value)


def check_positive(name: str, value: Any) -> float:
    """A positive finite number: a volume, an amplitude, a temperature. Raises PhysicsError."""
    checked_number(value, f"`{name}` must be positive and finite", lambda x: 0.0 < x < math.inf)
    rule = f"`{name}` must lie between {1.0 / SCALE:.0e} and {SCALE:.0e}"
    return checked_number(value, rule, lambda x: 1.0 / SCALE <= x <= SCALE)


def checked_array(value: Any, rule: str, fits: Callable[[Array], bool]) -> Array:
    """Real numbers as an array of float64, if they fit. Raises PhysicsError."""
    array = real_array(value)
    if array is None or not fits(array):
        raise PhysicsError(f"{rule}; got {shown(value)}")
    return array


def real_array(value: Any) -> Array | None:
    """Real numbers as float64; None for what is ragged, or no real numbers, or beyond a float."""
    array = complex_array(value)
    return None if array is None or array.dtype.kind == "c" else array.astype(np.float64)


def complex_array(value: Any) -> np.ndarray | None:
    """Numbers as an array, real or complex; None for anything else."""
    try:
        array = np.asarray(value)
    except ValueError:  # ragged
        return None
    return array if array.dtype.kind in "fiuc" else None


def is_moderate(array: np.ndarray) -> bool:
    """Whether all numbers are finite and none is beyond SCALE."""
    return bool((np.abs(array) <= SCALE).all())  # False for NaN


def is_cell(cell: Array) -> bool:
    """Whether these are three vectors, (3, 3), that span a volume, of usual lengths."""
    if cell.shape != (3, 3) or not is_moderate(cell):
        return False
    lengths = np.linalg.svd(cell, compute_uv=False)
    return bool(lengths[-1] >= 1.0 / SCALE and lengths[-1] > 1e-15 * lengths[0])


def check_word(name: str, value: Any, words: Collection[str]) -> None:
    """Raise PhysicsError unless the value is one of some words."""
    if not (isinstance(value, str) and value in words):
        raise PhysicsError(f"`{name}` must be {_alternatives(words)}; got {shown(value)}")


def _alternatives(words: Collection[str]) -> str:
    """`a or b` of two; `one of a, b, c` of more."""
    return " or ".join(words) if len(words) <= 2 else f"one of {', '.join(words)}"
