"""The 15 components d_a d_b d_c d_d of one displacement, and how arrays of points are padded."""

import numpy as np

from rsrg.sums.jit import kernel

LANES = 8  # doubles in a vector; arrays are padded to whole vectors: no scalar remainder
FAR = 1e30  # block sizes; FAR⁻³ is nothing beside a true pair, and FAR⁸ does not overflow
TINY = 1e-300  # instead of a denominator that is zero where the numerator is, too
MOMENTS = 15  # components of a symmetric tensor of rank 4
ZERO_QUARTICS = (0.0,) * MOMENTS


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
    wyy = w * yy
    wzz = w * zz
    return (
        wxx * xx, wxx * xy, wxx * xz, wxx * yy, wxx * yz, wxx * zz, wyy * xy, wyy * xz,
        wzz * xy, wzz * xz, wyy * yy, wyy * yz, wyy * zz, wzz * yz, wzz * zz,
    )  # fmt: skip


@kernel
def pair_quartics(x: float, y: float, z: float) -> tuple[float, ...]:
    """d_a d_b d_c d_d / |d|⁷ of d = (x, y, z): root and r⁸ side by side, then one division."""
    r2 = x * x + y * y + z * z
    r4 = r2 * r2
    return quartics(x, y, z, np.sqrt(r2) / (r4 * r4))


@kernel
def add_quartics(total: tuple[float, ...], q: tuple[float, ...]) -> tuple[float, ...]:
    """total + q, 15 scalars that stay in registers."""
    return (
        total[0] + q[0], total[1] + q[1], total[2] + q[2], total[3] + q[3], total[4] + q[4],
        total[5] + q[5], total[6] + q[6], total[7] + q[7], total[8] + q[8], total[9] + q[9],
        total[10] + q[10], total[11] + q[11], total[12] + q[12], total[13] + q[13],
        total[14] + q[14],
    )  # fmt: skip
