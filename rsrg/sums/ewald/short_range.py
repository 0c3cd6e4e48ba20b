"""The short part of the split sums: all pairs nearer than r = 1, by columns of cells.

Points lie in square columns along x, in the order of x in each. The partners of a point in another
column are then one contiguous slice, whose ends move on with the point. Differences are collected
in a buffer and summed when it is full, by loops that the compiler turns into whole vectors.
"""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.sums.jit import kernel
from rsrg.sums.kernels.quartics import MOMENTS, ZERO_QUARTICS, add_quartics, quartics
from rsrg.sums.threads import ordered_map

FINENESS = 2  # columns per reach: finer ones waste fewer pairs, coarser ones have longer slices
BUFFER = 1024  # differences; with their weights they stay in the first cache
TERMS = 22  # of each polynomial; 1e-13 for every cutoff (see the tests of the splitting)
TASKS = 64  # of about equally many points
REACH_MARGIN = 1e-9  # on the reach of columns: pairs may be too many, never too few by rounding
SUMS = 22  # 15 quartic, 6 quadratic, 1 scalar

Polynomial = tuple[float, ...]
Polynomials = tuple[Polynomial, Polynomial, Polynomial]


@kernel
def horner(t: float, p: Polynomial) -> float:
    """Σ p_i t^i, unrolled by hand: a loop here would stop the vectorisation of the one outside."""
    value = p[21]
    value = value * t + p[20]
    value = value * t + p[19]
    value = value * t + p[18]
    value = value * t + p[17]
    value = value * t + p[16]
    value = value * t + p[15]
    value = value * t + p[14]
    value = value * t + p[13]
    value = value * t + p[12]
    value = value * t + p[11]
    value = value * t + p[10]
    value = value * t + p[9]
    value = value * t + p[8]
    value = value * t + p[7]
    value = value * t + p[6]
    value = value * t + p[5]
    value = value * t + p[4]
    value = value * t + p[3]
    value = value * t + p[2]
    value = value * t + p[1]
    return value * t + p[0]


@kernel
def radial_weights(d: Array, p: Polynomials, w: Array) -> None:
    """Write w_l = r^{−l−3} − p_l(2r² − 1), l = 0, 2, 4, for r = |d| ≤ 1; d (3, m), w (3, m).

    p is a tuple, not an array: stores into w could change an array, and then nothing is vectorised.
    """
    x, y, z = d[0], d[1], d[2]
    w0, w2, w4 = w[0], w[1], w[2]
    p0, p2, p4 = p
    for i in range(x.size):
        square = x[i] * x[i] + y[i] * y[i] + z[i] * z[i]
        inverse = 1.0 / square
        cubed = inverse * np.sqrt(inverse)
        t = 2.0 * square - 1.0
        w0[i] = cubed - horner(t, p0)
        w2[i] = cubed * inverse - horner(t, p2)
        w4[i] = cubed * inverse * inverse - horner(t, p4)


@kernel
def add_weighted(d: Array, w: Array, out: Array) -> None:
    """out += Σ w₄ d d d d (15), Σ w₂ d d (6), Σ w₀; scalars, for they must live in registers."""
    sums = ZERO_QUARTICS
    xx = xy = xz = yy = yz = zz = one = 0.0
    dx, dy, dz = d[0], d[1], d[2]
    w0, w2, w4 = w[0], w[1], w[2]
    for i in range(dx.size):
        x = dx[i]
        y = dy[i]
        z = dz[i]
        one += w0[i]
        wx = w2[i] * x
        wy = w2[i] * y
        xx += wx * x
        xy += wx * y
        xz += wx * z
        yy += wy * y
        yz += wy * z
        zz += w2[i] * z * z
        sums = add_quartics(sums, quartics(x, y, z, w4[i]))
    for c in range(MOMENTS):
        out[c] += sums[c]
    out[15] += xx
    out[16] += xy
    out[17] += xz
    out[18] += yy
    out[19] += yz
    out[20] += zz
    out[21] += one


