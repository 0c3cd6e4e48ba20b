"""The compiled pair sums: arrays and scalars in, 15 moments out, nothing checked.

Two ways to meet every unordered pair once.

By shifts, for any n points: point s with point s + h round a ring, for h = 1 … (n−1)/2, and for
even n half of what h = n/2 gives. All loops are then equally long and contiguous. `base` holds the
points, padded to a multiple of LANES with points so far away that they add nothing (1e-90 each);
`ring` holds them again, laid out by `close_ring`.

By rows, for a convex body of lattice sites: the body is a set of intervals low ≤ k < high, one for
each (i, j). How many pairs of sites are (di, dj, dk) apart is then a sum of overlaps of intervals,
and each displacement is summed once, with that weight.
"""

import numpy as np
from numba import prange

from rsrg.physics.arrays import Array
from rsrg.sums.jit import kernel, parallel_kernel

LANES = 8  # padding: whole vectors of eight doubles, no scalar remainder
FAR = 1e30  # block sizes; FAR⁻³ is nothing beside a true pair, and FAR⁸ does not overflow
TINY = 1e-300  # instead of a denominator that is zero where the numerator is, too
TILE = 1024  # points whose coordinates stay in the first cache while h runs
SHIFT_BLOCKS = 16  # parallel tasks per tile
MOMENTS = 15

CLOSE_IN = 4  # guesses of where the n-th key is before halving
NO_INDEX = 2**32 - 1  # above every index
FEW = 8  # keys about the n-th that are sorted, not bisected further
KEY_OF_RADIUS = 2.0**33  # integer keys: distances² equal to 1e-10 are one, ordered by index


@kernel
def quartics(x: float, y: float, z: float, w: float) -> tuple[float, ...]:
    """w · d_a d_b d_c d_d of d = (x, y, z), 15 scalars.

    Inlined into loops that add them up as scalars, which must live in registers: only then, and
    only over slices that start at zero, are those loops vectorised.
    """
    xx = x * x
    xy = x * y
    xz = x * z
    yy = y * y
    yz = y * z
    zz = z * z
    wxx = w * xx
    wxy = w * xy
    wxz = w * xz
    wyy = w * yy
    wyz = w * yz
    wzz = w * zz
    return (
        wxx * xx, wxx * xy, wxx * xz, wxx * yy, wxx * yz, wxx * zz, wxy * yy, wxy * yz,
        wxy * zz, wxz * zz, wyy * yy, wyy * yz, wyy * zz, wyz * zz, wzz * zz,
    )  # fmt: skip


@kernel
def pair_quartics(x: float, y: float, z: float) -> tuple[float, ...]:
    """d_a d_b d_c d_d / |d|⁷ of d = (x, y, z): root and r⁸ side by side, then one division."""
    r2 = x * x + y * y + z * z
    r4 = r2 * r2
    return quartics(x, y, z, np.sqrt(r2) / (r4 * r4))


@kernel
def shift_moments(
    base: Array, ring: Array, n: int, start: int, stop: int, low: int, high: int
) -> tuple[float, ...]:
    """Σ_h Σ_s d_a d_b d_c d_d / |d|⁷, d = ring[s + h] − base[s], start ≤ s < stop, low ≤ h < high.

    high − low is even: two shifts at a time, since a sum over one is gathered from its lanes
    each time, which costs as much as three vectors of pairs.
    """
    xxxx = xxxy = xxxz = xxyy = xxyz = xxzz = xyyy = xyyz = xyzz = xzzz = 0.0
    yyyy = yyyz = yyzz = yzzz = zzzz = 0.0
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
            xxxx = xxxx + q[0] + p[0]
            xxxy = xxxy + q[1] + p[1]
            xxxz = xxxz + q[2] + p[2]
            xxyy = xxyy + q[3] + p[3]
            xxyz = xxyz + q[4] + p[4]
            xxzz = xxzz + q[5] + p[5]
            xyyy = xyyy + q[6] + p[6]
            xyyz = xyyz + q[7] + p[7]
            xyzz = xyzz + q[8] + p[8]
            xzzz = xzzz + q[9] + p[9]
            yyyy = yyyy + q[10] + p[10]
            yyyz = yyyz + q[11] + p[11]
            yyzz = yyzz + q[12] + p[12]
            yzzz = yzzz + q[13] + p[13]
            zzzz = zzzz + q[14] + p[14]
    return (
        xxxx, xxxy, xxxz, xxyy, xxyz, xxzz, xyyy, xyyz,
        xyzz, xzzz, yyyy, yyyz, yyzz, yzzz, zzzz,
    )  # fmt: skip


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


