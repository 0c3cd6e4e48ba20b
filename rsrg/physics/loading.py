"""Loading goes outwards from no strain, to one side or the other: each side fails in its own way.

Along the direction of a strain, e > 0 and e < 0 are two loadings (for e_xx: tension and
compression). What fails first on a side is what is nearest to e = 0 there.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from rsrg.physics.arrays import Array

Side = Literal["e > 0", "e < 0"]


def side_of(strain: float) -> Side:
    """The side on which a strain lies; e = 0 counts to e > 0."""
    return "e > 0" if strain >= 0.0 else "e < 0"


def sides_of(strains: Array | Sequence[float]) -> list[Side]:
    """The sides that a grid of strains reaches: e > 0 first, if it is there."""
    values = np.asarray(strains, dtype=np.float64)
    sides: list[Side] = []
    if (values > 0.0).any() or not (values < 0.0).any():
        sides.append("e > 0")
    if (values < 0.0).any():
        sides.append("e < 0")
    return sides


def outward(strains: Array | Sequence[float]) -> list[int]:
    """Indices of strains from e = 0 outwards: by |e|, and e > 0 first among equals; no NaN."""
    values = np.asarray(strains, dtype=np.float64)
    known = [int(i) for i in np.flatnonzero(np.isfinite(values))]
    return sorted(known, key=lambda i: (abs(float(values[i])), values[i] < 0.0))


def along(strains: Array | Sequence[float], side: Side) -> list[int]:
    """Indices of the strains that loading to a side passes, from e = 0 outwards, e = 0 first."""
    sign = 1.0 if side == "e > 0" else -1.0
    return [k for k in outward(strains) if sign * strains[k] >= 0.0]


def first_on_sides(strains: Array | Sequence[float]) -> dict[Side, int]:
    """The index of the strain nearest to zero on each side that has one; the nearest of all first.

    strains: critical strains of one place, NaN for none.
    """
    first: dict[Side, int] = {}
    for i in outward(strains):
        first.setdefault(side_of(float(np.asarray(strains)[i])), i)
    return first


def first_marked_on_sides(strains: Array, marked: np.ndarray) -> list[int]:
    """The index of the marked strain nearest to zero on each side; the nearest of all first."""
    return list(first_on_sides(np.where(marked, strains, np.nan)).values())
