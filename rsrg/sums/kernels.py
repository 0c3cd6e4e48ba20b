"""The compiled pair sums: arrays and scalars in, 15 moments out, nothing checked.

Every unordered pair of n points is met once by cyclic shifts: point s with point s + h, for
h = 1 … (n−1)/2, and for even n half of what h = n/2 gives. All loops are then equally long and
contiguous, whatever h. `base` holds the points, padded to a multiple of LANES with points so far
away that they add nothing (1e-90 each); `ring` holds them again, going on round by half a turn.
"""

import numpy as np
from numba import prange

from rsrg.physics.arrays import Array
from rsrg.sums.jit import kernel, parallel_kernel

LANES = 8  # padding: whole vectors of eight doubles, no scalar remainder
FAR = 1e30  # block sizes; FAR⁻³ is nothing beside a true pair, and FAR⁷ does not overflow
TILE = 1024  # points whose coordinates stay in the first cache while h runs
SHIFT_BLOCKS = 16  # parallel tasks per tile
MOMENTS = 15

FEW = 8  # keys about the n-th that are sorted, not bisected further
KEY_OF_RADIUS = 2.0**33  # integer keys: distances² equal to 1e-10 are one, ordered by index


@kernel
def shift_moments(
    base: Array, ring: Array, start: int, stop: int, low: int, high: int
) -> tuple[float, ...]:
    """Σ_h Σ_s d_a d_b d_c d_d / |d|⁷, d = ring[s + h] − base[s], start ≤ s < stop, low ≤ h < high.

    Fifteen scalars, not an array: they must live in registers. Slices that start at zero, and both
    loops in one function: nothing but that is vectorised without gathers or calls.
    """
    xxxx = xxxy = xxxz = xxyy = xxyz = xxzz = xyyy = xyyz = xyzz = xzzz = 0.0
    yyyy = yyyz = yyzz = yzzz = zzzz = 0.0
    x = base[0, start:stop]
    y = base[1, start:stop]
    z = base[2, start:stop]
    for h in range(low, high):
        xs = ring[0, start + h : stop + h]
        ys = ring[1, start + h : stop + h]
        zs = ring[2, start + h : stop + h]
        for s in range(x.size):
            dx = xs[s] - x[s]
            dy = ys[s] - y[s]
            dz = zs[s] - z[s]
            xx = dx * dx
            xy = dx * dy
            xz = dx * dz
            yy = dy * dy
            yz = dy * dz
            zz = dz * dz
            r2 = xx + yy + zz
            w = 1.0 / (r2 * r2 * r2 * np.sqrt(r2))
            wxx = w * xx
            wxy = w * xy
            wxz = w * xz
            wyy = w * yy
            wyz = w * yz
            wzz = w * zz
            xxxx += wxx * xx
            xxxy += wxx * xy
            xxxz += wxx * xz
            xxyy += wxx * yy
            xxyz += wxx * yz
            xxzz += wxx * zz
            xyyy += wxy * yy
            xyyz += wxy * yz
            xyzz += wxy * zz
            xzzz += wxz * zz
            yyyy += wyy * yy
            yyyz += wyy * yz
            yyzz += wyy * zz
            yzzz += wyz * zz
            zzzz += wzz * zz
    return (
        xxxx, xxxy, xxxz, xxyy, xxyz, xxzz, xyyy, xyyz,
        xyzz, xzzz, yyyy, yyyz, yyzz, yzzz, zzzz,
    )  # fmt: skip


@kernel
def add_shifts(
    base: Array, ring: Array, n: int, start: int, stop: int, low: int, high: int, total: Array
) -> None:
    """Add the ordered pairs (s, s ± h), start ≤ s < stop, low ≤ h < high ≤ n/2 + 1, to total."""
    half = (n + 1) // 2  # shifts below it meet each pair from one end, h = n/2 from both
    once = shift_moments(base, ring, start, stop, low, min(high, half))
    twice = shift_moments(base, ring, start, stop, max(low, half), high)
    for c in range(MOMENTS):
        total[c] += 2.0 * once[c] + twice[c]


