"""The last term of Eq. 3.3 as a tensor: δ²Λ/δe² of every pair times its ⟨T_s T_s'⟩.

A block is the glass of the paper: the reduced Im χ̃_ijkl = η χ_el,ijkl up to ω_c (Sec. III). Its
⟨T_s T_s'⟩ is of first order in Λ (`pair_correlation`), so the term is of second order, as r⁻⁶. The
places of the blocks are a lattice averaged over its orientation, as elsewhere in rsrg.
"""

from functools import cache

import numpy as np
from scipy.constants import Boltzmann, hbar

from rsrg.physics.arrays import Array
from rsrg.physics.elastic import check_alpha, elastic_root, elastic_susceptibility
from rsrg.physics.errors import PhysicsError
from rsrg.physics.interaction import lambda_tilde
from rsrg.physics.last_term import CUTOFF, critical_length, inverse_sixth_sum, require_positive
from rsrg.physics.pair_correlation import correlation_integral
from rsrg.physics.pairs import contract, pair_weights, weighted
from rsrg.physics.strained_interaction import interaction_derivatives

POLAR, AROUND = 7, 14  # nodes that integrate all polynomials of degree 13; λ Λ̃ has degree 12


def direction_average(alpha: float) -> tuple[Array, Array]:
    """⟨λ_abcd,ijkl (χ̂ Λ̃ χ̂)_abcd⟩ and ⟨δ_ij Λ̃_abcd (χ̂ δ_kl Λ̃ χ̂)_abcd⟩ over directions, (6, 6).

    δ_ij Λ̃ and λ: the strain derivatives of Λ̃/r³ (see `interaction_derivatives`); χ̂ = χ_el/ρc_t².
    All nine pairs ab and cd are summed; an exact quadrature. Plain components, dimensionless.
    Raises PhysicsError unless 1/4 < α < 1.
    """
    printed, omitted = _direction_average(check_alpha(alpha))
    return printed.copy(), omitted.copy()


@cache
def _direction_average(alpha: float) -> tuple[Array, Array]:
    chi = elastic_susceptibility(alpha)
    u, w = np.polynomial.legendre.leggauss(POLAR)
    phi = 2.0 * np.pi / AROUND * np.arange(AROUND)
    s = np.sqrt(1.0 - u**2)
    n = np.stack(
        [np.outer(s, np.cos(phi)), np.outer(s, np.sin(phi)), np.outer(u, np.ones(AROUND))], axis=-1
    ).reshape(-1, 3)
    weights = np.repeat(0.5 * w, AROUND) / AROUND
    first, second = interaction_derivatives(n, alpha)
    pairs2 = pair_weights("tensor") ** 2

    def between(x: Array) -> Array:
        """χ̂ X χ̂, with the weight of the sum over all nine ab and cd put in."""
        y = contract(contract(chi, x, "tensor"), chi, "tensor")
        return np.asarray(pairs2[:, None] * pairs2 * y)

    printed = np.einsum("n,nijab,nab->ij", weights, second, between(lambda_tilde(n, alpha)))
    omitted = np.einsum("n,niab,njab->ij", weights, first, between(first))
    return printed, omitted


def last_term_tensor(
    alpha: float,
    length: float,
    stiffness: float,
    cutoff: float = CUTOFF,
    loss: float = 1.0,
    temperature: float = 0.0,
    n0: int | None = None,
) -> tuple[Array, Array]:
    """The last term of Eq. 3.3 at block size L, and what (2.16) adds in the same order, (6, 6).

    (1/N L³) Σ_{s≠s'} Σ_abcd (δ²Λ_abcd/δe_ijδe_kl) ⟨T_ab^(s) T_cd^(s')⟩, in ρc_t², is

        −(j/32π⁴) η² (ħω_c/ρc_t² L³) Σ_d d⁻⁶ ⟨λ_abcd,ijkl (χ̂ Λ̃ χ̂)_abcd⟩,

    j = 4 ln 2 at T = 0 (`correlation_integral`). The second tensor has δ_ijΛ̃ χ̂ δ_klΛ̃ χ̂ for
    λ χ̂ Λ̃ χ̂: it is the response of the δΛ/δe T T in the super block's own stress (2.16), which
    (2.17) leaves out. Their sum is the second strain derivative of the energy −2 Λ² ∫ K K' of the
    pairs.

    length: L in m. stiffness: ρc_t² in Pa. cutoff: ω_c in rad/s. loss: η, the reduced Im χ̃ over
    χ_el; the paper bounds it by 1, glasses have 10⁻³. temperature: K. n0: sum over the pairs of a
    sphere of N0³ blocks; None for a block amid an infinite lattice (sc).

    Raises PhysicsError unless 1/4 < α < 1, and for lengths, moduli, ω_c or η not positive, T < 0
    or N0 < 2.
    """
    require_positive(length=length, loss=loss)
    if not 0.0 <= temperature < np.inf:
        raise PhysicsError(f"`temperature` must be ≥ 0 and finite; got {temperature!r}")
    cold = temperature == 0.0
    j = correlation_integral(np.inf if cold else hbar * cutoff / (Boltzmann * temperature))
    scale = (critical_length(stiffness, cutoff) / length) ** 3 * loss**2 * inverse_sixth_sum(n0)
    printed, omitted = direction_average(alpha)
    factor = -j / (32.0 * np.pi**4) * scale
    return factor * printed, factor * omitted


def relative_size(term: Array, alpha: float) -> float:
    """The largest |eigenvalue| of a term of (3.3) relative to χ_el: of χ_el^(−½) X χ_el^(−½)."""
    root = elastic_root(alpha)
    inner = np.linalg.solve(root, np.linalg.solve(root, weighted(term, "tensor")).T)
    return float(np.abs(np.linalg.eigvalsh(0.5 * (inner + inner.T))).max())


def last_term_length(
    alpha: float,
    stiffness: float,
    other: float = 1.0,
    cutoff: float = CUTOFF,
    loss: float = 1.0,
    temperature: float = 0.0,
) -> float:
    """L_c in m, where the last term is as large as another one; below it, it is larger.

    other: the `relative_size` of the other term, 1 for χ' = χ_el itself. The last term goes as L⁻³,
    so this is one cube root. Raises as `last_term_tensor`.
    """
    require_positive(other=other)
    unit = critical_length(stiffness, cutoff)
    printed, _ = last_term_tensor(alpha, unit, stiffness, cutoff, loss, temperature)
    return unit * float(np.cbrt(relative_size(printed, alpha) / other))
