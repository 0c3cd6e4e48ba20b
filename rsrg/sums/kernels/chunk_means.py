"""Means over the draws of a chunk: so no array grows with the draws. Nothing is checked here."""

from rsrg.physics.arrays import Array
from rsrg.sums.jit import kernel


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
def enter_chunk(
    sums: Array,
    volume: Array,
    number: Array,
    means: Array,
    volume_means: Array,
    number_means: Array,
) -> None:
    """Write the means of the sums of a chunk: (draws, cases, 15), (draws, controlled, 15 or none).

    means (cases · 15,), volume_means (controlled · 15,), number_means (controlled,).
    """
    draws = sums.shape[0]
    enter_means(sums.reshape((draws, means.size)), means)
    enter_means(volume.reshape((draws, volume_means.size)), volume_means)
    enter_means(number, number_means)
