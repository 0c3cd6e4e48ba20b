"""Configurations out of points that differ from draw to draw: summed, or only placed.

Each is summed by one thread. Nothing is checked here.
"""

import numpy as np
from numpy.typing import NDArray

from rsrg.physics.arrays import Array
from rsrg.sums.jit import inlined, kernel
from rsrg.sums.kernels.arrays import BodyArrays, DrawArrays, WindowPoints
from rsrg.sums.kernels.pairs import close_ring, padded, ring_size, serial_moments
from rsrg.sums.kernels.quartics import LANES
from rsrg.sums.kernels.select import choose_and_place


@inlined
def points_of(windows: WindowPoints, draw: int, case: int) -> Array:
    """The points that a draw and case looks at, (3, p)."""
    start = windows.starts[draw]
    return windows.points[:, start : start + windows.candidates[draw, case]]


@kernel
def window_configurations(
    windows: WindowPoints,
    draws: DrawArrays,
    bodies: BodyArrays,
    n_blocks: int,
    farthest: Array,
    out: Array,
) -> None:
    """The sum of each draw and case, (draws, cases, 15), out of points that differ by draw.

    n_blocks: how many to choose, 0 for all inside. farthest (draws, cases): the largest |B x|
    chosen, as n_blocks asks for it; else zero.
    """
    cases = bodies.radius.size
    for flat in range(len(draws.rotations) * cases):
        draw = flat // cases
        case = flat % cases
        z = points_of(windows, draw, case)
        p = z.shape[1]
        order = np.empty(padded(p) + LANES, np.uint32)
        base = np.empty((3, padded(p)))
        ring = np.empty((3, ring_size(p)))
        n, farthest[draw, case] = choose_and_place(
            z, draws, draw, bodies, case, n_blocks, order, base
        )
        close_ring(base, ring, n)
        serial_moments(base, ring, n, out[draw, case])


@kernel
def placed_configurations(
    windows: WindowPoints,
    draws: DrawArrays,
    bodies: BodyArrays,
    farthest: Array,
    positions: Array,
    chosen: NDArray[np.int64],
) -> None:
    """Where the n blocks of each draw and case are, (draws, cases, n, 3), and which points of it.

    farthest: as `window_configurations`. chosen (draws, cases, n): counted from where the points of
    the draw start; which n are chosen is exact, their order is not by index.
    """
    cases = bodies.radius.size
    n = chosen.shape[2]
    for flat in range(len(draws.rotations) * cases):
        draw = flat // cases
        case = flat % cases
        z = points_of(windows, draw, case)
        order = np.empty(padded(z.shape[1]) + LANES, np.uint32)
        base = np.empty((3, n))
        _, farthest[draw, case] = choose_and_place(z, draws, draw, bodies, case, n, order, base)
        for s in range(n):
            chosen[draw, case, s] = order[s]
            for c in range(3):
                positions[draw, case, s, c] = base[c, s]