@parallel_kernel
def parallel_moments(base: Array, ring: Array, n: int) -> Array:
    """As `serial_moments`, by all threads: private partial sums, added in a fixed order."""
    tiles = (padded(n) + TILE - 1) // TILE
    pairs = shifts(n) // 2
    partial = np.zeros((SHIFT_BLOCKS * tiles, MOMENTS))
    for task in prange(SHIFT_BLOCKS * tiles):
        block = task // tiles
        start = task % tiles * TILE
        low = 1 + pairs * block // SHIFT_BLOCKS * 2
        high = 1 + pairs * (block + 1) // SHIFT_BLOCKS * 2
        stop = min(start + TILE, padded(n))
        add_shifts(base, ring, n, start, stop, low, high, partial[task])
    total = np.zeros(MOMENTS)
    for task in range(SHIFT_BLOCKS * tiles):
        for c in range(MOMENTS):
            total[c] += partial[task, c]
    return total


@kernel
def weighted_moments(
    grid: Array, x0: float, y0: float, z0: float, weight: Array, total: Array
) -> None:
    """Add 2 Σ_m weight_m d_a d_b d_c d_d / |d|⁷, d = (x0, y0, z0) + grid[:, m], to total, (15,).

    The weights count displacements, d and −d in one. d = 0 adds nothing.
    """
    xxxx = xxxy = xxxz = xxyy = xxyz = xxzz = xyyy = xyyz = xyzz = xzzz = 0.0
    yyyy = yyyz = yyzz = yzzz = zzzz = 0.0
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
        xxxx += q[0]
        xxxy += q[1]
        xxxz += q[2]
        xxyy += q[3]
        xxyz += q[4]
        xxzz += q[5]
        xyyy += q[6]
        xyyz += q[7]
        xyzz += q[8]
        xzzz += q[9]
        yyyy += q[10]
        yyyz += q[11]
        yyzz += q[12]
        yzzz += q[13]
        zzzz += q[14]
    sums = (
        xxxx, xxxy, xxxz, xxyy, xxyz, xxzz, xyyy, xyyz,
        xyzz, xzzz, yyyy, yyyz, yyzz, yzzz, zzzz,
    )  # fmt: skip
    for c in range(MOMENTS):
        total[c] += 2.0 * sums[c]


@kernel
def enter_rows(
    sites: Array, chosen: Array, low: Array, high: Array, first: Array, last: Array, box: Array
) -> bool:
    """Write lattice sites as rows low ≤ k < high of each (i, j). True if that is all of them.

    sites (3, p), integers (i, j, k); box (2, 3): their least values, and how many of each there
    are. Row (i, j) is at [i, j + LANES], empty rows on both sides of it: low, high (≥ n1, ≥ n2 + 2
    LANES). The rows of slice i that are not empty lie in first[i] ≤ j < last[i].
    """
    for c in range(3):
        least = sites[c, chosen[0]]
        most = least
        for s in chosen:
            least = min(least, sites[c, s])
            most = max(most, sites[c, s])
        box[0, c] = least
        box[1, c] = most - least + 1
    low[: box[1, 0], : box[1, 1] + 2 * LANES] = 0
    high[: box[1, 0], : box[1, 1] + 2 * LANES] = 0
    first[: box[1, 0]] = box[1, 1]
    last[: box[1, 0]] = 0
    for s in chosen:
        i = sites[0, s] - box[0, 0]
        j = sites[1, s] - box[0, 1]
        k = sites[2, s] - box[0, 2]
        row = j + LANES
        low[i, row] = k if high[i, row] == 0 else min(low[i, row], k)
        high[i, row] = max(high[i, row], k + 1)
        first[i] = min(first[i], j)
        last[i] = max(last[i], j + 1)
    found = 0
    for i in range(box[1, 0]):
        for j in range(box[1, 1]):
            found += high[i, j + LANES] - low[i, j + LANES]
    return found == chosen.size


