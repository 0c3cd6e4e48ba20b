"""Arrays that belong together, as the kernels of many configurations take them.

Numba compiles a NamedTuple into its fields: it costs what they cost as arguments of their own.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rsrg.physics.arrays import Array


class BodyArrays(NamedTuple):
    """The cases (see `sums.bodies`): which blocks are cut out of a draw, and where they are put.

    place A, (cases, 3, 3), measure B, (cases, 3, 3), radius, (cases,): the blocks with |B x| ≤
    radius, at y = A x. same_as_previous, (cases,): as `sums.bodies`.
    """

    place: Array
    measure: Array
    radius: Array
    same_as_previous: NDArray[np.bool_]


class DrawArrays(NamedTuple):
    """Draws of a set of points z: at x = R (z + u), R (draws, 3, 3) and u (draws, 3)."""

    rotations: Array
    offsets: Array


class NearPoints(NamedTuple):
    """The points of a lattice, by |z|, and which of them are looked at first.

    points: (3, p). counts: how many of them are within 1, 2, … bin widths, and last all. reach,
    (cases,): the points with |z + u| ≤ reach hold all with keys ≤ trusted.
    """

    points: Array
    counts: NDArray[np.int64]
    bin_width: float
    reach: Array
    trusted: float


class WindowPoints(NamedTuple):
    """Points of each draw alone, by |z|: those of draw i are points[:, starts_i:].

    points: (3, total). candidates, (draws, cases): how many of them each case looks at.
    """

    points: Array
    starts: NDArray[np.int64]
    candidates: NDArray[np.int64]


class ChunkSums(NamedTuple):
    """Sums of each draw of a chunk and each case, or their means over chunks.

    sums: (…, cases, 15). Of the first, controlled cases also those over all blocks within the body,
    volume, (…, controlled, 15), and how many these are, number, (…, controlled).
    """

    sums: Array
    volume: Array
    number: Array
