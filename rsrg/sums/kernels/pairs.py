"""Sums over all pairs of any n points: every unordered pair once, by shifts.

Point s meets point s + h round a ring, for h = 1 … (n−1)/2, and for even n half of what h = n/2
gives. All loops are then equally long and contiguous. `base` holds the points, padded to a multiple
of LANES with points so far away that they add nothing (1e-90 each); `ring` holds them again, laid
out by `close_ring`. Nothing is checked here.
"""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.sums.jit import kernel
from rsrg.sums.kernels.quartics import (
    FAR,
    LANES,
    MOMENTS,
    TINY,
    ZERO_QUARTICS,
    add_quartics,
    pair_quartics,
    quartics,
)

TILE = 1024  # points whose coordinates stay in the first cache while h runs
SHIFT_BLOCKS = 16  # parts of a large sum per tile


@kernel
def shift_moments(
    base: Array, ring: Array, n: int, start: int, stop: int, low: int, high: int
) -> tuple[float, ...]:
    """Σ_h Σ_s d_a d_b d_c d_d / |d|⁷, d = ring[s + h] − base[s], start ≤ s < stop, low ≤ h < high.

    high − low is even: two shifts at a time, since a sum over one is gathered from its lanes
    each time, which costs as much as three vectors of pairs.
    """
    sums = ZERO_QUARTICS
    x = base[0, start:stop]
    y = base[1, start:stop]
    z = base[2, start:stop]
    for h in range(low, high, 2):
        a = start + ring_offset(h, n)
        b = start + ring_offset(h + 1, n)
        xa = ring[0, a : a + x.size]
        ya = ring[1, a : a + x.size]
        za = ring[2, a : a + x.size]
        xb = ring[0, b : b + x.size]
        yb = ring[1, b : b + x.size]
        zb = ring[2, b : b + x.size]
        for s in range(x.size):
            q = pair_quartics(xa[s] - x[s], ya[s] - y[s], za[s] - z[s])
            p = pair_quartics(xb[s] - x[s], yb[s] - y[s], zb[s] - z[s])
            sums = add_quartics(add_quartics(sums, q), p)
    return sums


@kernel
def padded(n: int) -> int:
    """The next multiple of LANES."""
    return (n + LANES - 1) // LANES * LANES


@kernel
def ring_size(n: int) -> int:
    """Columns of `ring` for n points."""
    return 3 * padded(n) + n // 2


@kernel
def shifts(n: int) -> int:
    """How many shifts there are, an even number: whole turns, a half one for even n, none."""
    return (n // 2 + 1) // 2 * 2


@kernel
def ring_offset(h: int, n: int) -> int:
    """Where in `ring` the partners at shift h begin."""
    whole = (n - 1) // 2
    return h if h <= whole else padded(n) + n // 2 + (h - whole - 1) * padded(n)


@kernel
def close_ring(base: Array, ring: Array, n: int) -> None:
    """Pad base[:, n:], and copy base[:, :n] to ring, going round; base (3, ≥ padded(n)).

    Behind the ring: the partners at h = n/2 of the first n/2 points for even n, and partners
    that are nowhere, to make the number of shifts even.
    """
    turn = padded(n) + n // 2
    for c in range(3):
        for s in range(n):
            ring[c, s] = base[c, s]
        for s in range(n // 2):
            ring[c, n + s] = base[c, s]
        for s in range(n + n // 2, turn):
            ring[c, s] = 0.0  # only ever met by padding
        for s in range(turn, turn + 2 * padded(n)):
            ring[c, s] = -FAR
        if n % 2 == 0:
            for s in range(n // 2):
                ring[c, turn + s] = base[c, s + n // 2]
        for s in range(n, padded(n)):
            base[c, s] = FAR


@kernel
def add_shifts(
    base: Array, ring: Array, n: int, start: int, stop: int, low: int, high: int, total: Array
) -> None:
    """Add the ordered pairs (s, s ± h), start ≤ s < stop, low ≤ h < high, to total, (15,)."""
    sums = shift_moments(base, ring, n, start, stop, low, high)
    for c in range(MOMENTS):
        total[c] += 2.0 * sums[c]


@kernel
def serial_moments(base: Array, ring: Array, n: int, total: Array) -> None:
    """Σ over all ordered pairs of n points, (15,), by one thread."""
    total[:] = 0.0
    for start in range(0, padded(n), TILE):
        stop = min(start + TILE, padded(n))
        add_shifts(base, ring, n, start, stop, 1, 1 + shifts(n), total)


@kernel
def tile_parts(n: int) -> int:
    """How many parts the sum over n points has for `add_tile_parts`."""
    return SHIFT_BLOCKS * ((padded(n) + TILE - 1) // TILE)


@kernel
def add_tile_parts(base: Array, ring: Array, n: int, first: int, stride: int, parts: Array) -> None:
    """Write the parts first, first + stride, … of the sum over all pairs to parts, (parts, 15).

    A part is a tile of points at a block of shifts; all parts together make `serial_moments`.
    """
    tiles = parts.shape[0] // SHIFT_BLOCKS
    pairs = shifts(n) // 2
    for part in range(first, parts.shape[0], stride):
        block = part // tiles
        start = part % tiles * TILE
        low = 1 + pairs * block // SHIFT_BLOCKS * 2
        high = 1 + pairs * (block + 1) // SHIFT_BLOCKS * 2
        stop = min(start + TILE, padded(n))
        parts[part] = 0.0
        add_shifts(base, ring, n, start, stop, low, high, parts[part])


@kernel
def weighted_moments(
    grid: Array, x0: float, y0: float, z0: float, weight: Array, total: Array
) -> None:
    """Add 2 Σ_m weight_m d_a d_b d_c d_d / |d|⁷, d = (x0, y0, z0) + grid[:, m], to total, (15,).

    The weights count displacements, d and −d in one. d = 0 adds nothing.
    """
    sums = ZERO_QUARTICS
    px = grid[0, : weight.size]
    py = grid[1, : weight.size]
    pz = grid[2, : weight.size]
    for m in range(px.size):
        x = x0 + px[m]
        y = y0 + py[m]
        z = z0 + pz[m]
        r2 = x * x + y * y + z * z
        r4 = r2 * r2
        q = quartics(x, y, z, weight[m] * np.sqrt(r2) / max(r4 * r4, TINY))
        sums = add_quartics(sums, q)
    for c in range(MOMENTS):
        total[c] += 2.0 * sums[c]
