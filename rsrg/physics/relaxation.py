"""Relaxation and resonance susceptibilities, Eqs. 3.2 and 3.4.

With the resonance part frozen, χ_rel = −2 χ_res is a fixed point of (3.2) whatever M is; it
attracts only where −χ_res M > 0, in the hardening channels. Eqs. 3.2 and 3.3 together make χ_res
flow too, and then it is no fixed point at all.
"""

from typing import Literal, get_args

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError
from rsrg.physics.pairs import Contraction, contract, weighted
from rsrg.physics.recursion import second_order

Resonance = Literal["frozen", "flowing"]


def relaxation_step(
    relaxation: Array, resonance: Array, coupling: Array, contraction: Contraction = "tensor"
) -> Array:
    """χ_rel ← χ_rel − (χ_rel M χ_rel + χ_rel M χ_res + χ_res M χ_rel), Eq. 3.2; (..., 6, 6).

    The factors are in the order that keeps χ_rel symmetric. Plain components, χ in ρc_t², M in
    1/ρc_t².
    """

    def product(left: Array, right: Array) -> Array:
        return contract(contract(left, coupling, contraction), right, contraction)

    return (
        relaxation
        - product(relaxation, relaxation)
        - product(relaxation, resonance)
        - product(resonance, relaxation)
    )


def relaxation_flow(
    relaxation: Array,
    resonance: Array,
    coupling: Array,
    steps: int,
    mode: Resonance = "frozen",
    contraction: Contraction = "tensor",
) -> tuple[Array, Array]:
    """χ_rel and χ_res after 0, 1, …, n steps of the same coupling, both (n + 1, ..., 6, 6).

    `frozen`: χ_res stays. `flowing`: χ_res ← χ_res − χ_res M χ_res, which (3.3) for the sum
    implies. Raises PhysicsError for another mode.
    """
    if mode not in get_args(Resonance):
        raise PhysicsError(f"`mode` must be frozen or flowing; got {mode!r}")
    rel, res = [np.asarray(relaxation)], [np.asarray(resonance)]
    for _ in range(steps):
        rel.append(relaxation_step(rel[-1], res[-1], coupling, contraction))
        last = res[-1]
        res.append(last if mode == "frozen" else second_order(last, coupling, contraction))
    return np.stack(rel), np.stack(res)


def channel_ratio(relaxation: Array, resonance: Array, channel: Array) -> Array:
    """χ_rel/χ_res in one channel, (...,): (v χ_rel v)/(v χ_res v), v Mandel components, (6,)."""
    rel, res = (
        np.einsum("i,...ij,j->...", channel, weighted(x, "tensor"), channel)
        for x in (relaxation, resonance)
    )
    return np.asarray(rel / res, dtype=np.float64)


def fixed_point_multipliers(
    resonance: Array, coupling: Array, contraction: Contraction = "tensor"
) -> Array:
    """Growth per step of a small deviation from χ_rel = −2 χ_res, χ_res frozen; ascending, (21,).

    δ ← δ + δ M χ_res + χ_res M δ, so the 21 factors are 1 + μ_i + μ_j, i ≤ j, with μ the
    eigenvalues of M χ_res. The fixed point attracts where |factor| < 1. χ_res: negative definite.

    Raises PhysicsError unless χ_res is negative definite.
    """
    values, vectors = np.linalg.eigh(-weighted(resonance, contraction))
    if not values[0] > 0.0:
        raise PhysicsError(f"`resonance` must be negative definite; got eigenvalue {-values[0]!r}")
    root = (vectors * np.sqrt(values)) @ vectors.T
    mu = -np.linalg.eigvalsh(root @ weighted(coupling, contraction) @ root)
    i, j = np.triu_indices(6)
    return np.sort(1.0 + mu[i] + mu[j])