@kernel
def count_corners(
    low: Array,
    high: Array,
    first: Array,
    last: Array,
    slices: int,
    di: int,
    dj: int,
    middle: int,
    corners: Array,
) -> None:
    """Second differences, in dk, of how often (di, dj + lane, dk) is a displacement in the body.

    Two rows overlap, shifted by dk, as a trapezoid of dk: its four corners are added to
    corners[LANES · (dk + middle) + lane]. Empty rows add nothing: their corners cancel.
    """
    for i in range(slices - di):
        start = max(first[i], first[i + di] - dj - (LANES - 1))
        stop = min(last[i], last[i + di] - dj)
        for j in range(start, stop):
            a = low[i, j + LANES] - middle - 1
            b = high[i, j + LANES] - middle - 1
            lows = low[i + di, j + dj + LANES : j + dj + 2 * LANES]
            highs = high[i + di, j + dj + LANES : j + dj + 2 * LANES]
            for lane in range(LANES):  # each to its own column: no two additions collide
                c = lows[lane]
                d = highs[lane]
                corners[np.uint32(LANES * (c - b) + lane)] += 1
                corners[np.uint32(LANES * (d - a) + lane)] += 1
                corners[np.uint32(LANES * (d - b) + lane)] -= 1
                corners[np.uint32(LANES * (c - a) + lane)] -= 1


@kernel
def sum_corners(corners: Array, weight: Array) -> None:
    """Sum second differences twice over dk, each lane by itself, to weight."""
    for m in range(corners.size - LANES):
        corners[m + LANES] += corners[m]
    for m in range(corners.size - LANES):
        corners[m + LANES] += corners[m]
    for m in range(corners.size):
        weight[m] = corners[m]


@kernel
def displacement_grid(cell: Array, middle: int, grid: Array) -> None:
    """grid[:, LANES · (dk + middle) + lane] = cell @ (0, lane, dk), |dk| ≤ middle."""
    for c in range(3):
        for k in range(2 * middle + 1):
            for lane in range(LANES):
                grid[c, k * LANES + lane] = cell[c, 1] * lane + cell[c, 2] * (k - middle)


@kernel
def add_slice(
    low: Array,
    high: Array,
    first: Array,
    last: Array,
    box: Array,
    cell: Array,
    grid: Array,
    di: int,
    corners: Array,
    weight: Array,
    total: Array,
) -> None:
    """Add all displacements with this di ≥ 0, of one half of space, to total, (15,)."""
    n1, n2, n3 = box[1]
    middle = n3 - 1  # the largest dk; a trapezoid ends two beyond
    for start in range(0 if di == 0 else 1 - n2, n2, LANES):
        corners[:] = 0
        count_corners(low, high, first, last, n1, di, start, middle, corners)
        sum_corners(corners, weight)
        if di == 0 and start == 0:  # (0, 0, dk) and (0, 0, −dk) are the same pairs
            for m in range(0, weight.size, LANES):
                weight[m] *= 0.5
        x = cell[0, 0] * di + cell[0, 1] * start
        y = cell[1, 0] * di + cell[1, 1] * start
        z = cell[2, 0] * di + cell[2, 1] * start
        weighted_moments(grid, x, y, z, weight[: LANES * (2 * middle + 1)], total)


