"""Means over draws of the sums of many configurations: so no array grows with the draws.

Nothing is checked here.
"""

import numpy as np
from numpy.typing import NDArray

from rsrg.physics.arrays import Array
from rsrg.sums.jit import kernel
from rsrg.sums.kernels.lane_configurations import lane_configurations
from rsrg.sums.kernels.quartics import MOMENTS
from rsrg.sums.kernels.row_configurations import row_configurations


@kernel
def enter_means(values: Array, means: Array) -> None:
    """Write the means over the first axis of values, (draws, size), added in their order."""
    for i in range(means.size):
        means[i] = values[0, i]
    for draw in range(1, values.shape[0]):
        for i in range(means.size):
            means[i] += values[draw, i]
    for i in range(means.size):
        means[i] /= values.shape[0]


@kernel
def chunk_means(
    points: Array,
    rows: tuple[NDArray[np.int32], Array] | None,
    near: NDArray[np.int64],
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
    """Means of the sums of configurations over the draws of each chunk.

    rows: sites and primitive, where `row_configurations` sums; None, where `lane_configurations`
    does: then what sums by rows is not compiled. means (chunks, cases · 15), volume_means (chunks,
    controlled · 15), number_means (chunks, controlled); there are as many draws in each chunk.
    """
    chunks = len(means)
    draws = len(rotations) // chunks
    controlled = number_means.shape[1]
    sums = np.empty((draws, radius.size, MOMENTS))
    volume = np.empty((draws, controlled, MOMENTS))
    number = np.empty((draws, controlled))
    for chunk in range(chunks):
        first = chunk * draws
        last = first + draws
        turned = rotations[first:last]
        moved = offsets[first:last]
        looked = near[first:last]
        if rows is None:
            lane_configurations(
                points, looked, trusted, turned, moved, place, measure, radius, same_body,
                n_blocks, sums, volume, number,
            )  # fmt: skip
        else:
            row_configurations(
                points, rows[0], rows[1], looked, trusted, turned, moved, place, measure, radius,
                same_body, n_blocks, sums, volume, number,
            )  # fmt: skip
        enter_means(sums.reshape((draws, radius.size * MOMENTS)), means[chunk])
        enter_means(volume.reshape((draws, controlled * MOMENTS)), volume_means[chunk])
        enter_means(number, number_means[chunk])
