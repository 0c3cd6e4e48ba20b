"""The sums of many configurations at once, pair by pair, LANES of them side by side.

Blocks are chosen for GROUP configurations; then those of as many blocks are placed and summed
together. What a lane holds depends on no other. Nothing is checked here.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rsrg.physics.arrays import Array
from rsrg.sums.jit import inlined, kernel
from rsrg.sums.kernels.arrays import BodyArrays, ChunkSums, DrawArrays, NearPoints
from rsrg.sums.kernels.chunk_means import empty_sums, enter_chunk, of_chunk
from rsrg.sums.kernels.lanes import lane_moments, place_lane
from rsrg.sums.kernels.memory import aligned
from rsrg.sums.kernels.pairs import padded
from rsrg.sums.kernels.quartics import LANES, MOMENTS
from rsrg.sums.kernels.select import TOO_FEW, count_near, order_points, rotate_map

GROUP = 8 * LANES  # configurations that are sorted by size: their lists stay in the second cache


class Group(NamedTuple):
    """Configurations whose blocks are chosen together: each of one draw and one case, (GROUP,).

    The blocks of configuration k are in orders[source_k], those within its body first: inside_k.
    summed: how many blocks its sum is over. size: how many are placed, the larger of the two where
    both sums are wanted. by_size: the configurations, small sizes first.
    """

    draw: NDArray[np.int64]
    case: NDArray[np.int64]
    source: NDArray[np.int64]
    inside: NDArray[np.int64]
    summed: NDArray[np.int64]
    size: NDArray[np.int64]
    by_size: NDArray[np.int64]
    orders: NDArray[np.uint32]


@kernel
def empty_group(points: int) -> Group:
    """Room for a group whose blocks are chosen out of so many points."""
    draw, case, source, inside, summed, size, by_size = np.empty((7, GROUP), np.int64)
    orders = np.empty((GROUP, padded(points) + LANES), np.uint32)
    return Group(draw, case, source, inside, summed, size, by_size, orders)


@kernel
def list_by_size(size: NDArray[np.int64], listed: NDArray[np.int64]) -> None:
    """Write the indices of the sizes to listed, small sizes first; there are few different ones."""
    count = 0
    for s in range(size.min(), size.max() + 1):
        for k in range(size.size):
            if size[k] == s:
                listed[count] = k
                count += 1


@kernel
def enter_moments(sums: Array, row: int, lane: int, moments: Array) -> None:
    """Write a lane of one of the sums over half the pairs to moments, (15,), over all of them."""
    at = row * MOMENTS * LANES + lane
    for c in range(MOMENTS):
        moments[c] = 2.0 * sums[at + c * LANES]


@inlined
def choose_group(
    near: NearPoints,
    draws: DrawArrays,
    bodies: BodyArrays,
    n_blocks: int,
    group: Group,
    count: int,
    keys: Array,
) -> None:
    """Choose the blocks of the first `count` configurations of a group."""
    points, trusted = near.points, near.trusted
    map_ = np.empty((3, 4))
    for k in range(count):
        case = group.case[k]
        if k > 0 and case > 0 and bodies.same_as_previous[case]:
            group.source[k] = group.source[k - 1]
            continue
        group.source[k] = k
        offset = draws.offsets[group.draw[k]]
        rotate_map(bodies.measure[case], draws.rotations[group.draw[k]], offset, map_)
        p = count_near(near, case, offset, n_blocks)
        group.inside[k] = order_points(
            points, p, trusted, map_, bodies.radius[case], n_blocks, keys, group.orders[k]
        )
    for k in range(count):
        group.inside[k] = group.inside[group.source[k]]
        if group.inside[k] == TOO_FEW:  # once in thousands; apart: it would make the rest slower
            case = group.case[k]
            offset = draws.offsets[group.draw[k]]
            rotate_map(bodies.measure[case], draws.rotations[group.draw[k]], offset, map_)
            group.inside[k] = order_points(
                points, points.shape[1], np.inf, map_, bodies.radius[case], n_blocks, keys,
                group.orders[k],
            )  # fmt: skip


@inlined
def size_group(group: Group, count: int, n_blocks: int, controlled: int) -> int:
    """Enter how many blocks are summed and placed. Returns how many the smallest sum is over."""
    fewest = group.orders.shape[1]
    for k in range(count):
        inside = group.inside[k]
        summed = n_blocks if n_blocks > 0 else inside
        group.summed[k] = summed
        group.size[k] = max(summed, inside) if group.case[k] < controlled else summed
        fewest = min(fewest, min(summed, inside) if group.case[k] < controlled else summed)
    list_by_size(group.size[:count], group.by_size)
    return max(fewest, 1)


@inlined
def sum_group(
    points: Array,
    draws: DrawArrays,
    place: Array,
    group: Group,
    count: int,
    fewest: int,
    out: ChunkSums,
) -> None:
    """Sum the pairs of the first `count` configurations, LANES of them at a time."""
    controlled = out.number.shape[1]
    most = max(1, group.size[:count].max())
    map_ = np.empty((3, 4))
    positions = aligned(3 * LANES * most)
    positions[:] = 0.0
    sums = aligned(MOMENTS * LANES * (most - fewest + 1))
    for start in range(0, count, LANES):
        several = group.by_size[start : min(start + LANES, count)]
        for lane in range(several.size):
            k = several[lane]
            draw = group.draw[k]
            rotate_map(place[group.case[k]], draws.rotations[draw], draws.offsets[draw], map_)
            place_lane(
                points, map_, group.orders[group.source[k], : group.size[k]], lane, positions
            )
        lane_moments(positions, group.size[several[-1]], fewest, sums)
        for lane in range(several.size):
            k = several[lane]
            draw = group.draw[k]
            case = group.case[k]
            enter_moments(sums, max(group.summed[k], 1) - fewest, lane, out.sums[draw, case])
            if case < controlled:
                row = max(group.inside[k], 1) - fewest
                enter_moments(sums, row, lane, out.volume[draw, case])
                out.number[draw, case] = group.inside[k]


@kernel
def lane_configurations(
    near: NearPoints, draws: DrawArrays, bodies: BodyArrays, n_blocks: int, means: ChunkSums
) -> None:
    """One configuration for each draw and case: choose the blocks, place them, sum their pairs.

    n_blocks: how many to choose, 0 for all inside. means: over the draws of each chunk, which are
    as many in all.
    """
    cases = bodies.radius.size
    controlled = means.number.shape[1]
    chunk_draws = len(draws.rotations) // len(means.sums)
    total = chunk_draws * cases
    out = empty_sums(chunk_draws, cases, controlled)
    group = empty_group(near.points.shape[1])
    keys = np.empty(padded(near.points.shape[1]))
    for chunk in range(len(means.sums)):
        own = of_chunk(draws, chunk, chunk_draws)
        for first in range(0, total, GROUP):
            count = min(GROUP, total - first)
            for k in range(count):
                group.draw[k] = (first + k) // cases
                group.case[k] = (first + k) % cases
            choose_group(near, own, bodies, n_blocks, group, count, keys)
            fewest = size_group(group, count, n_blocks, controlled)
            sum_group(near.points, own, bodies.place, group, count, fewest, out)
        enter_chunk(out, means, chunk)