@kernel
def collect(points: Array, i: int, low: int, high: int, d: Array, filled: int) -> int:
    """Append points[:, low:high] − point i to d where shorter than 1; how many d holds then."""
    here_x, here_y, here_z = points[0, i], points[1, i], points[2, i]
    xs = points[0, low:high]
    ys = points[1, low:high]
    zs = points[2, low:high]
    dx, dy, dz = d[0], d[1], d[2]
    k = np.uint64(filled)
    for j in range(xs.size):
        x = xs[j] - here_x
        y = ys[j] - here_y
        z = zs[j] - here_z
        dx[k] = x
        dy[k] = y
        dz[k] = z
        k += np.uint64(x * x + y * y + z * z <= 1.0)
    return int(k)


@kernel
def add_columns(
    points: Array,
    ours: tuple[int, int],
    theirs: tuple[int, int],
    reach: float,
    p: Polynomials,
    d: Array,
    w: Array,
    filled: int,
    sums: Array,
) -> int:
    """Collect the pairs of two columns, or of one with itself, |Δx| ≤ reach; sum full buffers.

    ours, theirs: where the columns begin and end. The partners of a point are one slice of theirs.
    """
    low = high = theirs[0]
    end = theirs[1]
    for i in range(ours[0], ours[1]):
        x = points[0, i]
        while low < end and points[0, low] < x - reach:
            low += 1
        while high < end and points[0, high] <= x + reach:
            high += 1
        begin = max(low, i + 1) if ours[0] == theirs[0] else low
        while begin < high:
            taken = min(high - begin, BUFFER - filled)
            filled = collect(points, i, begin, begin + taken, d, filled)
            begin += taken
            if filled == BUFFER:
                radial_weights(d, p, w)
                add_weighted(d, w, sums)
                filled = 0
    return filled


@kernel
def column_sums(
    points: Array, first: Array, shape: tuple[int, int], p: Polynomials, start: int, stop: int
) -> Array:
    """The 22 short sums over unordered pairs whose first point is in columns start … stop − 1.

    points (3, n) in columns of side 1/FINENESS in (y, z), by x inside each; first (columns + 1,):
    where each begins. shape: columns along y and z. Of two columns the first in order has the pair.
    """
    ny, nz = shape
    sums = np.zeros(SUMS)
    d = np.empty((3, BUFFER))
    w = np.empty((3, BUFFER))
    filled = 0
    for column in range(start, stop):
        y = column // nz
        z = column % nz
        ours = (first[column], first[column + 1])
        if ours[0] == ours[1]:
            continue
        for y2 in range(y, min(y + FINENESS + 2, ny)):
            for z2 in range(max(z - FINENESS - 1, 0), min(z + FINENESS + 2, nz)):
                other = y2 * nz + z2
                gap = max(y2 - y - 1, 0) ** 2 + max(abs(z2 - z) - 1, 0) ** 2
                if other < column or gap > FINENESS**2:
                    continue
                reach = np.sqrt(1.0 - gap / FINENESS**2) + REACH_MARGIN
                theirs = (first[other], first[other + 1])
                filled = add_columns(points, ours, theirs, reach, p, d, w, filled, sums)
    radial_weights(d[:, :filled], p, w)
    add_weighted(d[:, :filled], w, sums)
    return sums


def short_sums(points: Array, polynomials: Array) -> Array:
    """Σ w₄ d d d d (15), Σ w₂ d d (6), Σ w₀ (1) over unordered pairs nearer than 1, (22,).

    points (n, 3) in units of the reach; polynomials (3, TERMS), of `Splitting.polynomials`;
    w_l = r^{−l−3} − polynomial. Tasks of fixed columns, added in order: bitwise the same for any
    number of threads. Not finite where two points coincide.
    """
    cell = np.floor((points[:, 1:] - points[:, 1:].min(axis=0)) * FINENESS).astype(np.int64)
    shape = tuple(int(length) for length in cell.max(axis=0) + 1)
    column = cell[:, 0] * shape[1] + cell[:, 1]
    order = np.lexsort((points[:, 0], column))
    first = np.searchsorted(column[order], np.arange(shape[0] * shape[1] + 1))
    by_column = np.ascontiguousarray(points[order].T)
    p = tuple(tuple(float(x) for x in row) for row in polynomials)
    bounds = np.searchsorted(first, np.linspace(0, len(points), TASKS + 1)[1:-1])
    edges = [0, *(int(b) for b in bounds), shape[0] * shape[1]]

    def task(number: int) -> Array:
        return column_sums(by_column, first, shape, p, edges[number], edges[number + 1])

    return sum(ordered_map(task, range(TASKS)), np.zeros(SUMS))
