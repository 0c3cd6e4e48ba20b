"""Configurations out of points that differ from draw to draw: summed, or only placed.

Each is summed by one thread. Nothing is checked here.
"""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.sums.jit import kernel
from rsrg.sums.kernels.pairs import close_ring, padded, ring_size, serial_moments
from rsrg.sums.kernels.quartics import LANES
from rsrg.sums.kernels.select import choose_and_place


@kernel
def window_configurations(
    points: Array,
    starts: Array,
    candidates: Array,
    rotations: Array,
    place: Array,
    measure: Array,
    radius: Array,
    n_blocks: int,
    farthest: Array,
    out: Array,
) -> None:
    """As `lane_configurations`, of points that differ from draw to draw, each by |z|: x = R z.

    points (3, total), those of draw i from starts[i] to starts[i + 1]; candidates (draws, cases).
    farthest (draws, cases): the largest |B x| chosen, as n_blocks asks for it; else zero.
    """
    cases = radius.size
    no_offset = np.zeros(3)
    for flat in range(rotations.shape[0] * cases):
        draw = flat // cases
        case = flat % cases
        p = candidates[draw, case]
        z = points[:, starts[draw] : starts[draw] + p]
        order = np.empty(padded(p) + LANES, np.uint32)
        base = np.empty((3, padded(p)))
        ring = np.empty((3, ring_size(p)))
        map_ = np.empty((3, 4))
        n, farthest[draw, case] = choose_and_place(
            z, rotations[draw], no_offset, place[case], measure[case], radius[case], n_blocks,
            map_, order, base,
        )  # fmt: skip
        close_ring(base, ring, n)
        serial_moments(base, ring, n, out[draw, case])


@kernel
def placed_configurations(
    points: Array,
    starts: Array,
    candidates: Array,
    rotations: Array,
    offsets: Array,
    place: Array,
    measure: Array,
    radius: Array,
    farthest: Array,
    positions: Array,
    chosen: Array,
) -> None:
    """Where the n blocks of each draw and case are, (draws, cases, n, 3), and which points of it.

    As `window_configurations`, and x = R (z + u). chosen (draws, cases, n): counted from where the
    points of the draw start; which n are chosen is exact, their order is not by index.
    """
    cases = radius.size
    n = chosen.shape[2]
    for flat in range(rotations.shape[0] * cases):
        draw = flat // cases
        case = flat % cases
        p = candidates[draw, case]
        z = points[:, starts[draw] : starts[draw] + p]
        order = np.empty(padded(p) + LANES, np.uint32)
        base = np.empty((3, n))
        map_ = np.empty((3, 4))
        _, farthest[draw, case] = choose_and_place(
            z, rotations[draw], offsets[draw], place[case], measure[case], radius[case], n,
            map_, order, base,
        )  # fmt: skip
        for s in range(n):
            chosen[draw, case, s] = order[s]
            for c in range(3):
                positions[draw, case, s, c] = base[c, s]
