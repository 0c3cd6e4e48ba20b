"""The smooth part of the split sums: Σ over Fourier modes of |S(k)|² times a radial table.

S(k) = Σ_s exp(−ik·x_s) on a cubic lattice of modes, by finufft's spreading onto a grid and pruned
fast Fourier transforms: the points fill an eighth of the period at most, and half of the
frequencies along each axis are asked for, so axis by axis only what is not zero is transformed.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from rsrg.physics.arrays import Array
from rsrg.sums.ewald.nufft import finufft
from rsrg.sums.jit import kernel
from rsrg.sums.threads import ordered_map

UPSAMPLING = 2.0  # grid points per mode and axis: narrow spreading; the pruning makes it cheap
MIN_GRID = 32  # grid points along an axis; finufft needs two widths
PROBES = 32  # samples of the spreading function per grid step, for its Fourier transform
PROBE_GRID = 48  # its support, 16 at most, and room
PLANES = 16  # of the grid that one task spreads points over; its margins are half as many again
ROWS = 2  # of modes that one task transforms last: few, so that they stay in the cache
SUMS = 22  # 15 quartic, 6 quadratic, 1 scalar

Complex = NDArray[np.complex128]


def spread_points(u: Array, shape: tuple[int, int, int], tolerance: float) -> Array:
    """Points of unit weight at grid coordinates u, (3, n), each smeared over its neighbours."""
    if u.shape[1] == 0:
        return np.zeros(shape)
    # finufft's grid point i stands at −π + 2π i/n.
    x, y, z = (
        np.ascontiguousarray(2.0 * np.pi / n * row - np.pi) for n, row in zip(shape, u, strict=True)
    )
    weights = np.ones(x.size, dtype=np.complex128)
    grid = finufft().nufft3d1(
        x, y, z, weights, shape, eps=tolerance, upsampfac=UPSAMPLING, spreadinterponly=1, nthreads=1
    )
    return np.asarray(grid.real, dtype=np.float64)


def deconvolution(grid: int, modes: int, tolerance: float) -> tuple[Array, int]:
    """1/φ̂(m)² for 0 ≤ m ≤ modes on a grid of this period, and the half width of φ.

    φ is the spreading function of finufft: a point becomes φ(x) φ(y) φ(z). φ̂(m) = ∫ φ cos(2π m x /
    grid) dx by the trapezoidal rule, which is exact to rounding and φ's own tolerance.
    """
    middle = PROBE_GRID // 2
    offsets = np.arange(PROBES) / PROBES
    lines = [
        spread_points(np.array([[middle + a], [middle], [middle]]), (PROBE_GRID,) * 3, tolerance)
        for a in offsets
    ]
    phi = np.stack([line[:, middle, middle] for line in lines]).ravel()
    phi /= np.cbrt(lines[0][middle, middle, middle]) ** 2
    x = (np.arange(PROBE_GRID) - middle - offsets[:, None]).ravel()
    angle = 2.0 * np.pi / grid * np.outer(np.arange(modes + 1), x[phi != 0.0])
    transform = np.cos(angle) @ phi[phi != 0.0] / PROBES
    return transform**-2.0, int(np.ceil(np.abs(x[phi != 0.0]).max()))


@kernel
def mode_sums(f: Complex, ky: Array, table: Array, factor: Array) -> Array:
    """Σ T₄ k k k k |S|² (15), Σ T₂ k k |S|² (6), Σ T₀ |S|² (1) over all k_x, some k_y, all k_z.

    f (grid, k_y, k_z ≥ 0): S before deconvolution; factor (modes + 1,): 1/φ̂². k are integers;
    table (3, modes² + 1): T₀, T₂, T₄ by |k|². Modes with k_z > 0 stand for their opposites, too.
    """
    out = np.zeros(SUMS)
    most = factor.size - 1
    t0, t2, t4 = table[0], table[1], table[2]
    for kx in range(-most, most + 1):
        for row in range(ky.size):
            y = ky[row]
            square = kx * kx + y * y
            if square > most * most:
                continue
            length = min(np.int64(np.sqrt(most * most - square + 0.5)) + 1, f.shape[2])
            s = f[kx if kx >= 0 else f.shape[0] + kx, row, :length]
            one = b0 = b1 = b2 = a0 = a1 = a2 = a3 = a4 = 0.0
            for z in range(s.size):
                power = (s[z].real * s[z].real + s[z].imag * s[z].imag) * factor[z]
                if z == 0:
                    power *= 0.5
                index = square + z * z
                two = power * t2[index]
                four = power * t4[index]
                zz = np.float64(z * z)
                one += power * t0[index]
                b0 += two
                b1 += two * z
                b2 += two * zz
                a0 += four
                a1 += four * z
                a2 += four * zz
                a3 += four * zz * z
                a4 += four * zz * zz
            w = 2.0 * factor[abs(kx)] * factor[abs(y)]
            x1 = np.float64(kx)
            y1 = np.float64(y)
            out[0] += w * x1**4 * a0
            out[1] += w * x1**3 * y1 * a0
            out[2] += w * x1**3 * a1
            out[3] += w * x1**2 * y1**2 * a0
            out[4] += w * x1**2 * y1 * a1
            out[5] += w * x1**2 * a2
            out[6] += w * x1 * y1**3 * a0
            out[7] += w * x1 * y1**2 * a1
            out[8] += w * x1 * y1 * a2
            out[9] += w * x1 * a3
            out[10] += w * y1**4 * a0
            out[11] += w * y1**3 * a1
            out[12] += w * y1**2 * a2
            out[13] += w * y1 * a3
            out[14] += w * a4
            out[15] += w * x1 * x1 * b0
            out[16] += w * x1 * y1 * b0
            out[17] += w * x1 * b1
            out[18] += w * y1 * y1 * b0
            out[19] += w * y1 * b1
            out[20] += w * b2
            out[21] += w * one
    return out


@dataclass(frozen=True)
class ModeGrid:
    """Modes 2π/period · (k_x, k_y, k_z) with |k| ≤ modes, and the grid they are computed on.

    grid: points per period; step: between them. shape: points along each axis that can be reached
    from the box of points; half_width: how far each is smeared; factor: 1/φ̂² of `deconvolution`.
    """

    modes: int
    grid: int
    step: float
    tolerance: float
    shape: tuple[int, int, int]
    half_width: int
    factor: Array


def grid_bytes(extent: Array, modes: int) -> int:
    """Bytes of the largest arrays that live at one time; extent (3,) in periods."""
    nx, ny, nz = (UPSAMPLING * (2 * modes + 1) * extent + MIN_GRID).tolist()
    return int(8 * nx * ny * nz + 16 * nx * (2 * modes + 1) * (modes + 1))


def mode_grid(extent: Array, period: float, modes: int, tolerance: float) -> ModeGrid:
    """The grid for points in a box of this extent, (3,), at most half the period."""
    grid = fft.next_fast_len(max(int(UPSAMPLING * (2 * modes + 1)), 2 * MIN_GRID), real=True)
    factor, half_width = deconvolution(grid, modes, tolerance)
    step = period / grid
    nx, ny, nz = (max(int(e / step) + 2 * half_width + 3, MIN_GRID) for e in extent)
    return ModeGrid(modes, grid, step, tolerance, (nx, ny, nz), half_width, factor)


def _charges(points: Array, g: ModeGrid) -> Array:
    """The points smeared over the grid, in slabs of whole planes: (shape)."""
    u = (points - points.min(axis=0)).T / g.step + g.half_width + 1
    u = u[:, np.argsort(u[0], kind="stable")]
    starts = range(0, g.shape[0], PLANES)
    edges = np.searchsorted(u[0], [*starts, g.shape[0]])

    margin = g.half_width
    planes = PLANES + 2 * margin + 1

    def slab(number: int) -> Array:
        inside = u[:, edges[number] : edges[number + 1]].copy()
        inside[0] += margin - starts[number]
        return spread_points(inside, (planes, *g.shape[1:]), g.tolerance)

    charges = np.zeros((g.shape[0] + PLANES + planes, *g.shape[1:]))
    for start, grid in zip(starts, ordered_map(slab, range(len(starts))), strict=True):
        charges[start : start + planes] += grid
    return charges[margin : margin + g.shape[0]]


def _half_transformed(charges: Array, g: ModeGrid) -> Complex:
    """Σ_{y,z} charges exp(−i(k_y y + k_z z)), (x, 2 modes + 1, modes + 1), k_y from 0, then < 0."""
    m = g.modes
    out = np.empty((len(charges), 2 * m + 1, m + 1), dtype=np.complex128)

    def plane(x: int) -> None:
        lines = fft.rfft(charges[x], g.grid, axis=1)[:, : m + 1]
        full = fft.fft(lines, g.grid, axis=0)
        out[x, : m + 1] = full[: m + 1]
        out[x, m + 1 :] = full[g.grid - m :]

    deque(ordered_map(plane, range(len(charges))), maxlen=0)
    return out


def smooth_sums(points: Array, g: ModeGrid, table: Array) -> Array:
    """Σ T₄ k k k k |S(k)|² (15), Σ T₂ k k |S|² (6), Σ T₀ |S|² (1) over modes |k| ≤ modes, (22,).

    points (n, 3); k in units of 2π/period; table (3, modes² + 1): T₀, T₂, T₄ by |k|². Tasks do
    not depend on the number of threads, and neither do the bits.
    """
    half = _half_transformed(_charges(points, g), g)
    ky = np.r_[0 : g.modes + 1, -g.modes : 0]

    def rows(start: int) -> Array:
        these = ky[start : start + ROWS]
        inside = int(np.sqrt(g.modes**2 - np.abs(these).min() ** 2)) + 1
        f = fft.fft(half[:, start : start + ROWS, :inside], g.grid, axis=0)
        return mode_sums(f, these, table, g.factor)

    return sum(ordered_map(rows, range(0, len(ky), ROWS)), np.zeros(SUMS))
