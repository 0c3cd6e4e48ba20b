"""The super block in orders of the interaction: Eqs. 3.1 to 3.3, for unequal blocks."""

from dataclasses import dataclass

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.linear_response import level_numbers, pair_response, probabilities
from rsrg.physics.pairs import unweighted
from rsrg.physics.product_space import summed_levels
from rsrg.physics.super_block import SuperBlock
from rsrg.physics.third_order import response_to_field


@dataclass(frozen=True)
class SuperBlockExpansion:
    """χ of a super block to first order in the interaction; plain, ρc_t², (6, 6) each.

    uncoupled_relaxation, uncoupled_resonance: the means of the blocks' own. first_order: Eq. 3.3
    without its last term. relaxation: χ_rel by Eq. 3.2. stress_term: what Eq. 3.3 leaves out where
    blocks have a mean stress ⟨T⟩.
    """

    uncoupled_relaxation: Array
    uncoupled_resonance: Array
    first_order: Array
    relaxation: Array
    stress_term: Array

    @property
    def uncoupled(self) -> Array:
        """χ̄, the mean susceptibility of the blocks."""
        return self.uncoupled_relaxation + self.uncoupled_resonance

    @property
    def resonance(self) -> Array:
        """χ_res, by Eq. 3.3 minus Eq. 3.2."""
        return self.first_order - self.relaxation

    @property
    def whole_first_order(self) -> Array:
        """Eq. 3.3 with the stress term: all that is of first order in Λ."""
        return self.first_order + self.stress_term


def super_block_expansion(
    levels: Array,
    stress: np.ndarray,
    positions: Array,
    alpha: float,
    temperature: float,
    block_volume: float = 1.0,
) -> SuperBlockExpansion:
    """The super block of `super_block_response` to first order in Λ, from its blocks alone.

    With χ_s of each block by Eq. 2.7 and m_ss' = −2VΛ^(ss') = (V/4π) Λ̃(n)/r³, for unequal blocks:

        χ = χ̄ − (1/N) Σ_{s≠s'} χ_s m_ss' χ_s',                                        Eq. 3.3,
        χ_rel = χ̄_rel − (1/N) Σ_{s≠s'} (rel m rel + rel m res + res m rel),           Eq. 3.2,

    products over all nine pairs. (3.3) takes the mean stress ⟨T⟩ of each block as zero. Where it is
    not, the blocks feel the field f^(s) = 2 Σ_s' Λ^(ss') ⟨T^(s')⟩ of the others, which changes
    their χ: to first order there is one more term,

        stress_term = (1/NV) Σ_s Σ_mn χ⁽³⁾_ijkl,mn f_mn,   χ⁽³⁾ = ∂³F/∂e_ij ∂e_kl ∂e_mn of a block.

    Arguments, units and errors: as `super_block_response`; any number of states. Returns a
    SuperBlockExpansion: `first_order` (3.3), `stress_term`, `whole_first_order` (their sum),
    `relaxation` (3.2), `resonance` (3.3 minus 3.2), `uncoupled` (χ̄) and its two parts.

    Example:
        Two two-level blocks with a shear stress, in states where ⟨T⟩ = 0, so that (3.3) is the
        whole first order. The change of χ by their interaction, by (3.3) over the exact one:

        >>> import numpy as np, rsrg
        >>> levels, stress = np.array([[-1.0, 1.0]] * 2), np.zeros((2, 3, 3, 2, 2))
        >>> stress[:, 0, 1] = stress[:, 1, 0] = [[0, 1], [1, 0]]
        >>> place = [[0, 0, 0], [4, 0, 0]]
        >>> blocks = rsrg.super_block_expansion(levels, stress, place, 0.7, temperature=0.5)
        >>> rel, res = rsrg.super_block_response(levels, stress, place, 0.7, temperature=0.5)
        >>> change = blocks.first_order - blocks.uncoupled
        >>> exact = rel + res - blocks.uncoupled
        >>> print(f"{change[1, 1] / exact[1, 1]:.4f}")
        0.9994
    """
    block = SuperBlock.from_arrays(levels, stress, positions, alpha, temperature, block_volume)
    return first_order(block)


