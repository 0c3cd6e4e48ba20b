"""Which points of a draw belong to a body, in which order. Nothing is checked here."""

import numpy as np
from numpy.typing import NDArray

from rsrg.physics.arrays import Array
from rsrg.sums.jit import inlined, kernel
from rsrg.sums.kernels.arrays import BodyArrays, DrawArrays, NearPoints
from rsrg.sums.kernels.pairs import padded
from rsrg.sums.kernels.within import select_between

KEY_OF_RADIUS = 2.0**33  # integer keys: distances² equal to 1e-10 are one, ordered by index
TOO_FEW = -1  # instead of a count
SPARE = 2  # keys about the n-th beyond those needed: with fewer, one guess in three fails


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
def distance_keys(points: Array, measure: Array, radius: float, count: int, keys: Array) -> None:
    """keys_i = KEY_OF_RADIUS |M z_i + t|²/radius², rounded to integers, of the first points.

    points (3, ≥ count); keys (≥ padded(count),), filled up with infinity to whole vectors.
    """
    mxx, mxy, mxz, tx = measure[0]
    myx, myy, myz, ty = measure[1]
    mzx, mzy, mzz, tz = measure[2]
    scale = KEY_OF_RADIUS / radius**2
    for i in range(count):
        x = points[0, i]
        y = points[1, i]
        z = points[2, i]
        px = mxx * x + mxy * y + mxz * z + tx
        py = myx * x + myy * y + myz * z + ty
        pz = mzx * x + mzy * y + mzz * z + tz
        keys[i] = np.floor((px * px + py * py + pz * pz) * scale + 0.5)
    for i in range(count, padded(count)):
        keys[i] = np.inf


@inlined
def sort_by_key(indices: NDArray[np.uint32], start: int, stop: int, keys: Array) -> None:
    """Stable insertion sort of a few indices, start ≤ place < stop, by key."""
    for i in range(start + 1, stop):
        index = indices[i]
        j = i
        while j > start and keys[indices[j - 1]] > keys[index]:
            indices[j] = indices[j - 1]
            j -= 1
        indices[j] = index


@inlined
def order_nearest(keys: Array, size: int, limit: float, n: int, order: NDArray[np.uint32]) -> int:
    """Write the indices of the n smallest keys, of equal ones the first, to order[:n].

    Returns how many keys are ≤ limit: those are order[:that many], be they more or fewer than n,
    and all that is written for n = 0. What belongs to one of the two sets alone is sorted by key.
    keys (≥ size,): ≥ 0, whole vectors, filled up with infinity; order (≥ size + LANES,). The n-th
    key is looked for where it is if the count grows like r³ of r², then farther off, in steps that
    double.
    """
    inside = select_between(keys, size, -1.0, limit, order, 0)
    if n == 0 or inside == n:
        return inside
    lack = abs(inside - n) + SPARE
    edge = limit
    start = inside
    stop = inside
    if inside > n:
        while start > n:
            edge *= 1.0 - 2.0 / 3.0 * lack / inside
            start = select_between(keys, size, -1.0, edge, order, 0)
            lack *= 2
        stop = select_between(keys, size, edge, limit, order, start)
    else:
        while stop < n:
            edge *= 1.0 + 2.0 / 3.0 * lack / max(inside, 1)
            stop = select_between(keys, size, limit, edge, order, start)
            lack *= 2
    sort_by_key(order, start, stop, keys)
    return inside


@inlined
def order_points(
    points: Array,
    count: int,
    trusted: float,
    map_: Array,
    radius: float,
    n_blocks: int,
    keys: Array,
    order: NDArray[np.uint32],
) -> int:
    """`order_nearest` of the first points z by |M z + t|, map_ [M | t]: how many are ≤ radius.

    points (3, ≥ count), count ≥ n_blocks; the others have keys > trusted. TOO_FEW where some of
    those may be among the nearest. keys (≥ padded(count),) keeps the distances²; order (≥
    padded(count) + LANES,).
    """
    distance_keys(points, map_, radius, count, keys)
    inside = order_nearest(keys, padded(count), KEY_OF_RADIUS, n_blocks, order)
    if inside < n_blocks and keys[order[n_blocks - 1]] > trusted:
        return TOO_FEW
    return inside


@inlined
def count_near(near: NearPoints, case: int, offset: Array, n_blocks: int) -> int:
    """How many points z to look at so that all with |z + u| ≤ reach are among them; ≥ n_blocks."""
    length = np.sqrt(offset[0] ** 2 + offset[1] ** 2 + offset[2] ** 2)
    last = min(int((near.reach[case] + length) / near.bin_width), near.counts.size - 1)
    return max(near.counts[last], n_blocks)


@kernel
def place_points(points: Array, place: Array, chosen: NDArray[np.uint32], base: Array) -> None:
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
def choose_and_place(
    points: Array,
    draws: DrawArrays,
    draw: int,
    bodies: BodyArrays,
    case: int,
    n_blocks: int,
    order: NDArray[np.uint32],
    base: Array,
) -> tuple[int, float]:
    """The blocks of one draw and case out of the points z, (3, p), where they are placed.

    Returns how many, n, and the largest |B x| of n_blocks chosen, zero for n_blocks = 0.
    order (≥ padded(p) + LANES,): their indices, the first n; base (3, ≥ n): their places.
    """
    rotation, offset, radius = draws.rotations[draw], draws.offsets[draw], bodies.radius[case]
    count = points.shape[1]
    keys = np.empty(padded(count))
    map_ = np.empty((3, 4))
    rotate_map(bodies.measure[case], rotation, offset, map_)
    inside = order_points(points, count, np.inf, map_, radius, n_blocks, keys, order)
    n = n_blocks if n_blocks > 0 else inside
    largest = 0.0
    for k in range(n_blocks):
        largest = max(largest, keys[order[k]])
    rotate_map(bodies.place[case], rotation, offset, map_)
    place_points(points, map_, order[:n], base)
    return n, np.sqrt(largest / KEY_OF_RADIUS) * radius


@kernel
def in_cells(map_: Array, primitive: Array, cell: Array) -> None:
    """cell = M primitive, (3, 3), M the linear part of the map."""
    for a in range(3):
        for b in range(3):
            cell[a, b] = 0.0
            for c in range(3):
                cell[a, b] += map_[a, c] * primitive[c, b]
