"""Sums over all pairs of LANES bodies side by side, one in each lane of the vector unit.

Nothing is summed over lanes, and no body is padded. The loops are written for LLVM itself, in whole
vectors: the 15 sums stay in registers from the first pair to the last. Nothing is checked here.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rsrg.physics.arrays import Array
from rsrg.sums.compiler import cgutils, intrinsic, types
from rsrg.sums.jit import kernel
from rsrg.sums.kernels.quartics import LANES, MOMENTS
from rsrg.sums.kernels.vectors import INDEX, Registers, Vector, Vectors


def quartic_factors(x: Vector, y: Vector, z: Vector) -> list[tuple[Vector, Vector]]:
    """Two factors of each d_a d_b d_c d_d / |d|⁷ of d = (x, y, z), 15 times LANES."""
    xx, yy, zz = x * x, y * y, z * z
    xy, xz, yz = x * y, x * z, y * z
    r2 = xx + yy + zz
    r4 = r2 * r2
    w = r2.sqrt() / (r4 * r4)
    wxx, wyy, wzz = w * xx, w * yy, w * zz
    return [
        (wxx, xx), (wxx, xy), (wxx, xz), (wxx, yy), (wxx, yz), (wxx, zz), (wyy, xy), (wyy, xz),
        (wzz, xy), (wzz, xz), (wyy, yy), (wyy, yz), (wyy, zz), (wzz, yz), (wzz, zz),
    ]  # fmt: skip


@intrinsic
def lane_moments(typing: Any, positions: Any, size: Any, first: Any, sums: Any) -> Any:
    """Half of the sums over all pairs of the first `first`, first + 1, … `size` points.

    positions (≥ size, 3, LANES), sums (> size − first, 15, LANES), both flat; first ≥ 1, size ≥ 1.
    Points that come later change nothing: bodies of several sizes may lie side by side.
    """

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        points, result = (
            Vectors.from_array(context, builder, signature.args[i], arguments[i]) for i in (0, 3)
        )
        size, first = arguments[1:3]
        total = Registers(builder, MOMENTS)
        with cgutils.for_range(builder, size, intp=INDEX) as outer:
            here = points.at(outer.index, 3)
            origin = [here[c] for c in range(3)]
            with cgutils.for_range(builder, outer.index, intp=INDEX) as inner:
                there = points.at(inner.index, 3)
                factors = quartic_factors(*(there[c] - origin[c] for c in range(3)))
                for i, (a, b) in enumerate(factors):
                    total[i] = total[i] + a * b
            count = builder.add(outer.index, INDEX(1))
            row = builder.sub(count, first)
            with builder.if_then(builder.icmp_signed(">=", row, INDEX(0)), likely=False):
                kept = result.at(row, MOMENTS)
                for i in range(MOMENTS):
                    kept[i] = total[i]
        return context.get_dummy_value()

    return types.void(positions, types.int64, types.int64, sums), emit


@kernel
def place_lane(
    points: Array, map_: Array, chosen: NDArray[np.uint32], lane: int, positions: Array
) -> None:
    """Put the chosen points z at A z + t, map_ [A | t], into a lane of positions, flat.

    points (3, p), positions (≥ chosen.size, 3, LANES).
    """
    axx, axy, axz, tx = map_[0]
    ayx, ayy, ayz, ty = map_[1]
    azx, azy, azz, tz = map_[2]
    place = positions[lane:]
    for k in range(chosen.size):
        i = chosen[k]
        x = points[0, i]
        y = points[1, i]
        z = points[2, i]
        place[3 * LANES * k] = axx * x + axy * y + axz * z + tx
        place[3 * LANES * k + LANES] = ayx * x + ayy * y + ayz * z + ty
        place[3 * LANES * k + 2 * LANES] = azx * x + azy * y + azz * z + tz