@kernel
def serial_rows(
    low: Array,
    high: Array,
    first: Array,
    last: Array,
    box: Array,
    cell: Array,
    grid: Array,
    corners: Array,
    weight: Array,
    total: Array,
) -> None:
    """Σ over all ordered pairs of a body in rows (see `enter_rows`), (15,), by one thread.

    cell (3, 3): a step of 1 in i, j, k is column 0, 1, 2. grid (3, ≥ size), corners and
    weight (≥ size,), size = LANES (2 n3 + 1): scratch.
    """
    total[:] = 0.0
    size = LANES * (2 * box[1, 2] + 1)
    displacement_grid(cell, box[1, 2] - 1, grid)
    for di in range(box[1, 0]):
        add_slice(low, high, first, last, box, cell, grid, di, corners[:size], weight[:size], total)


@parallel_kernel
def parallel_rows(
    low: Array, high: Array, first: Array, last: Array, box: Array, cell: Array
) -> Array:
    """As `serial_rows`, by all threads: private partial sums, added in a fixed order."""
    slices = box[1, 0]
    tasks = (slices + 1) // 2
    size = LANES * (2 * box[1, 2] + 1)
    grid = np.empty((3, size))
    displacement_grid(cell, box[1, 2] - 1, grid)
    partial = np.zeros((tasks, MOMENTS))
    for task in prange(tasks):
        corners = np.empty(size, np.int32)
        weight = np.empty(size)
        mirror = slices - 1 - np.int64(task)  # a long slice with a short one: equal tasks
        for di in range(task, mirror + 1, max(mirror - np.int64(task), 1)):
            add_slice(low, high, first, last, box, cell, grid, di, corners, weight, partial[task])
    total = np.zeros(MOMENTS)
    for task in range(tasks):
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
def select_nearest(keys: Array, guess: float, n: int, border: Array, chosen: Array) -> None:
    """Indices of the n smallest keys, ties by index, to chosen, (> keys.size,).

    The n-th is about guess: counts, which run eight keys at a time, close in on it from both sides,
    aiming a little beyond it as if they grew like r³, then by halves; few are left to be sorted.
    The result is exact whatever the guess; only the time depends on it. border (> keys.size,):
    scratch.
    """
    low, inside = -1.0, 0
    high, outside = keys.max(), keys.size
    at = np.floor(guess)  # whole numbers, as the keys: the search then ends
    turns = 0
    while outside - inside > FEW and high - low > 1.0:
        if turns > CLOSE_IN or not low < at < high:
            at = np.floor(0.5 * (low + high))
        count = count_within(keys, at)
        if count < n:
            low, inside = at, count
            aim = n + FEW // 2
        else:
            high, outside = at, count
            aim = n - FEW // 2
        at = np.floor(at * (1.0 + 2.0 / 3.0 * (aim - count) / max(count, 1)))
        turns += 1
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
def split_counts(
    keys: Array, limit: float, chosen: Array, within: Array, order: Array
) -> tuple[int, int]:
    """Indices common to the chosen ones and to all keys ≤ limit, then those of one alone, to order.

    chosen (n,): the n smallest keys, ties by index, so that one of the two sets holds the other.
    within, order (> keys.size,): scratch, and the result. Returns how many are common, and in all.
    """
    found = select_within(keys, limit, within)
    if found <= chosen.size:
        split_at(keys, limit, NO_INDEX, chosen, order)
        return found, chosen.size
    top = keys[chosen[0]]
    last = chosen[0]
    for i in chosen:
        if keys[i] > top or (keys[i] == top and i > last):
            top = keys[i]
            last = i
    split_at(keys, top, last, within[:found], order)
    return chosen.size, found


@kernel
def split_at(keys: Array, limit: float, last: int, indices: Array, order: Array) -> None:
    """Those of indices with (key, index) ≤ (limit, last) to order first, then the others."""
    found = np.uint32(0)
    for i in indices:
        order[found] = i
        found += np.uint32(keys[i] < limit or (keys[i] == limit and i <= last))
    for i in indices:
        if keys[i] > limit or (keys[i] == limit and i > last):
            order[found] = i
            found += np.uint32(1)


