"""The sums of many configurations at once, pair by pair, LANES of them side by side.

Blocks are chosen for GROUP configurations; then those of as many blocks are placed and summed
together. What a lane holds depends on no other. Nothing is checked here.
"""

import numpy as np
from numpy.typing import NDArray

from rsrg.physics.arrays import Array
from rsrg.sums.jit import inlined, kernel
from rsrg.sums.kernels.chunk_means import enter_chunk
from rsrg.sums.kernels.lanes import lane_moments, place_lane
from rsrg.sums.kernels.memory import aligned
from rsrg.sums.kernels.pairs import padded
from rsrg.sums.kernels.quartics import LANES, MOMENTS
from rsrg.sums.kernels.select import TOO_FEW, count_near, order_points, rotate_map

GROUP = 8 * LANES  # configurations that are sorted by size: their lists stay in the second cache


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
    points: Array,
    counts: NDArray[np.int64],
    bin_width: float,
    reach: Array,
    trusted: float,
    rotations: Array,
    offsets: Array,
    measure: Array,
    radius: Array,
    same_body: NDArray[np.bool_],
    n_blocks: int,
    draws: NDArray[np.int64],
    cases: NDArray[np.int64],
    keys: Array,
    map_: Array,
    orders: NDArray[np.uint32],
    source: NDArray[np.int64],
    inside: NDArray[np.int64],
) -> None:
    """Choose the blocks of the configurations of a group, (draws_k, cases_k).

    Configuration k has its blocks in orders[source_k], and inside_k of them are within its body.
    """
    for k in range(draws.size):
        draw = draws[k]
        case = cases[k]
        if k > 0 and case > 0 and same_body[case]:
            source[k] = source[k - 1]
            continue
        source[k] = k
        rotate_map(measure[case], rotations[draw], offsets[draw], map_)
        near = count_near(counts, bin_width, reach[case], offsets[draw], n_blocks)
        inside[k] = order_points(
            points, near, trusted, map_, radius[case], n_blocks, keys, orders[k]
        )
    for k in range(draws.size):
        inside[k] = inside[source[k]]
        if inside[k] == TOO_FEW:  # once in thousands; apart, since it would make the rest slower
            case = cases[k]
            rotate_map(measure[case], rotations[draws[k]], offsets[draws[k]], map_)
            inside[k] = order_points(
                points, points.shape[1], np.inf, map_, radius[case], n_blocks, keys, orders[k]
            )


@kernel
def lane_configurations(
    points: Array,
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
    """One configuration for each draw and case: choose the blocks, place them, sum their pairs.

    points (3, p), by |z|, and `counts` of them within bin widths, as `count_near` takes them; those
    within reach (cases,) hold all with keys ≤ trusted. n_blocks: how many to choose, 0 for all
    inside. same_body (cases,): whether a case cuts out what the one before does. means (chunks,
    cases · 15): over the draws of each chunk, which are as many in all. Of the first, controlled
    cases the means of the sum over all blocks inside go to volume_means (chunks, controlled · 15),
    of how many they are to number_means (chunks, controlled).
    """
    chunk_draws = rotations.shape[0] // len(means)
    total = chunk_draws * radius.size
    controlled = number_means.shape[1]
    out = np.empty((chunk_draws, radius.size, MOMENTS))
    volume = np.empty((chunk_draws, controlled, MOMENTS))
    number = np.empty((chunk_draws, controlled))
    whole = padded(points.shape[1])
    keys = np.empty(whole)
    map_ = np.empty((3, 4))
    orders = np.empty((GROUP, whole + LANES), np.uint32)
    draws, cases, source, inside, summed, size, listed = np.empty((7, GROUP), np.int64)
    for chunk in range(len(means)):
        turned = rotations[chunk * chunk_draws : (chunk + 1) * chunk_draws]
        moved = offsets[chunk * chunk_draws : (chunk + 1) * chunk_draws]
        for first in range(0, total, GROUP):
            group = min(GROUP, total - first)
            for k in range(group):
                draws[k] = (first + k) // radius.size
                cases[k] = (first + k) % radius.size
            choose_group(
                points, counts, bin_width, reach, trusted, turned, moved, measure, radius,
                same_body, n_blocks, draws[:group], cases[:group], keys, map_, orders, source,
                inside,
            )  # fmt: skip
            fewest = points.shape[1]
            for k in range(group):  # summed: for out; size: of the larger of the two sums
                summed[k] = n_blocks if n_blocks > 0 else inside[k]
                size[k] = max(summed[k], inside[k]) if cases[k] < controlled else summed[k]
                fewest = min(fewest, inside[k] if cases[k] < controlled else size[k])
                fewest = min(fewest, summed[k])
            fewest = max(fewest, 1)
            list_by_size(size[:group], listed)
            most = max(1, size[:group].max())
            positions = aligned(3 * LANES * most)
            positions[:] = 0.0
            sums = aligned(MOMENTS * LANES * (most - fewest + 1))
            for start in range(0, group, LANES):
                several = listed[start : min(start + LANES, group)]
                for lane in range(several.size):
                    k = several[lane]
                    rotate_map(place[cases[k]], turned[draws[k]], moved[draws[k]], map_)
                    place_lane(points, map_, orders[source[k], : size[k]], lane, positions)
                lane_moments(positions, size[several[-1]], fewest, sums)
                for lane in range(several.size):
                    k = several[lane]
                    draw = draws[k]
                    case = cases[k]
                    enter_moments(sums, max(summed[k], 1) - fewest, lane, out[draw, case])
                    if case < controlled:
                        enter_moments(sums, max(inside[k], 1) - fewest, lane, volume[draw, case])
                        number[draw, case] = inside[k]
        enter_chunk(out, volume, number, means[chunk], volume_means[chunk], number_means[chunk])
