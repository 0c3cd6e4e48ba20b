"""The sum over all pairs, pair by pair: N²/2 terms, exact to rounding, for any set of points."""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.sums.cost import direct_seconds
from rsrg.sums.kernels.pairs import (
    add_tile_parts,
    close_ring,
    padded,
    ring_size,
    serial_moments,
    tile_parts,
)
from rsrg.sums.kernels.quartics import MOMENTS
from rsrg.sums.threads import share_rows

PARTS_FROM = 512  # points; fewer are one part


def direct_moments(points: Array) -> Array:
    """Q_abcd of checked points, (n, 3) → (15,), bitwise the same for any number of threads."""
    n = len(points)
    base = np.empty((3, padded(n)))
    ring = np.empty((3, ring_size(n)))
    base[:, :n] = points.T
    close_ring(base, ring, n)
    if n < PARTS_FROM:
        moments = np.full(MOMENTS, np.nan)
        serial_moments(base, ring, n, moments)
        return moments
    parts = np.full((tile_parts(n), MOMENTS), np.nan)

    def fill(first: int, stride: int) -> None:
        add_tile_parts(base, ring, n, first, stride, parts)

    return share_rows(fill, parts, direct_seconds(n))


def direct_bytes(n: int) -> int:
    """Memory that `direct_moments` takes."""
    return 24 * (int(padded(n)) + int(ring_size(n)))
