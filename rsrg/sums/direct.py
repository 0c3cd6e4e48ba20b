"""The sum over all pairs, pair by pair: N²/2 terms, exact to rounding, for any set of points."""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.sums.jit import apply_threads
from rsrg.sums.kernels.pairs import close_ring, padded, parallel_moments, ring_size, serial_moments
from rsrg.sums.kernels.quartics import MOMENTS

PARALLEL_FROM = 512  # points; below, starting the threads costs more than they save


def direct_moments(points: Array) -> Array:
    """Q_abcd of checked points, (n, 3) → (15,). The path depends on n only, not on threads."""
    n = len(points)
    base = np.empty((3, padded(n)))
    ring = np.empty((3, ring_size(n)))
    base[:, :n] = points.T
    close_ring(base, ring, n)
    if n < PARALLEL_FROM:
        moments = np.empty(MOMENTS)
        serial_moments(base, ring, n, moments)
        return moments
    apply_threads()
    return np.asarray(parallel_moments(base, ring, n), dtype=np.float64)


def direct_bytes(n: int) -> int:
    """Memory that `direct_moments` takes."""
    return 24 * (int(padded(n)) + int(ring_size(n)))
