"""Elastic susceptibility of an isotropic medium, Eq. 2.10."""

import numpy as np

from rsrg.physics.arguments import check_positive, checked_number
from rsrg.physics.arrays import Array
from rsrg.physics.pairs import Contraction, inverse, pair_matrix, weighted

ALPHA_MIN, ALPHA_MAX = 0.25, 1.0


def check_alpha(alpha: float) -> float:
    """α itself, if 1/4 < α < 1: a stable isotropic medium with positive bulk modulus.

    Raises PhysicsError otherwise (also for NaN).
    """
    rule = "`alpha` = 1 − c_t²/c_l² must lie between 0.25 and 1"
    return checked_number(alpha, rule, lambda number: ALPHA_MIN < number < ALPHA_MAX)


def elastic_susceptibility(alpha: float) -> Array:
    """χ_el of Eq. 2.10 in units of ρc_t², plain components, (6, 6).

    χ_ijkl = (c_l²/c_t² − 2) δ_ij δ_kl + δ_ik δ_jl + δ_il δ_jk,  c_l²/c_t² = 1/(1 − α).

    Raises PhysicsError unless 1/4 < α < 1.
    """
    c2 = 1.0 / (1.0 - check_alpha(alpha))
    d = np.eye(3)
    chi = (
        (c2 - 2.0) * np.einsum("ij,kl->ijkl", d, d)
        + np.einsum("ik,jl->ijkl", d, d)
        + np.einsum("il,jk->ijkl", d, d)
    )
    return pair_matrix(chi)


def inverse_elastic_susceptibility(alpha: float, contraction: Contraction) -> Array:
    """(χ_el)⁻¹ in units of 1/ρc_t², plain components, (6, 6).

    With `six` this is the matrix (4.6) as printed; with `tensor` the true compliance.
    Raises PhysicsError unless 1/4 < α < 1, and for an unknown contraction.
    """
    return inverse(elastic_susceptibility(alpha), contraction)


def elastic_root(alpha: float) -> Array:
    """A root r of χ_el = r rᵀ, Mandel components, (6, 6). Raises PhysicsError for a bad α."""
    chi = weighted(elastic_susceptibility(alpha), "tensor")
    return np.asarray(np.linalg.cholesky(chi), dtype=np.float64)


def eigenvalues_against_compliance(x: Array, alpha: float) -> Array:
    """The eigenvalues of X χ_el, (6,), ascending: X symmetric, plain components, in 1/ρc_t².

    χ_el⁻¹ + n X is singular where −1/n is one of them. Raises PhysicsError unless 1/4 < α < 1.
    """
    root = elastic_root(alpha)
    return np.asarray(np.linalg.eigvalsh(root.T @ weighted(x, "tensor") @ root))


def inverse_start(alpha: float, contraction: Contraction, amplitude: float = 1.0) -> Array:
    """(f χ_el)⁻¹, the inverse of the first blocks' χ' with amplitude f; 1/ρc_t², (6, 6).

    Raises PhysicsError as `inverse_elastic_susceptibility`, and unless f > 0.
    """
    return inverse_elastic_susceptibility(alpha, contraction) / check_amplitude(amplitude)


def check_amplitude(amplitude: float) -> float:
    """f of χ' = f χ_el itself, if positive and finite. Raises PhysicsError otherwise."""
    return check_positive("amplitude", amplitude)
