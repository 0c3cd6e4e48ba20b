"""The compiled part of the χ-weighted pair sums (see `weighted`): LANES super blocks side by side.

Each lane of the vector unit has a super block of its own, from its own draw: no horizontal sums,
and no padding of small N. The two inner loops are written for LLVM itself, in whole vectors: in
numba's, a loop over lanes tests on each pass whether arrays overlap, which costs as much as it.

Field of block s' at block s, with d = x u, u = (1, u_y, u_z), and p = σ̃u, q = u·p:

    half of (R + iso) σ̃ = sym(v, p + q h) + w (σ̃ + e tr σ̃ δ),    v = λ u,
    λ = (3α − 3/2) x²/r⁵,    h = −(15α/4)/(3α − 3/2) (x²/r²) u,    w = (1 − α)/2r³.

That u_x = 1 saves an eighth of the work; x = 0 is as good as a tiny x, and so is 3α − 3/2 = 0.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rsrg.physics.arrays import Array
from rsrg.sums.compiler import cgutils, intrinsic, types
from rsrg.sums.jit import kernel
from rsrg.sums.kernels.memory import aligned
from rsrg.sums.kernels.quartics import LANES
from rsrg.sums.kernels.vectors import INDEX, Registers, Vector, Vectors

GEOMETRY = 9  # vectors of a pair: u_y, u_z, h, v, w
FIELD = 7  # vectors of a column σ̃: six components, and the trace
PAIR = 2 * FIELD  # two columns are summed at a time: their fields fit into registers
BLOCK = 3 * PAIR  # doubles of a block in the pool
SOURCE_TILE = 256  # blocks whose sources stay in the second cache


def pair_geometry(d: list[Vector], law: list[Vector]) -> list[Vector]:
    """u_y, u_z, h, v, w of a pair d apart."""
    x, y, z = d[0].or_tiny(), d[1], d[2]
    xx = x * x
    r2 = xx + y * y + z * z
    inverse = (x * r2).inverse()
    i2 = x * inverse
    i3 = i2 * i2.sqrt()
    uy, uz = y * (r2 * inverse), z * (r2 * inverse)
    iso, first, ratio = law
    hx = ratio * (xx * i2)
    vx = first * i3 * (xx * i2)
    return [uy, uz, hx, hx * uy, hx * uz, vx, vx * uy, vx * uz, iso * i3]


def add_field(g: list[Vector], c: list[Vector], field: Registers, first: int) -> None:
    """Add what a block at geometry g with column c makes of half of the field."""
    uy, uz, hx, hy, hz, vx, vy, vz, w = g
    xx, xy, xz, yy, yz, zz, trace = c
    px = xx + xy * uy + xz * uz
    py = xy + yy * uy + yz * uz
    pz = xz + yz * uy + zz * uz
    q = px + py * uy + pz * uz
    gx, gy, gz = px + q * hx, py + q * hy, pz + q * hz
    twice = w + w
    field[first] = field[first] + w * xx + vx * gx
    field[first + 1] = field[first + 1] + twice * xy + vx * gy + vy * gx
    field[first + 2] = field[first + 2] + twice * xz + vx * gz + vz * gx
    field[first + 3] = field[first + 3] + w * yy + vy * gy
    field[first + 4] = field[first + 4] + twice * yz + vy * gz + vz * gy
    field[first + 5] = field[first + 5] + w * zz + vz * gz
    field[first + 6] = field[first + 6] + w * trace


@intrinsic
def store_geometry(
    typing: Any, place: Any, s: Any, start: Any, stop: Any, law: Any, out: Any
) -> Any:
    """u_y, u_z, h, v, w from block s to blocks start … stop − 1; place (n, 3, LANES), flat."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        blocks, pairs = (
            Vectors.from_array(context, builder, signature.args[i], arguments[i]) for i in (0, 5)
        )
        s, start, stop, law = arguments[1:5]
        factors = [Vector.from_number(builder, builder.extract_value(law, i)) for i in range(3)]
        here = blocks.at(s, 3)
        origin = [here[c] for c in range(3)]
        with cgutils.for_range_slice(builder, start, stop, INDEX(1)) as (t, _):
            there, pair = blocks.at(t, 3), pairs.at(t, GEOMETRY)
            d = [there[c] - origin[c] for c in range(3)]
            for i, vector in enumerate(pair_geometry(d, factors)):
                pair[i] = vector
        return context.get_dummy_value()

    return types.void(place, types.int64, types.int64, types.int64, law, out), emit


