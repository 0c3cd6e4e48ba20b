"""Slow twins: the sums as one would write them on paper."""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.interaction import quartic_moments


def pair_moments_twin(positions: Array) -> Array:
    """Q_abcd = Σ_{s≠s'} n_a n_b n_c n_d / r³ by one einsum over all ordered pairs."""
    d = positions[:, None, :] - positions[None, :, :]
    d = d[~np.eye(len(positions), dtype=bool)]
    r = np.linalg.norm(d, axis=1)
    n = d / r[:, None]
    return quartic_moments(np.einsum("sa,sb,sc,sd,s->abcd", n, n, n, n, r**-3, optimize=True))


def choose_twin(points: Array, matrix: Array, shift: Array, radius: float, n: int | None) -> Array:
    """The n points of smallest |matrix z + shift|, ties by index; all inside for n = None."""
    distances = np.linalg.norm(points @ matrix.T + shift, axis=1)
    if n is None:
        return np.flatnonzero(distances <= radius)
    ties = np.round((distances / radius) ** 2 * 2**33)  # the resolution that `count: exact` states
    return np.lexsort((np.arange(len(points)), ties))[:n]


def configuration_twin(points, rotation, offset, place, measure, radius, n) -> Array:
    """One draw, one case: choose by |B x|, place at A x, sum; x = R (z + u)."""
    chosen = choose_twin(points, measure @ rotation, measure @ rotation @ offset, radius, n)
    return pair_moments_twin((points[chosen] + offset) @ (place @ rotation).T)
