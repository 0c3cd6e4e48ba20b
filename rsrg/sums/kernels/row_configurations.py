"""The sums of many configurations at once, by rows of lattice sites. Nothing is checked here."""

import numpy as np
from numpy.typing import NDArray

from rsrg.physics.arrays import Array
from rsrg.sums.jit import kernel
from rsrg.sums.kernels.chunk_means import enter_chunk
from rsrg.sums.kernels.pairs import close_ring, padded, ring_size, serial_moments, weighted_moments
from rsrg.sums.kernels.quartics import LANES, MOMENTS
from rsrg.sums.kernels.rows import enter_rows, serial_rows
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


@kernel
def row_configurations(
    points: Array,
    sites: NDArray[np.int32],
    primitive: Array,
    counts: NDArray[np.int64],
    bin_width: float,
    reach: Array,
    trusted: float,
    rotations: Array,
    offsets: Array,
    place: Array,
    measure: Array,
    radius: Array,
    same_body: NDArray[np.bool_],
    n_blocks: int,
    means: Array,
    volume_means: Array,
    number_means: Array,
) -> None:
    """As `lane_configurations`, each summed by rows of lattice sites, points = primitive @ sites.

    Where a row has a hole, as it may where equal distances were decided by index or the lattice is
    none of Bravais's, pair by pair.
    """
    cases = radius.size
    controlled = number_means.shape[1]
    chunk_draws = rotations.shape[0] // len(means)
    out = np.empty((chunk_draws, cases, MOMENTS))
    volume = np.empty((chunk_draws, controlled, MOMENTS))
    number = np.empty((chunk_draws, controlled))
    whole = padded(points.shape[1])
    extent = np.empty(3, np.int64)
    enter_extent(sites, extent)
    slab = LANES * (2 * extent[2] + 1)
    keys = np.empty(whole)
    order = np.empty(whole + LANES, np.uint32)
    inside = 0
    base = np.zeros((3, whole))
    ring = np.empty((3, ring_size(points.shape[1])))
    low = np.empty((extent[0], extent[1] + 2 * LANES), np.int32)
    high = np.empty((extent[0], extent[1] + 2 * LANES), np.int32)
    first = np.empty(extent[0], np.int32)
    last = np.empty(extent[0], np.int32)
    box = np.empty((2, 3), np.int64)
    grid = np.empty((3, slab))
    corners = np.empty(slab, np.int32)
    weight = np.empty(slab)
    signs = np.empty(whole)
    cell = np.empty((3, 3))
    map_ = np.empty((3, 4))
    for chunk in range(len(means)):
        turned = rotations[chunk * chunk_draws : (chunk + 1) * chunk_draws]
        moved = offsets[chunk * chunk_draws : (chunk + 1) * chunk_draws]
        for flat in range(chunk_draws * cases):
            draw = flat // cases
            case = flat % cases
            if case == 0 or not same_body[case]:
                rotate_map(measure[case], turned[draw], moved[draw], map_)
                count = count_near(counts, bin_width, reach[case], moved[draw], n_blocks)
                limit = trusted
                inside = TOO_FEW
                while inside == TOO_FEW:
                    inside = order_points(
                        points, count, limit, map_, radius[case], n_blocks, keys, order
                    )
                    count = points.shape[1]
                    limit = np.inf
            n = n_blocks if n_blocks > 0 else inside
            moments = out[draw, case]
            rotate_map(place[case], turned[draw], moved[draw], map_)
            if enter_rows(sites, order[:n], low, high, first, last, box):
                in_cells(map_, primitive, cell)
                serial_rows(low, high, first, last, box, cell, grid, corners, weight, moments)
            else:
                place_points(points, map_, order[:n], base)
                close_ring(base, ring, n)
                serial_moments(base, ring, n, moments)
            if case < controlled:
                number[draw, case] = inside
                volume[draw, case] = moments
                common = min(n, inside)
                size = max(n, inside)
                place_points(points, map_, order[:size], base)
                sign = 1.0 if inside > n else -1.0
                add_beyond(base, common, size, sign, signs, volume[draw, case])
        enter_chunk(out, volume, number, means[chunk], volume_means[chunk], number_means[chunk])