def first_order(block: SuperBlock) -> SuperBlockExpansion:
    """As `super_block_expansion`, of a super block that is made already."""
    n, m = len(block.levels), -2.0 * block.block_volume * block.interaction
    parts = [
        pair_response(e, t, block.temperature, block.block_volume)
        for e, t in zip(block.levels, block.stress, strict=True)
    ]
    rel, res = (np.stack(values) for values in zip(*parts, strict=True))

    def between(left: Array, right: Array) -> Array:
        return np.einsum("sab,stbc,tcd->ad", left, m, right, optimize=True) / n

    chi, mixed = rel + res, between(rel, res)
    results = (
        rel.mean(axis=0),
        res.mean(axis=0),
        chi.mean(axis=0) - between(chi, chi),
        rel.mean(axis=0) - between(rel, rel) - mixed - mixed.T,
        _stress_term(block),
    )
    return SuperBlockExpansion(*(unweighted(x, "tensor") for x in results))


def _stress_term(block: SuperBlock) -> Array:
    """(1/NV) Σ_s χ⁽³⁾ f^(s), Mandel form, (6, 6)."""
    p = np.array([probabilities(e, block.temperature) for e in block.levels])
    mean = np.einsum("sn,sann->sa", p, block.stress).real
    field = 2.0 * np.einsum("stab,tb->sa", block.interaction, mean)
    changes = [
        response_to_field(e, t, f, block.temperature)
        for e, t, f in zip(block.levels, block.stress, field, strict=True)
    ]
    return np.sum(changes, axis=0) / block.volume


def super_block_second_order(
    levels: Array,
    stress: np.ndarray,
    positions: Array,
    alpha: float,
    temperature: float,
    block_volume: float = 1.0,
) -> tuple[Array, Array]:
    """χ_rel and χ_res of the super block from its perturbed states, Eq. 3.1 as printed in 2.17.

        |n*⟩ = |n⟩ + Σ_p |p⟩ ⟨p|V|n⟩/(E_n − E_p),
        E_n* = E_n + ⟨n|V|n⟩ + Σ_p |⟨p|V|n⟩|²/(E_n − E_p),   E_p ≠ E_n,

    with V = Σ_{s≠s'} Λ T T and |n⟩ the product states: energies to second order, states to first
    and, as printed, not normalised. So the result is right to first order in V, with an error of
    second order. Among states of the same energy, V is diagonalised first. Where levels of the
    product states are close, not equal, its denominators have no meaning.

    Arguments, units, results and errors: as `super_block_response`.

    Example:
        χ_xyxy of two unequal two-level blocks, exactly and by (3.1):

        >>> import numpy as np, rsrg
        >>> levels, stress = np.array([[-1.0, 1.0], [-1.5, 1.5]]), np.zeros((2, 3, 3, 2, 2))
        >>> stress[:, 0, 1] = stress[:, 1, 0] = [[0, 1], [1, 0]]
        >>> place = [[0, 0, 0], [2, 0, 0]]
        >>> for f in rsrg.super_block_response, rsrg.super_block_second_order:
        ...     rel, res = f(levels, stress, place, 0.7, temperature=0.5)
        ...     print(f"{rel[1, 1] + res[1, 1]:.5f}")
        -0.82520
        -0.82548
    """
    block = SuperBlock.from_arrays(levels, stress, positions, alpha, temperature, block_volume)
    v, e = block.interaction_matrix(), summed_levels(block.levels)
    level = level_numbers(e)
    other = level[:, None] != level
    basis = _basis_of_levels(v, level)
    v = basis.conj().T @ v @ basis
    inverse_gap = np.where(other, 1.0 / np.where(other, e - e[:, None], 1.0), 0.0)
    mixing = v * inverse_gap  # ⟨p|V|n⟩/(E_n − E_p), p the row
    energies = e + np.diagonal(v).real + np.einsum("pn,pn->n", mixing.conj(), v).real
    return block.response(energies, basis @ (np.eye(len(e)) + mixing))


def _basis_of_levels(v: np.ndarray, level: np.ndarray) -> np.ndarray:
    """States that diagonalise V within each level, as columns, the product states elsewhere."""
    basis = np.eye(len(v), dtype=v.dtype)
    for number in np.flatnonzero(np.bincount(level) > 1):
        own = np.ix_(*2 * [np.flatnonzero(level == number)])
        basis[own] = np.linalg.eigh(v[own])[1]
    return basis
