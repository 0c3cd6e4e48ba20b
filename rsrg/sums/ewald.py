"""The 15 quartic pair sums of many points in free space, as N log N: 1/r³ split in two.

A short part that ends at a reach r_c is summed pair by pair (`short_range`), the smooth rest over
Fourier modes (`modes`). `splitting` has the functions. Free space: the smooth part is cut off
beyond the diameter of the set and its period is so long that no image is felt.
"""

from dataclasses import dataclass

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError
from rsrg.physics.interaction import quartic_moments, quartic_tensor
from rsrg.sums.modes import finufft, mode_grid, smooth_sums
from rsrg.sums.short_range import TERMS, short_sums
from rsrg.sums.splitting import Splitting, gauss, truncated

TIGHTEST, LOOSEST = 1e-11, 1e-4


def _tables(splitting: Splitting, edge: float, period: float, modes: int) -> Array:
    """T₀, T₂, T₄ by |k|² for integer k: transforms / (volume |k|^l), (3, modes² + 1)."""
    n = np.arange(modes * modes + 1.0)
    k = 2.0 * np.pi / period * np.sqrt(n)
    two, four = truncated(k[1:], edge, splitting)
    r, dr = radial_nodes(edge + 1.0, splitting.c)
    weighted = 4.0 * np.pi * dr * r * splitting.radial(r, edge)
    waves = finufft().nufft1d3(r, weighted + 0j, k[1:], eps=1e-14, isign=1, nthreads=1).imag
    table = np.zeros((3, n.size))
    table[0, 0] = weighted @ r
    table[0, 1:] = waves / k[1:]
    table[1, 1:] = two / n[1:]
    table[2, 1:] = four / n[1:] ** 2
    return table / period**3


def radial_nodes(end: float, c: float) -> tuple[Array, Array]:
    """Gauss–Legendre nodes and weights on 0 … end, in pieces of length about one."""
    edges = np.concatenate([[0.0], np.linspace(1.0, end, int(np.ceil(end)))])
    pieces = [gauss(a, b, c * (b - a)) for a, b in zip(edges[:-1], edges[1:], strict=True)]
    return np.concatenate([x for x, _ in pieces]), np.concatenate([w for _, w in pieces])


def _assembled(sums: Array) -> Array:
    """Q from A = Σ w₄ nnnn (15), B = Σ w₂ nn (6) and Σ w₀ (1): their l = 4, 2, 0 parts, added."""
    d = np.eye(3)
    quartic = quartic_tensor(sums[:15])
    xx, xy, xz, yy, yz, zz = sums[15:21]
    b = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    a = np.einsum("abcc->ab", quartic)
    part = (b - a) / 7.0 + d * (np.trace(a) / 70.0 - np.trace(b) / 21.0 + sums[21] / 30.0)
    pairs = ("ab,cd", "ac,bd", "ad,bc", "bc,ad", "bd,ac", "cd,ab")
    return quartic_moments(quartic + sum(np.einsum(f"{p}->abcd", d, part) for p in pairs))


def ewald_with(points: Array, reach: float, c: float, tolerance: float) -> Array:
    x = (points - 0.5 * (points.min(axis=0) + points.max(axis=0))) / reach
    splitting = Splitting(c)
    extent = np.ptp(x, axis=0)
    diameter = 2.0 * np.linalg.norm(x, axis=1).max()
    edge = diameter + 1.0
    period = edge + 1.0 + extent.max()
    modes = int(c * period / (2.0 * np.pi))
    import time
    t0 = time.perf_counter()
    polynomials = splitting.polynomials(TERMS)
    table = _tables(splitting, edge, period, modes)
    t1 = time.perf_counter()
    grid = mode_grid(extent, period, modes, tolerance)
    t2 = time.perf_counter()
    smooth = smooth_sums(x, grid, table)
    t3 = time.perf_counter()
    smooth[21] -= len(x) * np.polynomial.polynomial.polyval(-1.0, polynomials[0])
    short = short_sums(x, polynomials)
    t4 = time.perf_counter()
    print(f"  modes {modes} grid {grid.grid} {grid.shape} mem {grid.memory/1e9:.2f} GB: tables {t1-t0:.2f} probe {t2-t1:.2f} smooth {t3-t2:.2f} short {t4-t3:.2f}")
    return _assembled(2.0 * short + smooth) / reach**3


def ewald_moments(points: Array, tolerance: float) -> Array:
    raise NotImplementedError