@kernel
def padded(n: int) -> int:
    """The next multiple of LANES."""
    return (n + LANES - 1) // LANES * LANES


@kernel
def close_ring(base: Array, ring: Array, n: int) -> None:
    """Pad base[:, n:] and copy base[:, :n] to ring, going round; base (3, ≥ padded(n))."""
    for c in range(3):
        for s in range(n):
            ring[c, s] = base[c, s]
        for s in range(n // 2):
            ring[c, n + s] = base[c, s]
        for s in range(n + n // 2, padded(n) + n // 2):
            ring[c, s] = 0.0  # only ever met by padding
        for s in range(n, padded(n)):
            base[c, s] = FAR


@kernel
def serial_moments(base: Array, ring: Array, n: int, total: Array) -> None:
    """Σ over all ordered pairs of n points, (15,), by one thread."""
    total[:] = 0.0
    for start in range(0, padded(n), TILE):
        stop = min(start + TILE, padded(n))
        add_shifts(base, ring, n, start, stop, 1, n // 2 + 1, total)


@parallel_kernel
def parallel_moments(base: Array, ring: Array, n: int) -> Array:
    """As `serial_moments`, by all threads: private partial sums, added in a fixed order."""
    tiles = (padded(n) + TILE - 1) // TILE
    shifts = n // 2
    partial = np.zeros((SHIFT_BLOCKS * tiles, MOMENTS))
    for task in prange(SHIFT_BLOCKS * tiles):
        block = task // tiles
        start = task % tiles * TILE
        low = 1 + shifts * block // SHIFT_BLOCKS
        high = 1 + shifts * (block + 1) // SHIFT_BLOCKS
        stop = min(start + TILE, padded(n))
        add_shifts(base, ring, n, start, stop, low, high, partial[task])
    total = np.zeros(MOMENTS)
    for task in range(SHIFT_BLOCKS * tiles):
        for c in range(MOMENTS):
            total[c] += partial[task, c]
    return total


@kernel
def rotate_map(matrix: Array, rotation: Array, offset: Array, result: Array) -> None:
    """The map z ↦ matrix R (z + u) as [M | t], (3, 4): M = matrix R, t = M u."""
    for a in range(3):
        shift = 0.0
        for b in range(3):
            m = 0.0
            for c in range(3):
                m += matrix[a, c] * rotation[c, b]
            result[a, b] = m
            shift += m * offset[b]
        result[a, 3] = shift


@kernel
def distance_keys(points: Array, measure: Array, scale: float, keys: Array) -> None:
    """keys_i = |M z_i + t|² · scale, rounded to integers; points (3, ≥ keys.size)."""
    mxx, mxy, mxz, tx = measure[0]
    myx, myy, myz, ty = measure[1]
    mzx, mzy, mzz, tz = measure[2]
    x = points[0]
    y = points[1]
    z = points[2]
    for i in range(keys.size):
        px = mxx * x[i] + mxy * y[i] + mxz * z[i] + tx
        py = myx * x[i] + myy * y[i] + myz * z[i] + ty
        pz = mzx * x[i] + mzy * y[i] + mzz * z[i] + tz
        keys[i] = np.floor((px * px + py * py + pz * pz) * scale + 0.5)


@kernel
def count_within(keys: Array, limit: float) -> int:
    """How many keys are ≤ limit."""
    count = 0
    for i in range(keys.size):
        count += keys[i] <= limit
    return count


@kernel
def select_within(keys: Array, limit: float, chosen: Array) -> np.int64:
    """Indices of the keys ≤ limit to chosen, (> as many as there are,), and how many."""
    found = np.uint32(0)  # unsigned: a signed index is tested for wrapping round
    for i in range(keys.size):
        chosen[found] = i
        found += np.uint32(keys[i] <= limit)
    return np.int64(found)


@kernel
def sort_by_key(indices: Array, keys: Array) -> None:
    """Stable insertion sort of a few indices by key."""
    for i in range(1, indices.size):
        index = indices[i]
        j = i
        while j > 0 and keys[indices[j - 1]] > keys[index]:
            indices[j] = indices[j - 1]
            j -= 1
        indices[j] = index


@kernel
def select_nearest(
    keys: Array, low: float, high: float, n: int, border: Array, chosen: Array
) -> None:
    """Indices of the n smallest keys, ties by index, to chosen, (> keys.size,).

    The n-th is known to lie between low and high: bisecting that annulus, by counts that run
    eight keys at a time, leaves a few to be sorted. The result is exact whatever low and
    high are; only the time depends on them. border (> keys.size,): scratch.
    """
    low = np.floor(low)  # whole numbers, as the keys: the bisection then ends
    high = np.floor(high)
    inside = count_within(keys, low)
    outside = count_within(keys, high)
    if inside >= n:
        low, inside = -1.0, 0
    if outside < n:
        high, outside = keys.max(), keys.size
    while outside - inside > FEW and high - low > 1.0:
        middle = np.floor(0.5 * (low + high))
        count = count_within(keys, middle)
        if count < n:
            low, inside = middle, count
        else:
            high, outside = middle, count
    found = select_within(keys, high, chosen)
    kept = np.uint32(0)
    tied = np.uint32(0)
    for k in range(found):
        i = chosen[k]
        chosen[kept] = i
        border[tied] = i
        kept += np.uint32(keys[i] <= low)
        tied += np.uint32(keys[i] > low)
    sort_by_key(border[:tied], keys)
    for k in range(n - inside):
        chosen[inside + k] = border[k]


@kernel
def place_points(points: Array, place: Array, chosen: Array, base: Array) -> None:
    """base[:, k] = A z + t for the chosen points z; points (3, p), base (3, ≥ chosen.size)."""
    axx, axy, axz, tx = place[0]
    ayx, ayy, ayz, ty = place[1]
    azx, azy, azz, tz = place[2]
    for k in range(chosen.size):
        i = chosen[k]
        x = points[0, i]
        y = points[1, i]
        z = points[2, i]
        base[0, k] = axx * x + axy * y + axz * z + tx
        base[1, k] = ayx * x + ayy * y + ayz * z + ty
        base[2, k] = azx * x + azy * y + azz * z + tz


@parallel_kernel
def configurations(
    points: Array,
    candidates: Array,
    rotations: Array,
    offsets: Array,
    place: Array,
    measure: Array,
    radius: Array,
    margin: Array,
    n_blocks: int,
    group: int,
    out: Array,
) -> None:
    """One configuration for each draw and case: choose the blocks, place them, sum their pairs.

    points (3, p), by |z|; the first candidates[case] of them hold the body. n_blocks: how many to
    choose, 0 for all inside. margin (cases,): covering radius as `measure` stretches it.
    out (draws, cases, 15). Each group of consecutive configurations shares one scratch space.
    """
    cases = radius.size
    total = rotations.shape[0] * cases
    for task in prange((total + group - 1) // group):
        most = candidates.max()
        keys = np.empty(most)
        chosen = np.empty(most + 1, np.uint32)
        border = np.empty(most + 1, np.uint32)
        base = np.empty((3, padded(most)))
        ring = np.empty((3, padded(most) + most // 2))
        map_ = np.empty((3, 4))
        for flat in range(task * group, min(task * group + group, total)):
            draw = flat // cases
            case = flat % cases
            p = candidates[case]
            scale = KEY_OF_RADIUS / radius[case] ** 2
            rotate_map(measure[case], rotations[draw], offsets[draw], map_)
            distance_keys(points, map_, scale, keys[:p])
            if n_blocks > 0:
                n = n_blocks
                low = max(radius[case] - margin[case], 0.0) ** 2 * scale
                high = (radius[case] + margin[case]) ** 2 * scale
                select_nearest(keys[:p], low, high, n, border, chosen)
            else:
                n = select_within(keys[:p], KEY_OF_RADIUS, chosen)
            rotate_map(place[case], rotations[draw], offsets[draw], map_)
            place_points(points, map_, chosen[:n], base)
            close_ring(base, ring, n)
            serial_moments(base, ring, n, out[draw, case])
