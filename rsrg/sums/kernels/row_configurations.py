"""The sums of many configurations at once, by rows of lattice sites. Nothing is checked here."""

import numpy as np
from numpy.typing import NDArray

from rsrg.physics.arrays import Array
from rsrg.sums.jit import inlined, kernel
from rsrg.sums.kernels.arrays import BodyArrays, ChunkSums, DrawArrays, NearPoints
from rsrg.sums.kernels.chunk_means import empty_sums, enter_chunk, of_chunk
from rsrg.sums.kernels.pairs import close_ring, padded, ring_size, serial_moments, weighted_moments
from rsrg.sums.kernels.quartics import LANES
from rsrg.sums.kernels.rows import empty_rows, empty_scratch, enter_rows, serial_rows
from rsrg.sums.kernels.select import (
    TOO_FEW,
    count_near,
    in_cells,
    order_points,
    place_points,
    rotate_map,
)


@kernel
def add_beyond(
    base: Array, common: int, size: int, sign: float, weight: Array, total: Array
) -> None:
    """Add sign · Σ over ordered pairs of the first `size` points, of which one at least is new.

    The first `common` points are not new. base (3, ≥ size padded), finite; weight (≥ size padded,):
    scratch; total (15,).
    """
    weight[: padded(size)] = 0.0
    weight[:common] = sign
    for k in range(common, size):
        to = padded(k)
        weighted_moments(base, -base[0, k], -base[1, k], -base[2, k], weight[:to], total)
        weight[k] = sign


@kernel
def enter_extent(sites: NDArray[np.int32], extent: NDArray[np.int64]) -> None:
    """Write the sides of the smallest box that holds the sites, (3, p)."""
    for c in range(3):
        least = most = sites[c, 0]
        for s in range(sites.shape[1]):
            least = min(least, sites[c, s])
            most = max(most, sites[c, s])
        extent[c] = most - least + 1


@inlined
def choose(
    near: NearPoints,
    draws: DrawArrays,
    draw: int,
    bodies: BodyArrays,
    case: int,
    n_blocks: int,
    keys: Array,
    order: NDArray[np.uint32],
) -> int:
    """Choose the blocks of a configuration, near points first, then of all."""
    points, offset = near.points, draws.offsets[draw]
    map_ = np.empty((3, 4))
    rotate_map(bodies.measure[case], draws.rotations[draw], offset, map_)
    count = count_near(near, case, offset, n_blocks)
    limit = near.trusted
    inside = TOO_FEW
    while inside == TOO_FEW:
        inside = order_points(
            points, count, limit, map_, bodies.radius[case], n_blocks, keys, order
        )
        count = points.shape[1]
        limit = np.inf
    return inside


@kernel
def row_configurations(
    near: NearPoints,
    sites: NDArray[np.int32],
    primitive: Array,
    draws: DrawArrays,
    bodies: BodyArrays,
    n_blocks: int,
    means: ChunkSums,
) -> None:
    """As `lane_configurations`, each summed by rows of lattice sites, points = primitive @ sites.

    Where a row has a hole, as it may where equal distances were decided by index or the lattice is
    none of Bravais's, pair by pair.
    """
    points = near.points
    cases = bodies.radius.size
    controlled = means.number.shape[1]
    chunk_draws = len(draws.rotations) // len(means.sums)
    out = empty_sums(chunk_draws, cases, controlled)
    whole = padded(points.shape[1])
    keys = np.empty(whole)
    order = np.empty(whole + LANES, np.uint32)
    inside = 0
    base = np.zeros((3, whole))
    ring = np.empty((3, ring_size(points.shape[1])))
    signs = np.empty(whole)
    extent = np.empty(3, np.int64)
    enter_extent(sites, extent)
    rows = empty_rows(extent[0], extent[1])
    scratch = empty_scratch(extent[2])
    cell = np.empty((3, 3))
    map_ = np.empty((3, 4))
    for chunk in range(len(means.sums)):
        own = of_chunk(draws, chunk, chunk_draws)
        for flat in range(chunk_draws * cases):
            draw = flat // cases
            case = flat % cases
            if case == 0 or not bodies.same_as_previous[case]:
                inside = choose(near, own, draw, bodies, case, n_blocks, keys, order)
            n = n_blocks if n_blocks > 0 else inside
            moments = out.sums[draw, case]
            rotate_map(bodies.place[case], own.rotations[draw], own.offsets[draw], map_)
            if enter_rows(sites, order[:n], rows):
                in_cells(map_, primitive, cell)
                serial_rows(rows, cell, scratch, moments)
            else:
                place_points(points, map_, order[:n], base)
                close_ring(base, ring, n)
                serial_moments(base, ring, n, moments)
            if case < controlled:
                out.number[draw, case] = inside
                out.volume[draw, case] = moments
                size = max(n, inside)
                place_points(points, map_, order[:size], base)
                sign = 1.0 if inside > n else -1.0
                add_beyond(base, min(n, inside), size, sign, signs, out.volume[draw, case])
        enter_chunk(out, means, chunk)
