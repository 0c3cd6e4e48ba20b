"""Means over the draws of a chunk: so no array grows with the draws. Nothing is checked here."""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.sums.jit import kernel
from rsrg.sums.kernels.arrays import ChunkSums, DrawArrays
from rsrg.sums.kernels.quartics import MOMENTS


@kernel
def empty_sums(draws: int, cases: int, controlled: int) -> ChunkSums:
    """Room for the sums of each draw of a chunk."""
    return ChunkSums(
        np.empty((draws, cases, MOMENTS)),
        np.empty((draws, controlled, MOMENTS)),
        np.empty((draws, controlled)),
    )


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
def enter_chunk(drawn: ChunkSums, means: ChunkSums, chunk: int) -> None:
    """Write the means over a chunk's draws to means[chunk]."""
    sums = means.sums[chunk].ravel()
    volume = means.volume[chunk].ravel()
    draws = len(drawn.sums)
    enter_means(drawn.sums.reshape((draws, sums.size)), sums)
    enter_means(drawn.volume.reshape((draws, volume.size)), volume)
    enter_means(drawn.number, means.number[chunk])


@kernel
def of_chunk(draws: DrawArrays, chunk: int, chunk_draws: int) -> DrawArrays:
    """The draws of one chunk."""
    start = chunk * chunk_draws
    stop = start + chunk_draws
    return DrawArrays(draws.rotations[start:stop], draws.offsets[start:stop])
