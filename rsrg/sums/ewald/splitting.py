"""How 1/r³ is split: a part that ends at r = 1, and a smooth part that holds no k beyond a cutoff.

Lengths are in units of the reach r_c of the short part; c is the cutoff times r_c, and all there is
to choose: both parts are true to e^−c times a power of c, from c² for l = 0 to c⁵ for l = 4. The
splitting is by w(k), a Kaiser–Bessel window on |k| < c, where Ewald's is a Gaussian. It and its
Fourier transform both end (to e^−c), so that c is ln(1/tolerance) and some more, not twice that:
several times fewer modes.

The angular parts of n_a n_b n_c n_d / r³ have l = 0, 2, 4, and their smooth parts the transforms

    l = 0:    4π ∫_k^c w(κ) dκ/κ        (Ewald's: w = exp(−k²/4η²), 2π E₁(k²/4η²))
    l = 2:    −Y₂(k̂) (4π/3) w₂(k),     w₂ = w
    l = 4:    +Y₄(k̂) (8π/15) w₄(k),    w₄ = (1 + a k²) w,  w = 1 − a k² + O(k⁴)

r⁻³Y₂ is the second derivative of 1/r, which a spherical smearing leaves alone outside itself;
r⁻³Y₄ is the fourth derivative of r, for which its second moment must vanish, too; and r⁻³ is
∫ dλ λ² φ(λr) for any smearing φ, of which the smooth part takes λ < 1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial
from scipy.special import i0e, i1e, spherical_jn

from rsrg.physics.arrays import Array
from rsrg.sums.ewald.nufft import finufft

C2, C4 = 4.0 * np.pi / 3.0, 8.0 * np.pi / 15.0
NODES, PIECE = 40, 20.0  # Gauss–Legendre: 40 nodes for each 20 radians leave 1e-15


def kaiser_bessel(u: Array, c: float) -> Array:
    """Kaiser–Bessel I₀(c √(1 − u²)) / I₀(c), 1 at u = 0, |u| ≤ 1; both it and its transform end."""
    root = c * np.sqrt(np.maximum(1.0 - u * u, 0.0))
    return np.asarray(i0e(root) / i0e(c) * np.exp(root - c), dtype=np.float64)


def gauss_legendre(low: float, high: float, waves: float) -> tuple[Array, Array]:
    """Nodes and weights for functions that turn by `waves` radians at most, in equal pieces."""
    x, w = np.polynomial.legendre.leggauss(NODES)
    edges = np.linspace(low, high, 2 + int(waves / PIECE))
    half = 0.5 * np.diff(edges)
    return (edges[:-1, None] + half[:, None] * (x + 1.0)).ravel(), np.outer(half, w).ravel()


@dataclass(frozen=True)
class Splitting:
    """The functions of the splitting for one cutoff c; lengths in units of the reach."""

    c: float

    def window(self, k: Array) -> tuple[Array, Array]:
        """w₂, w₄ at 0 ≤ k ≤ c."""
        a = i1e(self.c) / i0e(self.c) / (2.0 * self.c)  # I₀(c √(1−u²))/I₀(c) = 1 − a c² u² + …
        w = kaiser_bessel(k / self.c, self.c)
        return w, (1.0 + a * k * k) * w

    def smooth(self, r: Array) -> Array:
        """Smooth parts of r⁻³, r⁻³Y₂, r⁻³Y₄ as factors of 1, r²Y₂, r⁴Y₄: (3, r.size), 0 < r.

        (2/π) ∫ w k j₁(kr)/r dk, and (C_l/2π²) ∫ w_l k² j_l(kr)/r^l dk for l = 2, 4.
        """
        k, dk = gauss_legendre(0.0, self.c, self.c * float(r.max()))
        w2, w4 = self.window(k)
        kr = np.outer(r, k)
        zero = 2.0 / np.pi * spherical_jn(1, kr) @ (dk * w2 * k) / r
        two = C2 / (2.0 * np.pi**2) * spherical_jn(2, kr) @ (dk * w2 * k**2) / r**2
        four = C4 / (2.0 * np.pi**2) * spherical_jn(4, kr) @ (dk * w4 * k**2) / r**4
        return np.stack([zero, two, four])

    def polynomials(self, terms: int) -> Array:
        """`smooth` on 0 ≤ r ≤ 1 as polynomials in t = 2r² − 1: (3, terms), lowest power first."""

        def fit(row: int) -> Array:
            chebyshev = Chebyshev.interpolate(
                lambda t: self.smooth(np.sqrt(0.5 * (t + 1.0)))[row], terms - 1
            )
            return np.asarray(chebyshev.convert(kind=Polynomial).coef, dtype=np.float64)

        return np.stack([np.pad(p, (0, terms - p.size)) for p in map(fit, range(3))])

    def radial(self, r: Array, edge: float) -> Array:
        """The l = 0 smooth part at r > 0, faded out from edge − 1 to edge + 1."""
        near = np.minimum(r, 1.0)
        inner = np.where(r < 1.0, self.smooth(near)[0], r**-3.0)
        rise = Chebyshev.interpolate(lambda u: kaiser_bessel(u, self.c), 40 + int(self.c)).integ()
        u = np.clip(r - edge, -1.0, 1.0)
        return np.asarray(inner * (rise(1.0) - rise(u)) / (rise(1.0) - rise(-1.0)))


def transforms(splitting: Splitting, edge: float, period: float, modes: int) -> Array:
    """The smooth parts' transforms by n = |k|²(period/2π)²: T₀, T₂/n, T₄/n², (3, modes² + 1).

    All are cut off at r = edge; signs (−1)^{l/2} included. l = 2 and 4, sharply:
    w_l (C_l − 4π J_l(k·edge)), J₂(z) = j₁/z and J₄(z) = j₃/z + 2 j₂/z² being ∫_z^∞ j_l(z)/z dz.
    They vanish at k = 0: no direction-dependent limit, no convention about it. l = 0: by quadrature
    of (4π/k) ∫ sin(kr) r f(r) dr, as one transform of the nodes, f faded out about the edge.
    """
    n = np.arange(modes * modes + 1.0)
    k = 2.0 * np.pi / period * np.sqrt(n[1:])
    w2, w4 = splitting.window(k)
    z = k * edge
    j2 = spherical_jn(1, z) / z
    j4 = spherical_jn(3, z) / z + 2.0 * spherical_jn(2, z) / z**2
    r, dr = gauss_legendre(0.0, edge + 1.0, splitting.c * (edge + 1.0))
    weights = 4.0 * np.pi * r * dr * splitting.radial(r, edge)
    waves = finufft().nufft1d3(r, weights.astype(complex), k, eps=1e-14, isign=1, nthreads=1).imag
    table = np.zeros((3, n.size))
    table[0] = np.concatenate([[weights @ r], waves / k])
    table[1, 1:] = -w2 * (C2 - 4.0 * np.pi * j2) / n[1:]
    table[2, 1:] = w4 * (C4 - 4.0 * np.pi * j4) / n[1:] ** 2
    return table
