"""The compiled parts of the χ-weighted pair sums by Fourier transform (see `convolution`).

Symmetric 6×6 matrices are held as their 21 components (a ≤ b), each a field or a spectrum. The
inner loop over modes is written for LLVM itself, in whole vectors (see `weighted`).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rsrg.physics.arrays import Array
from rsrg.sums.compiler import cgutils, intrinsic, types
from rsrg.sums.jit import kernel
from rsrg.sums.kernels.memory import aligned
from rsrg.sums.kernels.quartics import LANES, MOMENTS, TINY, quartics
from rsrg.sums.kernels.vectors import INDEX, Registers, Vectors

SYMMETRIC = 21  # components of a symmetric 6×6 matrix
TILE = 32  # vectors at a time of each component: χ and m of a tile fit into the second cache
_UPPER = [(a, b) for a in range(6) for b in range(a, 6)]
PLACE = [[_UPPER.index((min(a, b), max(a, b))) for b in range(6)] for a in range(6)]


@kernel
def fill_quartics(cell: Array, box: NDArray[np.int64], out: Array) -> None:
    """nnnn/r³ at d = cell z of the half box z_x ≥ 0, in the order of Fourier transforms.

    cell (3, 3); box (3,): sides n of the whole; out (15, n_x // 2 + 1, n_y, n_z). Zero at d = 0 and
    at half a side, where no pair is and ±d would be the same place.
    """
    _, half, ny, nz = out.shape
    for ix in range(half):
        for iy in range(ny):
            y = iy if 2 * iy < ny else iy - ny
            for iz in range(nz):
                z = iz if 2 * iz < nz else iz - nz
                dx = cell[0, 0] * ix + cell[0, 1] * y + cell[0, 2] * z
                dy = cell[1, 0] * ix + cell[1, 1] * y + cell[1, 2] * z
                dz = cell[2, 0] * ix + cell[2, 1] * y + cell[2, 2] * z
                r2 = dx * dx + dy * dy + dz * dz
                none = 2 * ix == box[0] or 2 * iy == ny or 2 * iz == nz
                weight = 0.0 if none else np.sqrt(r2) / max(r2 * r2 * r2 * r2, TINY)
                q = quartics(dx, dy, dz, weight)
                for c in range(MOMENTS):
                    out[c, ix, iy, iz] = q[c]


@kernel
def fill_blocks(
    sites: NDArray[np.int64], block_index: NDArray[np.int64], pool: Array, field: Array
) -> None:
    """Put blocks on their sites: sites (n, 3), block_index (n,), pool (P, 21), field (21, x, y, z).

    The field is zero before.
    """
    for s in range(len(block_index)):
        x, y, z = sites[s, 0], sites[s, 1], sites[s, 2]
        block = pool[block_index[s]]
        for c in range(SYMMETRIC):
            field[c, x, y, z] = block[c]


@intrinsic
def add_products(typing: Any, chi: Any, m: Any, out: Any) -> Any:
    """Add χ m χ of a tile to out, (21, LANES); chi and m (21, TILE, LANES), all flat."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        left, middle, result = (
            Vectors.from_array(context, builder, kind, array)
            for kind, array in zip(signature.args, arguments, strict=True)
        )
        sums = Registers(builder, SYMMETRIC)
        with cgutils.for_range(builder, INDEX(TILE), intp=INDEX) as mode:
            x, y = left.at(mode.index, 1), middle.at(mode.index, 1)
            for a in range(6):
                column = [x[TILE * PLACE[b][a]] for b in range(6)]
                field = []
                for row in PLACE:
                    product = y[TILE * row[0]] * column[0]
                    for b in range(1, 6):
                        product = product + y[TILE * row[b]] * column[b]
                    field.append(product)
                for b in range(a + 1):
                    total = sums[PLACE[b][a]]
                    for c in range(6):
                        total = total + x[TILE * PLACE[b][c]] * field[c]
                    sums[PLACE[b][a]] = total
        for c in range(SYMMETRIC):
            result[c] = result[c] + sums[c]
        return context.get_dummy_value()

    return types.void(chi, m, out), emit


@kernel
def fill_tile(
    chi: Array, moments: Array, law: Array, first: int, size: int, x: Array, m: Array
) -> None:
    """χ and m of modes first … first + size − 1 into a tile, each (21, TILE · LANES), flat.

    Modes are pairs of numbers, the real and the imaginary part of χ, and m twice.
    """
    width = TILE * LANES
    one = np.empty(width // 2)
    x[:] = 0.0
    m[:] = 0.0
    for c in range(SYMMETRIC):
        row = x[c * width : c * width + 2 * size]
        source = chi[c, 2 * first : 2 * (first + size)]
        for j in range(2 * size):
            row[j] = source[j]
        row = one[:size]
        row[:] = 0.0
        for q in range(MOMENTS):
            factor = law[c, q]
            if factor != 0.0:
                moment = moments[q, first : first + size]
                for j in range(size):
                    row[j] += factor * moment[j]
        twice = m[c * width : c * width + 2 * size]
        for j in range(size):
            twice[2 * j] = row[j]
            twice[2 * j + 1] = row[j]


@kernel
def contract_modes(chi: Array, moments: Array, law: Array, total: Array) -> None:
    """Σ_k χ(k)* m(k) χ(k), (21,), with m = law · moments.

    chi (21, 2K): real and imaginary part of each mode in turn; moments (15, K), real; law (21, 15).
    """
    modes = moments.shape[1]
    width = TILE * LANES
    x, m = aligned(SYMMETRIC * width), aligned(SYMMETRIC * width)
    out = aligned(SYMMETRIC * LANES)
    out[:] = 0.0
    for first in range(0, modes, width // 2):
        fill_tile(chi, moments, law, first, min(width // 2, modes - first), x, m)
        add_products(x, m, out)
    for c in range(SYMMETRIC):
        total[c] = 0.0
        for lane in range(LANES):
            total[c] += out[c * LANES + lane]


@kernel
def multiply_modes(m: Array, u: NDArray[np.complex128], out: NDArray[np.complex128]) -> None:
    """out = m u, mode by mode; m (6, 6, K), real; u, out (6, K)."""
    for a in range(6):
        m0, m1, m2, m3, m4, m5 = m[a, 0], m[a, 1], m[a, 2], m[a, 3], m[a, 4], m[a, 5]
        row = out[a]
        for k in range(row.size):
            row[k] = (
                m0[k] * u[0, k] + m1[k] * u[1, k] + m2[k] * u[2, k]
                + m3[k] * u[3, k] + m4[k] * u[4, k] + m5[k] * u[5, k]
            )  # fmt: skip
