"""The sums of many configurations at once: bodies cut out of draws, placed, and summed.

Each is summed by one thread. Nothing is checked here.
"""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.sums.jit import kernel
from rsrg.sums.kernels.pairs import (
    close_ring,
    padded,
    ring_size,
    serial_moments,
    weighted_moments,
)
from rsrg.sums.kernels.quartics import LANES, MOMENTS
from rsrg.sums.kernels.rows import enter_rows, serial_rows
from rsrg.sums.kernels.select import (
    KEY_OF_RADIUS,
    choose_and_place,
    choose_blocks,
    in_cells,
    place_points,
    rotate_map,
    split_counts,
)


@kernel
def add_beyond(base: Array, common: int, size: int, sign: float, weight: Array, out: Array) -> None:
    """out = sign · Σ over ordered pairs of the first `size` points, of which one at least is new.

    The first `common` points are not new. base (3, ≥ size padded), finite; weight (≥ size padded,):
    scratch.
    """
    out[:] = 0.0
    weight[:] = 0.0
    weight[:common] = sign
    for k in range(common, size):
        to = (k + LANES - 1) // LANES * LANES
        weighted_moments(base, -base[0, k], -base[1, k], -base[2, k], weight[:to], out)
        weight[k] = sign


@kernel
def enter_extent(sites: Array, count: int, extent: Array) -> None:
    """Write the sides of the smallest box that holds the first sites, (3, ≥ count)."""
    for c in range(3):
        least = most = sites[c, 0]
        for s in range(count):
            least = min(least, sites[c, s])
            most = max(most, sites[c, s])
        extent[c] = most - least + 1


@kernel
def configurations(
    points: Array,
    sites: Array,
    primitive: Array,
    candidates: Array,
    rotations: Array,
    offsets: Array,
    place: Array,
    measure: Array,
    radius: Array,
    same_body: Array,
    n_blocks: int,
    rows_from: int | None,
    out: Array,
    beyond: Array,
) -> None:
    """One configuration for each draw and case: choose the blocks, place them, sum their pairs.

    points (3, p) = primitive @ sites, by |z|; the first candidates[draw, case] of them hold the
    body. n_blocks: how many to choose, 0 for all inside. same_body (cases,): whether a case cuts
    out what the one before does. Bodies of rows_from blocks or more are summed by rows; where that
    is None, none are, and what sums rows is not compiled. out (draws, cases, 15). beyond (draws,
    controlled cases, 16): what the sum over all blocks inside has beyond that over n_blocks of
    them, and how many blocks more it is over.
    """
    cases = radius.size
    total = rotations.shape[0] * cases
    most = 0
    for row in candidates:
        for count in row:
            most = max(most, count)
    extent = np.empty(3, np.int64)
    enter_extent(sites, most, extent)
    slab = LANES * (2 * extent[2] + 1)
    keys = np.empty(most)
    chosen = np.empty(most + 1, np.uint32)
    border = np.empty(most + 1, np.uint32)
    order = np.empty(most + 1, np.uint32)
    common = 0
    size = 0
    base = np.zeros((3, padded(most)))
    ring = np.empty((3, ring_size(most)))
    low = np.empty((extent[0], extent[1] + 2 * LANES), np.int32)
    high = np.empty((extent[0], extent[1] + 2 * LANES), np.int32)
    first = np.empty(extent[0], np.int32)
    last = np.empty(extent[0], np.int32)
    box = np.empty((2, 3), np.int64)
    grid = np.empty((3, slab))
    corners = np.empty(slab, np.int32)
    weight = np.empty(slab)
    ones = np.empty(padded(most))
    cell = np.empty((3, 3))
    map_ = np.empty((3, 4))
    n = 0
    for flat in range(total):
        draw = flat // cases
        case = flat % cases
        if case == 0 or not same_body[case]:
            p = candidates[draw, case]
            rotate_map(measure[case], rotations[draw], offsets[draw], map_)
            n = choose_blocks(points, map_, radius[case], n_blocks, keys[:p], border, chosen)
            if case < beyond.shape[1]:
                common, size = split_counts(keys[:p], KEY_OF_RADIUS, chosen[:n], border, order)
        rotate_map(place[case], rotations[draw], offsets[draw], map_)
        by_rows = False
        if rows_from is not None:
            by_rows = n >= rows_from and enter_rows(sites, chosen[:n], low, high, first, last, box)
            if by_rows:
                in_cells(map_, primitive, cell)
                moments = out[draw, case]
                serial_rows(low, high, first, last, box, cell, grid, corners, weight, moments)
        if not by_rows:
            place_points(points, map_, chosen[:n], base)
            close_ring(base, ring, n)
            serial_moments(base, ring, n, out[draw, case])
        if case < beyond.shape[1]:
            place_points(points, map_, order[:size], base)
            sign = 1.0 if size > n else -1.0
            add_beyond(base, common, size, sign, ones, beyond[draw, case, :MOMENTS])
            beyond[draw, case, MOMENTS] = sign * (size - common)


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
    """As `configurations`, of points that differ from draw to draw, each by |z|: x = R z.

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
        chosen = np.empty(p + 1, np.uint32)
        base = np.empty((3, padded(p)))
        ring = np.empty((3, ring_size(p)))
        map_ = np.empty((3, 4))
        n, farthest[draw, case] = choose_and_place(
            z, rotations[draw], no_offset, place[case], measure[case], radius[case], n_blocks,
            map_, chosen, base,
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
        near = np.empty(p + 1, np.uint32)
        base = np.empty((3, n))
        map_ = np.empty((3, 4))
        _, farthest[draw, case] = choose_and_place(
            z, rotations[draw], offsets[draw], place[case], measure[case], radius[case], n,
            map_, near, base,
        )  # fmt: skip
        for s in range(n):
            chosen[draw, case, s] = near[s]
            for c in range(3):
                positions[draw, case, s, c] = base[c, s]
