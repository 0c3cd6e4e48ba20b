"""Sums over all pairs of a convex body of lattice sites, by rows.

The body is a set of intervals low ≤ k < high, one for each (i, j). How many pairs of sites are
(di, dj, dk) apart is then a sum of overlaps of intervals, and each displacement is summed once,
with that weight. Nothing is checked here.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rsrg.physics.arrays import Array
from rsrg.sums.jit import kernel
from rsrg.sums.kernels.pairs import weighted_moments
from rsrg.sums.kernels.quartics import LANES


class Rows(NamedTuple):
    """A set of lattice sites (i, j, k) as rows low ≤ k < high of each (i, j).

    Row (i, j) is at [i, j + LANES], empty rows on both sides of it: low, high (≥ n1, ≥ n2 + 2
    LANES). The rows of slice i that are not empty lie in first[i] ≤ j < last[i]. box (2, 3): the
    least i, j, k, and how many of each there are, n1, n2, n3.
    """

    low: NDArray[np.int32]
    high: NDArray[np.int32]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    box: NDArray[np.int64]


class RowScratch(NamedTuple):
    """Memory for the displacements of one slice: grid (3, size), corners and weight (size,)."""

    grid: Array
    corners: NDArray[np.int32]
    weight: Array


@kernel
def slab_size(n3: int) -> int:
    """How many displacements (lane, dk) there are in rows of up to n3 sites."""
    return LANES * (2 * n3 + 1)


@kernel
def empty_rows(n1: int, n2: int) -> Rows:
    """Room for n1 slices of n2 rows."""
    shape = n1, n2 + 2 * LANES
    return Rows(
        np.empty(shape, np.int32),
        np.empty(shape, np.int32),
        np.empty(n1, np.int32),
        np.empty(n1, np.int32),
        np.empty((2, 3), np.int64),
    )


@kernel
def empty_scratch(n3: int) -> RowScratch:
    """Memory for rows of up to n3 sites."""
    size = slab_size(n3)
    return RowScratch(np.empty((3, size)), np.empty(size, np.int32), np.empty(size))


@kernel
def enter_rows(sites: NDArray[np.int32], chosen: NDArray[np.uint32], rows: Rows) -> bool:
    """Write the chosen of the lattice sites, (3, p), as rows. False where a row has a hole."""
    low, high, first, last, box = rows
    for c in range(3):
        least = sites[c, chosen[0]]
        most = least
        for s in chosen:
            least = min(least, sites[c, s])
            most = max(most, sites[c, s])
        box[0, c] = least
        box[1, c] = most - least + 1
    low[: box[1, 0], : box[1, 1] + 2 * LANES] = 0
    high[: box[1, 0], : box[1, 1] + 2 * LANES] = 0
    first[: box[1, 0]] = box[1, 1]
    last[: box[1, 0]] = 0
    for s in chosen:
        i = sites[0, s] - box[0, 0]
        j = sites[1, s] - box[0, 1]
        k = sites[2, s] - box[0, 2]
        row = j + LANES
        low[i, row] = k if high[i, row] == 0 else min(low[i, row], k)
        high[i, row] = max(high[i, row], k + 1)
        first[i] = min(first[i], j)
        last[i] = max(last[i], j + 1)
    count = 0
    for i in range(box[1, 0]):
        for j in range(box[1, 1]):
            count += high[i, j + LANES] - low[i, j + LANES]
    return count == chosen.size


@kernel
def count_corners(rows: Rows, di: int, dj: int, middle: int, corners: NDArray[np.int32]) -> None:
    """Second differences, in dk, of how often (di, dj + lane, dk) is a displacement in the body.

    Two rows overlap, shifted by dk, as a trapezoid of dk: its four corners are added to
    corners[LANES · (dk + middle) + lane]. Empty rows add nothing: their corners cancel.
    """
    low, high, first, last, box = rows
    for i in range(box[1, 0] - di):
        start = max(first[i], first[i + di] - dj - (LANES - 1))
        stop = min(last[i], last[i + di] - dj)
        for j in range(start, stop):
            a = low[i, j + LANES] - middle - 1
            b = high[i, j + LANES] - middle - 1
            lows = low[i + di, j + dj + LANES : j + dj + 2 * LANES]
            highs = high[i + di, j + dj + LANES : j + dj + 2 * LANES]
            for lane in range(LANES):  # each to its own column: no two additions collide
                c = lows[lane]
                d = highs[lane]
                corners[np.uint32(LANES * (c - b) + lane)] += 1
                corners[np.uint32(LANES * (d - a) + lane)] += 1
                corners[np.uint32(LANES * (d - b) + lane)] -= 1
                corners[np.uint32(LANES * (c - a) + lane)] -= 1


@kernel
def sum_corners(corners: Array, weight: Array) -> None:
    """Sum second differences twice over dk, each lane by itself, to weight."""
    for m in range(corners.size - LANES):
        corners[m + LANES] += corners[m]
    for m in range(corners.size - LANES):
        corners[m + LANES] += corners[m]
    for m in range(corners.size):
        weight[m] = corners[m]


@kernel
def displacement_grid(cell: Array, middle: int, grid: Array) -> None:
    """grid[:, LANES · (dk + middle) + lane] = cell @ (0, lane, dk), |dk| ≤ middle."""
    for c in range(3):
        for k in range(2 * middle + 1):
            for lane in range(LANES):
                grid[c, k * LANES + lane] = cell[c, 1] * lane + cell[c, 2] * (k - middle)


@kernel
def add_slice(rows: Rows, cell: Array, di: int, scratch: RowScratch, total: Array) -> None:
    """Add all displacements with this di ≥ 0, of one half of space, to total, (15,).

    scratch: its grid holds the displacements of di = 0.
    """
    _, n2, n3 = rows.box[1]
    middle = n3 - 1  # the largest dk; a trapezoid ends two beyond
    size = slab_size(n3)
    corners = scratch.corners[:size]
    weight = scratch.weight[:size]
    for start in range(0 if di == 0 else 1 - n2, n2, LANES):
        corners[:] = 0
        count_corners(rows, di, start, middle, corners)
        sum_corners(corners, weight)
        if di == 0 and start == 0:  # (0, 0, dk) and (0, 0, −dk) are the same pairs
            for m in range(0, weight.size, LANES):
                weight[m] *= 0.5
        x = cell[0, 0] * di + cell[0, 1] * start
        y = cell[1, 0] * di + cell[1, 1] * start
        z = cell[2, 0] * di + cell[2, 1] * start
        weighted_moments(scratch.grid, x, y, z, weight[: slab_size(middle)], total)


@kernel
def serial_rows(rows: Rows, cell: Array, scratch: RowScratch, total: Array) -> None:
    """Σ over all ordered pairs of a body in rows, (15,), by one thread.

    cell (3, 3): a step of 1 in i, j, k is column 0, 1, 2. scratch: of n3 or more.
    """
    total[:] = 0.0
    displacement_grid(cell, rows.box[1, 2] - 1, scratch.grid)
    for di in range(rows.box[1, 0]):
        add_slice(rows, cell, di, scratch, total)


@kernel
def add_slice_pairs(rows: Rows, cell: Array, start: int, stride: int, parts: Array) -> None:
    """Write the parts start, start + stride, … of `serial_rows` to parts, ((n1 + 1) // 2, 15).

    A part is a long slice with a short one, so that all cost about the same.
    """
    slices = rows.box[1, 0]
    scratch = empty_scratch(rows.box[1, 2])
    displacement_grid(cell, rows.box[1, 2] - 1, scratch.grid)
    for part in range(start, parts.shape[0], stride):
        mirror = slices - 1 - part
        parts[part] = 0.0
        for di in range(part, mirror + 1, max(mirror - part, 1)):
            add_slice(rows, cell, di, scratch, parts[part])
