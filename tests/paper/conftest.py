"""One reproduction of the paper for all tests, and the slow path in 30 digits."""

import json

import mpmath as mp
import pytest

from rsrg.paper.reproduce import reproduce

PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))


@pytest.fixture(scope="session")
def folder(made_once):
    """The folder that `reproduce` writes; the claims it returned are in claims of the JSON."""
    return made_once("paper", lambda folder: reproduce(folder, lambda message: None))


@pytest.fixture(scope="session")
def data(folder):
    return json.loads((folder / "paper.json").read_text(encoding="utf-8"))


class SlowPath:
    """Everything axial from its definition: Λ̃ as printed, quadrature over cos θ, 30 digits.

    A weight w(u) on the directions with n_x = u gives the moments m_k = ∫₀¹ w uᵏ du, and every
    quartic of n after the average around x.
    """

    def moments(self, w, breaks=()):
        edges = [mp.mpf(0), *sorted(breaks), mp.mpf(1)]
        return [mp.quad(lambda u, k=k: w(u) * u**k, edges) for k in (0, 2, 4)]

    def matrix(self, moments, alpha):
        """Σ w Λ̃ of Eq. 2.13 as the six entries of the pattern of Eq. 4.2."""
        m0, xx, xxxx = moments
        yy, xxyy = (m0 - xx) / 2, (xx - xxxx) / 2
        yyzz = (m0 - 2 * xx + xxxx) / 8
        yyyy, half = 3 * yyzz, mp.mpf(alpha) / 2
        mixed = half * (-m0 + 3 * (xx + yy) - 15 * xxyy)
        plane = half * (-m0 + 6 * yy - 15 * yyzz)
        a = m0 - 3 * xx + half * (-3 * m0 + 18 * xx - 15 * xxxx)
        d = m0 - 3 * yy + half * (-3 * m0 + 18 * yy - 15 * yyyy)
        c = (2 * m0 - 3 * xx - 3 * yy) / 4 + mixed
        f = (2 * m0 - 6 * yy) / 4 + plane
        m = mp.diag([a, c, c, d, f, d])
        m[0, 3] = m[3, 0] = m[0, 5] = m[5, 0] = mixed
        m[3, 5] = m[5, 3] = plane
        return m

    def formula(self, e, alpha, log_ratio):
        """All steps together: 2 ln(R/L₁) times the average over the deformed surface."""
        eps2 = 1 - (1 + mp.mpf(e)) ** -2
        m = self.moments(lambda u: mp.sqrt(1 - eps2 * u**2))
        return 2 * mp.mpf(log_ratio) * self.matrix([x / m[0] for x in m], alpha)

    def growth(self, e, alpha):
        """G = ∫ dΩ/4π Λ̃ ln g, g the radius of the ellipsoid."""
        squeeze = (1 + mp.mpf(e)) ** -2
        return self.matrix(self.moments(lambda u: -mp.log(1 - u**2 + squeeze * u**2) / 2), alpha)

    def lattice(self, e, alpha, n0, reading):
        """PHYSICS §4 literally: (V/N0³)(1/4π) Σ_d ⟨γ(v) Λ̃(v̂)/|v|³⟩, d̂ before the strain."""
        stretch = 1 + mp.mpf(e)
        affine, ellipsoid = reading.startswith("affine"), reading.endswith("ellipsoid")
        volume = stretch if affine else mp.mpf(1)
        body = n0**3 * volume
        radius = mp.cbrt(3 * (body / stretch if ellipsoid else body) / (4 * mp.pi))

        def length(u, lam):
            return mp.sqrt(1 - u**2 + (lam * u) ** 2)

        moved = stretch if affine else mp.mpf(1)  # v = |d| diag(moved, 1, 1) d̂
        seen = moved / stretch if ellipsoid else moved  # what t measures
        reach = 2 * radius / min(mp.mpf(1), seen)
        shells = {}
        top = int(mp.floor(reach))
        for x in range(-top, top + 1):
            for y in range(-top, top + 1):
                for z in range(-top, top + 1):
                    s = x * x + y * y + z * z
                    if 0 < s < reach**2:
                        shells[s] = shells.get(s, 0) + 1

        def weight(u, power):
            total = mp.mpf(0)
            for s, count in shells.items():
                t = mp.sqrt(s) * length(u, seen) / (2 * radius)
                if t < 1:
                    gamma = body / volume * (1 - 3 * t / 2 + t**3 / 2)
                    total += count * gamma / mp.mpf(s) ** mp.mpf(1.5)
            v = length(u, moved)
            return volume / n0**3 / (4 * mp.pi) * total * (moved * u / v) ** power / v**3

        breaks = set()
        for s in shells:  # t = 1
            if seen != 1:
                u2 = (4 * radius**2 / s - 1) / (seen**2 - 1)
                if 0 < u2 < 1:
                    breaks.add(mp.sqrt(u2))
        edges = [mp.mpf(0), *sorted(breaks), mp.mpf(1)]
        m = [mp.quad(lambda u, k=k: weight(u, k), edges, maxdegree=5) for k in (0, 2, 4)]
        return self.matrix(m, alpha)

    def weights(self, contraction):
        return [mp.sqrt(2) if contraction == "tensor" and i != j else mp.mpf(1) for i, j in PAIRS]

    def inverse_elastic(self, alpha, contraction):
        """The weighted inverse of Eq. 2.10."""
        c2 = 1 / (1 - mp.mpf(alpha))
        chi = mp.zeros(6)
        for a, (i, j) in enumerate(PAIRS):
            for b, (k, m) in enumerate(PAIRS):
                chi[a, b] = (c2 - 2) * (i == j) * (k == m) + (i == k) * (j == m)
                chi[a, b] += (i == m) * (j == k)
        return self.weighted(chi, contraction) ** -1

    def weighted(self, x, contraction):
        w = self.weights(contraction)
        return mp.matrix(6, 6) + mp.matrix(
            [[w[a] * x[a, b] * w[b] for b in range(6)] for a in range(6)]
        )

    def eigenvalues(self, coupling, alpha, contraction):
        """Of χ⁻¹ = (χ_el)⁻¹ + n M, ascending."""
        x = self.inverse_elastic(alpha, contraction) + self.weighted(coupling, contraction)
        return sorted(mp.eigsy(x, eigvals_only=True))


@pytest.fixture
def slow():
    with mp.workdps(30):
        yield SlowPath()