@kernel
def add_beyond(base: Array, common: int, size: int, sign: float, weight: Array, out: Array) -> None:
    """out = sign · Σ over all ordered pairs of the first `size` points that are not both common.

    base (3, ≥ size padded), finite. weight (≥ size padded,): scratch.
    """
    out[:] = 0.0
    weight[:] = 0.0
    weight[:common] = sign
    for k in range(common, size):
        to = (k + LANES - 1) // LANES * LANES
        weighted_moments(base, -base[0, k], -base[1, k], -base[2, k], weight[:to], out)
        weight[k] = sign


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


@kernel
def in_cells(map_: Array, primitive: Array, cell: Array) -> None:
    """cell = M primitive, (3, 3), M the linear part of the map."""
    for a in range(3):
        for b in range(3):
            cell[a, b] = 0.0
            for c in range(3):
                cell[a, b] += map_[a, c] * primitive[c, b]


@parallel_kernel
def configurations(
    points: Array,
    sites: Array,
    primitive: Array,
    candidates: Array,
    rotations: Array,
    offsets: Array,
    place: Array,
    measure: Array,
    radius: Array,
    same_body: Array,
    n_blocks: int,
    rows_from: int,
    group: int,
    out: Array,
    beyond: Array,
) -> None:
    """One configuration for each draw and case: choose the blocks, place them, sum their pairs.

    points (3, p) = primitive @ sites, by |z|; the first candidates[draw, case] of them hold the
    body. n_blocks: how many to choose, 0 for all inside. same_body (cases,): whether a case cuts
    out what the one before does. Bodies of rows_from blocks or more are summed by rows.
    out (draws, cases, 15). Each group of consecutive configurations shares one scratch space.
    beyond (draws, controlled cases, 16): what the sum over all blocks inside has beyond that over
    n_blocks of them, and how many blocks more it is over.
    """
    cases = radius.size
    total = rotations.shape[0] * cases
    most = candidates.max()
    extent = np.empty(3, np.int64)
    for c in range(3):
        extent[c] = sites[c, :most].max() - sites[c, :most].min() + 1
    slab = LANES * (2 * extent[2] + 1)
    for task in prange((total + group - 1) // group):
        keys = np.empty(most)
        chosen = np.empty(most + 1, np.uint32)
        border = np.empty(most + 1, np.uint32)
        order = np.empty(most + 1, np.uint32)
        common = 0
        size = 0
        base = np.zeros((3, padded(most)))
        ring = np.empty((3, ring_size(most)))
        low = np.empty((extent[0], extent[1] + 2 * LANES), np.int32)
        high = np.empty((extent[0], extent[1] + 2 * LANES), np.int32)
        first = np.empty(extent[0], np.int32)
        last = np.empty(extent[0], np.int32)
        box = np.empty((2, 3), np.int64)
        grid = np.empty((3, slab))
        corners = np.empty(slab, np.int32)
        weight = np.empty(slab)
        ones = np.empty(padded(most))
        cell = np.empty((3, 3))
        map_ = np.empty((3, 4))
        n = n_blocks
        for flat in range(task * group, min(task * group + group, total)):
            draw = flat // cases
            case = flat % cases
            if flat == task * group or not same_body[case]:
                p = candidates[draw, case]
                scale = KEY_OF_RADIUS / radius[case] ** 2
                rotate_map(measure[case], rotations[draw], offsets[draw], map_)
                distance_keys(points, map_, scale, keys[:p])
                if n_blocks > 0:
                    select_nearest(keys[:p], KEY_OF_RADIUS, n, border, chosen)
                else:
                    n = select_within(keys[:p], KEY_OF_RADIUS, chosen)
                if case < beyond.shape[1]:
                    common, size = split_counts(keys[:p], KEY_OF_RADIUS, chosen[:n], border, order)
            rotate_map(place[case], rotations[draw], offsets[draw], map_)
            if n >= rows_from and enter_rows(sites, chosen[:n], low, high, first, last, box):
                in_cells(map_, primitive, cell)
                serial_rows(
                    low, high, first, last, box, cell, grid, corners, weight, out[draw, case]
                )
            else:
                place_points(points, map_, chosen[:n], base)
                close_ring(base, ring, n)
                serial_moments(base, ring, n, out[draw, case])
            if case < beyond.shape[1]:
                place_points(points, map_, order[:size], base)
                sign = 1.0 if size > n else -1.0
                add_beyond(base, common, size, sign, ones, beyond[draw, case, :MOMENTS])
                beyond[draw, case, MOMENTS] = sign * (size - common)


@parallel_kernel
def window_configurations(
    points: Array,
    starts: Array,
    candidates: Array,
    rotations: Array,
    place: Array,
    measure: Array,
    radius: Array,
    n_blocks: int,
    farthest: Array,
    out: Array,
) -> None:
    """As `configurations`, of points that differ from draw to draw, each by |z|: x = R z.

    points (3, total), those of draw i from starts[i] to starts[i + 1]; candidates (draws, cases).
    farthest (draws, cases): the largest |B x| chosen, as n_blocks asks for it; else zero.
    """
    cases = radius.size
    no_offset = np.zeros(3)
    for flat in prange(rotations.shape[0] * cases):
        draw = flat // cases
        case = flat % cases
        p = candidates[draw, case]
        z = points[:, starts[draw] : starts[draw] + p]
        keys = np.empty(p)
        chosen = np.empty(p + 1, np.uint32)
        border = np.empty(p + 1, np.uint32)
        base = np.empty((3, padded(p)))
        ring = np.empty((3, ring_size(p)))
        map_ = np.empty((3, 4))
        scale = KEY_OF_RADIUS / radius[case] ** 2
        rotate_map(measure[case], rotations[draw], no_offset, map_)
        distance_keys(z, map_, scale, keys)
        if n_blocks > 0:
            n = n_blocks
            select_nearest(keys, KEY_OF_RADIUS, n, border, chosen)
            largest = 0.0
            for k in range(n):
                largest = max(largest, keys[chosen[k]])
            farthest[draw, case] = np.sqrt(largest / scale)
        else:
            n = select_within(keys, KEY_OF_RADIUS, chosen)
            farthest[draw, case] = 0.0
        rotate_map(place[case], rotations[draw], no_offset, map_)
        place_points(z, map_, chosen[:n], base)
        close_ring(base, ring, n)
        serial_moments(base, ring, n, out[draw, case])


@parallel_kernel
def placed_configurations(
    points: Array,
    starts: Array,
    candidates: Array,
    rotations: Array,
    offsets: Array,
    place: Array,
    measure: Array,
    radius: Array,
    farthest: Array,
    positions: Array,
    chosen: Array,
) -> None:
    """Where the n blocks of each draw and case are, (draws, cases, n, 3), and which points of it.

    As `window_configurations`, and x = R (z + u). chosen (draws, cases, n): counted from where the
    points of the draw start; which n are chosen is exact, their order is not by index.
    """
    cases = radius.size
    n = chosen.shape[2]
    for flat in prange(rotations.shape[0] * cases):
        draw = flat // cases
        case = flat % cases
        p = candidates[draw, case]
        z = points[:, starts[draw] : starts[draw] + p]
        keys = np.empty(p)
        near = np.empty(p + 1, np.uint32)
        border = np.empty(p + 1, np.uint32)
        base = np.empty((3, n))
        map_ = np.empty((3, 4))
        scale = KEY_OF_RADIUS / radius[case] ** 2
        rotate_map(measure[case], rotations[draw], offsets[draw], map_)
        distance_keys(z, map_, scale, keys)
        select_nearest(keys, KEY_OF_RADIUS, n, border, near)
        rotate_map(place[case], rotations[draw], offsets[draw], map_)
        place_points(z, map_, near[:n], base)
        largest = 0.0
        for s in range(n):
            largest = max(largest, keys[near[s]])
            chosen[draw, case, s] = near[s]
            for c in range(3):
                positions[draw, case, s, c] = base[c, s]
        farthest[draw, case] = np.sqrt(largest / scale)
