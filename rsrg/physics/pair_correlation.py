"""⟨T_ab^(s) T_cd^(s')⟩ of two different blocks to first order in their interaction, as in (2.17).

With V = Σ_{s≠s'} Λ T T' over ordered pairs (2.14), a pair is coupled by 2 Σ_mnpq Λ_mnpq T_mn T'_pq.
First-order perturbation at temperature 1/β, in imaginary time, ⟨O⟩ → ⟨O⟩ − ∫_0^β dτ ⟨V(τ) O⟩_c,
gives

    ⟨A B'⟩ = ⟨A⟩⟨B'⟩ − 2 Σ_mnpq Λ_mnpq ∫_0^β dτ [K_mn,A(τ) K'_pq,B(τ) − ⟨T_mn⟩⟨T'_pq⟩⟨A⟩⟨B'⟩],

K_XY(τ) = ⟨X(τ) Y⟩ = Σ_nm P_n X_nm Y_mn exp(τ(E_n − E_m)) in one block, A and B components of T.
Where ⟨T⟩ = 0 it is −2 Σ Λ ∫ K K'. Otherwise it holds the shift of ⟨A⟩ by ⟨T'⟩, and of ⟨B'⟩, too.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.special import exprel

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError
from rsrg.physics.linear_response import probabilities
from rsrg.physics.pairs import PAIRS, pair_weights

QUADRATURE = 1e-10  # relative error of the integral over imaginary time
GROUND_STATE = 4.0 * np.log(2.0)  # of `correlation_integral` at T = 0: 2 ∫(1 − e⁻ˣ)²/x² dx


class Levels:
    """One block: energies, (K,), and ⟨n|T_ij|m⟩, hermitian, (3, 3, K, K), symmetric in ij.

    Raises PhysicsError for other shapes.
    """

    def __init__(self, energies: Array, stress: NDArray[np.complexfloating] | Array) -> None:
        self.energies = np.asarray(energies, dtype=np.float64) - np.min(energies)
        k = len(self.energies)
        if stress.shape != (3, 3, k, k):
            raise PhysicsError(f"`stress` must have shape (3, 3, {k}, {k}); got {stress.shape}")
        self.stress = np.array([stress[i, j] for i, j in PAIRS])

    def mean(self, temperature: float) -> Array:
        """⟨T⟩ of the block by itself, (6,)."""
        p = probabilities(self.energies, temperature)
        return np.asarray(np.einsum("n,ann->a", p, self.stress).real)

    def products(self) -> NDArray[np.complexfloating] | Array:
        """X_nm Y_mn of all pairs of components and of levels, (6, 6, K²)."""
        return np.einsum("anm,bmn->abnm", self.stress, self.stress).reshape(6, 6, -1)


def stress_correlation(
    first: Levels, second: Levels, interaction: Array, temperature: float
) -> Array:
    """⟨T_ab T'_cd⟩ of two blocks, to first order in Λ; (6, 6), rows of the first block.

    interaction: Λ of (2.12), plain, (6, 6), in energy over stress². temperature: k_B T in units of
    energy. All nine pairs of Λ are summed. Takes K⁴ numbers. Formula: at the head of the module.

    Raises PhysicsError unless k_B T > 0.
    """
    if not 0.0 < temperature < np.inf:
        raise PhysicsError(f"`temperature` must be positive and finite; got {temperature!r}")
    w2 = pair_weights("tensor") ** 2
    full = w2[:, None] * w2 * interaction
    integrals = _time_integrals(first, second, temperature)
    coupled = np.einsum(
        "cd,cai,ij,dbj->ab", full, first.products(), integrals, second.products(), optimize=True
    ).real
    a, b = first.mean(temperature), second.mean(temperature)
    unconnected = (a @ full @ b) * np.outer(a, b) / temperature
    return np.asarray(np.outer(a, b) - 2.0 * (coupled - unconnected))


def _time_integrals(first: Levels, second: Levels, temperature: float) -> Array:
    """∫_0^β dτ P_n P'_n' exp(τ(E_n − E_m + E'_n' − E'_m')), [nm, n'm'], (K², K'²).

    (P_m P'_m' − P_n P'_n')/(the exponent): written with (eˣ − 1)/x of a negative x, which keeps
    all digits.
    """
    beta = 1.0 / temperature
    gaps = [(x.energies[:, None] - x.energies).ravel() for x in (first, second)]
    x = beta * (gaps[0][:, None] + gaps[1])
    p, q = (probabilities(block.energies, temperature) for block in (first, second))
    k, m = len(p), len(q)
    start = np.repeat(p, k)[:, None] * np.repeat(q, m)
    end = np.tile(p, k)[:, None] * np.tile(q, m)
    return np.asarray(beta * np.where(x > 0.0, end, start) * exprel(-np.abs(x)))


def correlation_integral(inverse_temperature: float) -> float:
    """j(b) = (π/V)² ∫_0^β dτ K(τ)²/(ħω_c g²) of a glass with Im χ̃ = g up to ω_c; b = βħω_c.

    The reduced Im χ̃ = Im χ/(1 − exp(−βħω)) of Sec. III is π/(ħV) times the spectrum of K. Where
    it is g for 0 < ω < ω_c, and for −ω what detailed balance makes of it,

        K(τ) = (V g/π) [f(τ) + f(β − τ)],   f(τ) = (1 − exp(−ħω_c τ))/τ,
        j(b) = ∫_0^b dx [h(x) + h(b − x)]²,   h(x) = (1 − e⁻ˣ)/x.

    At T = 0, j(∞) = 2 ∫_0^∞ h² dx = 4 ln 2. Raises PhysicsError unless b > 0; infinity is T = 0.
    """
    b = inverse_temperature
    if not b > 0.0:
        raise PhysicsError(f"`inverse_temperature` must be positive; got {b!r}")
    if np.isinf(b):
        return float(GROUND_STATE)

    def integrand(x: float) -> float:
        return float(exprel(-x) + exprel(x - b)) ** 2

    edges = np.concatenate(([0.0], np.geomspace(min(1.0, 0.25 * b), 0.5 * b, 8)))
    parts = [
        quad(integrand, low, high, epsabs=0.0, epsrel=QUADRATURE)[0]
        for low, high in pairwise(edges)
    ]
    return float(2.0 * np.sum(parts))