@intrinsic
def add_row(
    typing: Any, pairs: Any, sources: Any, s: Any, start: Any, stop: Any, n: Any, e: Any, out: Any
) -> Any:
    """Add half of Σ_s' σ̃_s (R + iso) σ̃_s', start ≤ s' < stop, to out (6 columns, 6 rows, LANES).

    sources (3, n, PAIR, LANES), flat: columns 0 and 1 of all blocks, then 2 and 3, then 4 and 5.
    """

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        geometry, columns, result = (
            Vectors.from_array(context, builder, signature.args[i], arguments[i]) for i in (0, 1, 7)
        )
        s, start, stop, n = arguments[2:6]
        trace = Vector.from_number(builder, arguments[6])
        with cgutils.for_range(builder, INDEX(3), intp=INDEX) as two:
            field = Registers(builder, PAIR)
            blocks = columns.at(builder.mul(two.index, n), PAIR)
            with cgutils.for_range_slice(builder, start, stop, INDEX(1)) as (t, _):
                pair, block = geometry.at(t, GEOMETRY), blocks.at(t, PAIR)
                g = [pair[i] for i in range(GEOMETRY)]
                for first in (0, FIELD):
                    c = [block[first + i] for i in range(FIELD)]
                    add_field(g, c, field, first)
            total = result.at(two.index, 12)
            for row in range(6):
                own = columns.at(builder.add(builder.mul(INDEX(row // 2), n), s), PAIR)
                c = [own[FIELD * (row % 2) + i] for i in range(FIELD)]
                c[6] = c[6] * trace
                for column in range(2):
                    product = total[6 * column + row]
                    for i in range(FIELD):
                        product = product + c[i] * field[FIELD * column + i]
                    total[6 * column + row] = product
        return context.get_dummy_value()

    integers = (types.int64,) * 4
    return types.void(pairs, sources, *integers, types.float64, out), emit


@kernel
def fill_lane(
    k: int,
    positions: Array,
    block_index: NDArray[np.int64],
    pool: Array,
    place: Array,
    sources: Array,
) -> None:
    """Put a super block into lane k; positions (n, 3), block_index (n,), pool (P, BLOCK)."""
    n = block_index.size
    for s in range(n):
        for c in range(3):
            place[(3 * s + c) * LANES + k] = positions[s, c]
        for two in range(3):
            columns = pool[block_index[s], two * PAIR : (two + 1) * PAIR]
            lane = sources[(two * n + s) * PAIR * LANES + k :]
            for i in range(PAIR):
                lane[i * LANES] = columns[i]


@kernel
def add_blocks(sources: Array, n: int, total: Array) -> None:
    """Σ_s σ̃_s, (BLOCK · LANES,)."""
    total[:] = 0.0
    size = PAIR * LANES
    for two in range(3):
        sums = total[two * size : (two + 1) * size]
        for s in range(n):
            c = sources[(two * n + s) * size : (two * n + s + 1) * size]
            for i in range(size):
                sums[i] += c[i]


@kernel
def weighted_pairs(
    positions: Array,
    block_index: NDArray[np.int64],
    pools: Array,
    laws: Array,
    totals: Array,
    pairs: Array,
) -> None:
    """Σ_s σ̃_s and half of Σ_{s<s'} σ̃_s (R + iso) σ̃_s' of each draw, case and material.

    positions (draws, cases, n, 3), block_index (draws, cases, n); pools (materials, cases, P,
    BLOCK) of six columns with their traces; laws (materials, 4). Results: totals (draws, cases,
    materials, BLOCK), pairs (draws, cases, materials, 36).
    """
    draws, cases, n = block_index.shape
    groups = (draws + LANES - 1) // LANES
    place = aligned(n * 3 * LANES)
    sources = aligned(n * BLOCK * LANES)
    geometry = aligned(n * GEOMETRY * LANES)
    total = aligned(BLOCK * LANES)
    out = aligned(36 * LANES)
    for task in range(groups * cases):
        case = task // groups
        first = task % groups * LANES
        for material in range(len(laws)):
            pool = pools[material, case]
            for k in range(LANES):
                draw = min(first + k, draws - 1)
                fill_lane(k, positions[draw, case], block_index[draw, case], pool, place, sources)
            add_blocks(sources, n, total)
            law = (laws[material, 0], laws[material, 1], laws[material, 2])
            out[:] = 0.0
            for tile in range(0, n, SOURCE_TILE):
                stop = min(tile + SOURCE_TILE, n)
                for s in range(stop - 1):
                    start = max(tile, s + 1)
                    store_geometry(place, s, start, stop, law, geometry)
                    add_row(geometry, sources, s, start, stop, n, laws[material, 3], out)
            for k in range(min(LANES, draws - first)):
                for i in range(BLOCK):
                    totals[first + k, case, material, i] = total[i * LANES + k]
                for i in range(36):
                    pairs[first + k, case, material, i] = out[i * LANES + k]
