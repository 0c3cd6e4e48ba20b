"""The sums of many configurations at once, pair by pair, LANES of them side by side.

Blocks are chosen for GROUP configurations; then those of as many blocks are placed and summed
together. What a lane holds depends on no other. Nothing is checked here.
"""

import numpy as np
from numpy.typing import NDArray

from rsrg.physics.arrays import Array
from rsrg.sums.jit import kernel
from rsrg.sums.kernels.lanes import lane_moments, place_lane
from rsrg.sums.kernels.memory import aligned
from rsrg.sums.kernels.pairs import padded
from rsrg.sums.kernels.quartics import LANES, MOMENTS
from rsrg.sums.kernels.select import TOO_FEW, order_points, rotate_map

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


@kernel
def lane_configurations(
    points: Array,
    near: NDArray[np.int64],
    trusted: float,
    rotations: Array,
    offsets: Array,
    place: Array,
    measure: Array,
    radius: Array,
    same_body: NDArray[np.bool_],
    n_blocks: int,
    out: Array,
    volume: Array,
    number: Array,
) -> None:
    """One configuration for each draw and case: choose the blocks, place them, sum their pairs.

    points (3, p), by |z|; the first near[draw, case] of them hold all with keys ≤ trusted, and
    n_blocks at least. n_blocks: how many to choose, 0 for all inside. same_body (cases,): whether a
    case cuts out what the one before does. out (draws, cases, 15). Of the first, controlled cases
    the sum over all blocks inside goes to volume (draws, controlled, 15), how many they are to
    number (draws, controlled).
    """
    cases = radius.size
    total = rotations.shape[0] * cases
    whole = padded(points.shape[1])
    keys = np.empty(whole)
    orders = np.empty((GROUP, whole + LANES), np.uint32)
    source = np.empty(GROUP, np.int64)  # whose list it shares
    inside = np.empty(GROUP, np.int64)
    summed = np.empty(GROUP, np.int64)  # blocks of the sum that goes to out
    size = np.empty(GROUP, np.int64)  # blocks of the larger of the two sums
    listed = np.empty(GROUP, np.int64)
    map_ = np.empty((3, 4))
    for first in range(0, total, GROUP):
        group = min(GROUP, total - first)
        for k in range(group):
            draw = (first + k) // cases
            case = (first + k) % cases
            source[k] = k
            if k > 0 and case > 0 and same_body[case]:
                source[k] = source[k - 1]
                continue
            rotate_map(measure[case], rotations[draw], offsets[draw], map_)
            inside[k] = order_points(
                points, near[draw, case], trusted, map_, radius[case], n_blocks, keys, orders[k]
            )
        for k in range(group):
            draw = (first + k) // cases
            case = (first + k) % cases
            inside[k] = inside[source[k]]
            if inside[k] == TOO_FEW:  # once in thousands; apart, as it would make the rest slower
                rotate_map(measure[case], rotations[draw], offsets[draw], map_)
                inside[k] = order_points(
                    points, points.shape[1], np.inf, map_, radius[case], n_blocks, keys, orders[k]
                )
            summed[k] = n_blocks if n_blocks > 0 else inside[k]
            size[k] = max(summed[k], inside[k]) if case < number.shape[1] else summed[k]
        list_by_size(size[:group], listed)
        fewest = max(1, min(inside[:group].min(), summed[:group].min()))
        most = max(1, size[:group].max())
        positions = aligned(3 * LANES * most)
        positions[:] = 0.0
        sums = aligned(MOMENTS * LANES * (most - fewest + 1))
        for start in range(0, group, LANES):
            lanes = min(LANES, group - start)
            for lane in range(lanes):
                k = listed[start + lane]
                draw = (first + k) // cases
                case = (first + k) % cases
                rotate_map(place[case], rotations[draw], offsets[draw], map_)
                place_lane(points, map_, orders[source[k], : size[k]], lane, positions)
            lane_moments(positions, size[listed[start + lanes - 1]], fewest, sums)
            for lane in range(lanes):
                k = listed[start + lane]
                draw = (first + k) // cases
                case = (first + k) % cases
                enter_moments(sums, max(summed[k], 1) - fewest, lane, out[draw, case])
                if case < number.shape[1]:
                    enter_moments(sums, max(inside[k], 1) - fewest, lane, volume[draw, case])
                    number[draw, case] = inside[k]
