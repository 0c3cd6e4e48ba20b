"""The interaction of blocks applied to their stresses: near pairs, and Fourier modes.

Stresses are symmetric tensors t as rows (xx, xy, xz, yy, yz, zz). Of a pair, with d, v = t d and
s = d·t d,

    (m t)_ij = B₁ t_ij − ½ B₂ (d_i v_j + v_i d_j)
               + ½ α [−B₁ (δ_ij tr t + 2 t_ij) + B₂ (δ_ij s + d_i d_j tr t + 2 d_i v_j + 2 v_i d_j)
                      − B₃ d_i d_j s],

and of a mode, with n = q/|q| in place of d, e^{−x} sym(n v) − α (1 + x) e^{−x} n n s: see
`physics.bloch`.
"""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.bloch import Complex
from rsrg.sums.jit import kernel


@kernel
def add_pair(t: Array, out: Array, d: Array, b: Array, alpha: float) -> None:
    """out += m t of one displacement; t, out (6,), d, b = (B₁, B₂, B₃) (3,)."""
    x, y, z = d[0], d[1], d[2]
    vx = t[0] * x + t[1] * y + t[2] * z
    vy = t[1] * x + t[3] * y + t[4] * z
    vz = t[2] * x + t[4] * y + t[5] * z
    s = x * vx + y * vy + z * vz
    trace = t[0] + t[3] + t[5]
    own = b[0] * (1.0 - alpha)
    cross = b[1] * (alpha - 0.5)
    square = 0.5 * alpha * (b[1] * trace - b[2] * s)
    one = 0.5 * alpha * (b[1] * s - b[0] * trace)
    out[0] += own * t[0] + (2.0 * cross * vx + square * x) * x + one
    out[1] += own * t[1] + cross * (x * vy + vx * y) + square * x * y
    out[2] += own * t[2] + cross * (x * vz + vx * z) + square * x * z
    out[3] += own * t[3] + (2.0 * cross * vy + square * y) * y + one
    out[4] += own * t[4] + cross * (y * vz + vy * z) + square * y * z
    out[5] += own * t[5] + (2.0 * cross * vz + square * z) * z + one


@kernel
def add_pairs(
    pairs: np.ndarray, d: Array, b: Array, alpha: float, t: Array, out: Array, low: int, high: int
) -> None:
    """out += m t of the pairs low … high − 1, on both blocks of each.

    pairs (m, 2); d, b (m, 3); t, out (n, 6).
    """
    for p in range(low, high):
        i, j = pairs[p, 0], pairs[p, 1]
        add_pair(t[j], out[i], d[p], b[p], alpha)
        add_pair(t[i], out[j], d[p], b[p], alpha)


@kernel
def filter_mode(
    s: Complex, q: tuple[float, float, float], e2: float, e4: float, out: Complex
) -> None:
    """out = e2 sym(n v) − e4 n n (n·v), v = s n, n = q/|q|; s, out (6,)."""
    length = np.sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2])
    x, y, z = q[0] / length, q[1] / length, q[2] / length
    vx = s[0] * x + s[1] * y + s[2] * z
    vy = s[1] * x + s[3] * y + s[4] * z
    vz = s[2] * x + s[4] * y + s[5] * z
    square = e4 * (x * vx + y * vy + z * vz)
    out[0] = (e2 * vx - square * x) * x
    out[1] = 0.5 * e2 * (x * vy + vx * y) - square * x * y
    out[2] = 0.5 * e2 * (x * vz + vx * z) - square * x * z
    out[3] = (e2 * vy - square * y) * y
    out[4] = 0.5 * e2 * (y * vz + vy * z) - square * y * z
    out[5] = (e2 * vz - square * z) * z


@kernel
def filter_modes(
    a: Complex, b: Complex, c: Complex, reciprocal: Array, eta: float, alpha: float, factor: float
) -> None:
    """Γ(q) damped, times the modes of stresses, times a factor, in place; q = 0 becomes zero.

    a, b, c (2K₁ + 1, 2K₂ + 1, 2K₃ + 1), modes from −K to K: of xx + i xy, xz + i yy, yz + i zz, of
    which those of each (real) component follow from modes q and −q together.
    """
    n1, n2, n3 = a.shape
    s, out = np.empty(6, np.complex128), np.empty(6, np.complex128)
    middle = (n1 * n2 * n3) // 2
    for place in range(middle):
        i, j, k = place // (n2 * n3), place // n3 % n2, place % n3
        i2, j2, k2 = n1 - 1 - i, n2 - 1 - j, n3 - 1 - k
        f, g, h = i - n1 // 2, j - n2 // 2, k - n3 // 2
        q = (
            f * reciprocal[0, 0] + g * reciprocal[1, 0] + h * reciprocal[2, 0],
            f * reciprocal[0, 1] + g * reciprocal[1, 1] + h * reciprocal[2, 1],
            f * reciprocal[0, 2] + g * reciprocal[1, 2] + h * reciprocal[2, 2],
        )
        x = (q[0] * q[0] + q[1] * q[1] + q[2] * q[2]) / (4.0 * eta * eta)
        for part, modes in enumerate((a, b, c)):
            here, there = modes[i, j, k], np.conj(modes[i2, j2, k2])
            s[2 * part] = 0.5 * (here + there)
            s[2 * part + 1] = -0.5j * (here - there)
        e2 = factor * np.exp(-x)
        filter_mode(s, q, e2, alpha * (1.0 + x) * e2, out)
        for part, modes in enumerate((a, b, c)):
            real, imaginary = out[2 * part], out[2 * part + 1]
            modes[i, j, k] = real + 1j * imaginary
            modes[i2, j2, k2] = np.conj(real) + 1j * np.conj(imaginary)
    a[n1 // 2, n2 // 2, n3 // 2] = 0.0
    b[n1 // 2, n2 // 2, n3 // 2] = 0.0
    c[n1 // 2, n2 // 2, n3 // 2] = 0.0
