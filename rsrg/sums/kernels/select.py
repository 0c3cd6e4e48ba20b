"""Which points of a draw belong to a body, and where they are placed. Nothing is checked here."""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.sums.jit import inlined, kernel

MAX_GUESSES = 4  # guesses of where the n-th key is; then the interval is halved
NO_INDEX = 2**32 - 1  # above every index
MAX_SORTED = 8  # keys about the n-th that are sorted, not bisected further
KEY_OF_RADIUS = 2.0**33  # integer keys: distances² equal to 1e-10 are one, ordered by index


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
    """Write the indices of the keys ≤ limit to chosen, (> keys.size,), and return how many."""
    count = np.uint32(0)  # unsigned: a signed index is tested for wrapping round
    for i in range(keys.size):
        chosen[count] = i
        count += np.uint32(keys[i] <= limit)
    return np.int64(count)


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
    """Write the indices of the n smallest keys to chosen, (> keys.size,); of equal keys the first.

    An interval that holds the n-th key is narrowed by counting the keys up to a trial value, eight
    at a time. The first trial is guess, the next are extrapolated as if the count grew like r³ of
    r², then the interval is halved. The MAX_SORTED keys that are left in it are sorted. The result
    does not depend on guess, only the time does. border (> keys.size,): scratch.
    """
    low, inside = -1.0, 0
    high, outside = keys[0], keys.size
    for key in keys:
        high = max(high, key)
    at = np.floor(guess)  # whole numbers, as the keys: the search then ends
    turns = 0
    while outside - inside > MAX_SORTED and high - low > 1.0:
        if turns > MAX_GUESSES or not low < at < high:
            at = np.floor(0.5 * (low + high))
        count = count_within(keys, at)
        if count < n:
            low, inside = at, count
            aim = n + MAX_SORTED // 2
        else:
            high, outside = at, count
            aim = n - MAX_SORTED // 2
        at = np.floor(at * (1.0 + 2.0 / 3.0 * (aim - count) / max(count, 1)))
        turns += 1
    candidates = select_within(keys, high, chosen)
    kept = np.uint32(0)
    tied = np.uint32(0)
    for k in range(candidates):
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
    """Write to order the indices that are both chosen and of keys ≤ limit, then all others of both.

    chosen (n,): the n smallest keys, of equal ones the first, so that one of the two sets contains
    the other. within (> keys.size,): scratch; order (> keys.size,): the result. Returns how many
    indices are in both sets, and how many there are in all.
    """
    count = select_within(keys, limit, within)
    if count <= chosen.size:
        split_at(keys, limit, NO_INDEX, chosen, order)
        return count, chosen.size
    top = keys[chosen[0]]
    last = chosen[0]
    for i in chosen:
        if keys[i] > top or (keys[i] == top and i > last):
            top = keys[i]
            last = i
    split_at(keys, top, last, within[:count], order)
    return chosen.size, count


@kernel
def split_at(keys: Array, limit: float, last: int, indices: Array, order: Array) -> None:
    """Write to order those of the indices with (key, index) ≤ (limit, last), then the others."""
    count = np.uint32(0)
    for i in indices:
        order[count] = i
        count += np.uint32(keys[i] < limit or (keys[i] == limit and i <= last))
    for i in indices:
        if keys[i] > limit or (keys[i] == limit and i > last):
            order[count] = i
            count += np.uint32(1)


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


@inlined
def choose_blocks(
    points: Array,
    map_: Array,
    radius: float,
    n_blocks: int,
    keys: Array,
    border: Array,
    chosen: Array,
) -> int:
    """Write the indices of the blocks of a body |M z + t| ≤ radius to chosen; return how many.

    points (3, ≥ keys.size). n_blocks: that many, the nearest, or 0 for all inside. keys (p,) keeps
    the distances²; border (> p,): scratch; chosen (> p,).
    """
    distance_keys(points, map_, KEY_OF_RADIUS / radius**2, keys)
    if n_blocks > 0:
        select_nearest(keys, KEY_OF_RADIUS, n_blocks, border, chosen)
        return n_blocks
    return select_within(keys, KEY_OF_RADIUS, chosen)


@inlined
def choose_and_place(
    points: Array,
    rotation: Array,
    offset: Array,
    place: Array,
    measure: Array,
    radius: float,
    n_blocks: int,
    map_: Array,
    chosen: Array,
    base: Array,
) -> tuple[int, float]:
    """Cut one body out of one draw, x = R (z + u), and write where its blocks are to base.

    points (3, p); n_blocks, chosen (> p,): as `choose_blocks`; base (3, ≥ as many as chosen);
    map_ (3, 4): scratch.
    Returns how many blocks there are and, of n_blocks of them, the largest |B x|; else zero.
    """
    p = points.shape[1]
    keys = np.empty(p)
    border = np.empty(p + 1, np.uint32)
    rotate_map(measure, rotation, offset, map_)
    n = choose_blocks(points, map_, radius, n_blocks, keys, border, chosen)
    largest = 0.0
    for k in range(n_blocks):
        largest = max(largest, keys[chosen[k]])
    rotate_map(place, rotation, offset, map_)
    place_points(points, map_, chosen[:n], base)
    return n, np.sqrt(largest / (KEY_OF_RADIUS / radius**2))


@kernel
def in_cells(map_: Array, primitive: Array, cell: Array) -> None:
    """cell = M primitive, (3, 3), M the linear part of the map."""
    for a in range(3):
        for b in range(3):
            cell[a, b] = 0.0
            for c in range(3):
                cell[a, b] += map_[a, c] * primitive[c, b]
