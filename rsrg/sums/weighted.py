"""Pair sums weighted by the susceptibilities of unequal blocks: Σ_{s≠s'} χ_s (Λ̃(n)/r³) χ_s'.

They do not reduce to 15 moments. Each column of χ_s' is a stress σ, (3, 3); the field that it makes
at s follows without building Λ̃, with p = σd, q = d·σd, t = tr σ:

    r³ Λ̃:σ = (1 − α) σ − (α/2) t δ + (3α/2)(t nn + q δ) + (3α − 3/2)(np + pn) − (15α/2) q nn.

The terms in t nn and q δ vanish for sources σ̃ = T σ = σ − κ t δ, κ = α/(α + 2), and the same T on
the left, which saves a third of the work: Λ̃ = T (R + iso) T, R:σ̃ = sym(n, g). The sums themselves
are in `kernels.weighted`.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from rsrg.physics.arrays import Array
from rsrg.physics.elastic import check_alpha
from rsrg.physics.errors import PhysicsError
from rsrg.physics.pairs import Contraction, pair_weights
from rsrg.sums.kernels.weighted import BLOCK, FIELD, weighted_pairs

MIN_COEFFICIENT = 1e-30  # instead of 3α − 3/2 = 0, by which the kernel divides

_DIAGONAL = np.array([1.0, 0.0, 0.0, 1.0, 0.0, 1.0])
_TWICE = np.array([1.0, 2.0, 2.0, 1.0, 2.0, 1.0])  # Σ over nine (kl) counts shear pairs twice


@dataclass(frozen=True)
class Sources:
    """A pool of blocks as sources of stress, in the form that the kernel takes.

    sigma: (materials, cases, P, 42). Each of the six columns of χ is a stress σ; here are the six
        components of σ̃ = T σ and its trace.
    laws: (materials, 4), the factors of w, v and h in `kernels.weighted`, and e/(1 − α) of the
        isotropic part (1 − α) σ̃ + e tr σ̃ δ.
    trace: (materials,), by how much of tr σ̃ the diagonal of σ exceeds that of σ̃.
    shear: (6,), the weights of the pair components, by which a matrix product under the
        contraction becomes the tensor's, a sum over nine (kl).
    """

    sigma: Array
    laws: Array
    trace: Array
    shear: Array

    @classmethod
    def from_susceptibilities(cls, chi: Array, alphas: Array, contraction: Contraction) -> Self:
        """The sources of blocks χ, (materials, cases, P, 6, 6), plain; alphas (materials,).

        χ in ρc_t². Raises PhysicsError for an α out of range.
        """
        alpha = np.array([check_alpha(float(a)) for a in alphas])
        w = pair_weights(contraction)
        kappa, iso = alpha / (alpha + 2.0), 1.0 - alpha
        trace_factor = 1.0 - 3.0 * kappa
        e = (-0.5 * alpha + 1.5 * alpha * kappa + iso * kappa) / trace_factor + kappa * iso
        e = e / trace_factor
        sigma = np.empty((*chi.shape[:-1], FIELD))
        stress = np.multiply(chi, w[:, None] * (w * w / _TWICE), out=sigma[..., :6])
        trace = np.matmul(stress, _DIAGONAL, out=sigma[..., 6])
        trace *= trace_factor[:, None, None, None]  # now of σ̃
        for i in np.flatnonzero(_DIAGONAL):
            stress[..., i] -= (kappa / trace_factor)[:, None, None, None] * trace
        first = 3.0 * alpha - 1.5
        first = np.where(np.abs(first) < MIN_COEFFICIENT, MIN_COEFFICIENT, first)
        laws = np.stack((0.5 * iso, first, -3.75 * alpha / first, e / iso), axis=1)
        return cls(sigma.reshape(*chi.shape[:-2], BLOCK), laws, kappa / trace_factor, w)

    def case(self, case: int) -> "Sources":
        """The sources of one case alone."""
        return replace(self, sigma=self.sigma[:, case : case + 1])

    def susceptibility(self, sigma: Array) -> Array:
        """χ, plain, (..., materials, 6, 6), from a sum of sources, (..., materials, 42)."""
        sigma = sigma.reshape(*sigma.shape[:-1], 6, FIELD)
        whole = sigma[..., :6] + self.trace[:, None, None] * sigma[..., 6:] * _DIAGONAL
        return np.asarray(whole / self.shear[:, None] / (self.shear**2 / _TWICE))

    def interaction(self, pairs: Array) -> Array:
        """Σ_{s≠s'} χ_s (Λ̃/r³) χ_s', plain, from the kernel's half sum over s < s'."""
        both = 2.0 * (pairs + np.swapaxes(pairs, -1, -2))
        return np.asarray(both / (self.shear[:, None] * self.shear))


def weighted_sums(
    positions: Array, block_index: NDArray[np.int64], sources: Sources
) -> tuple[Array, Array]:
    """(1/N) Σ_s χ_s and Σ_{s≠s'} χ_s (Λ̃(n)/r³) χ_s', both (draws, cases, materials, 6, 6), plain.

    positions: of the blocks, (draws, cases, N, 3), in block sizes. block_index: which block of the
    pool stands at each position, (draws, cases, N). χ is in ρc_t², the second sum in (ρc_t²)².
    The bits of a super block do not depend on the others of its batch.
    Raises PhysicsError where the shapes do not fit, or an index is not one of the pool's.
    """
    draws, cases, n = block_index.shape
    pool_cases, size = sources.sigma.shape[1:3]
    if positions.shape != (draws, cases, n, 3) or cases != pool_cases:
        raise PhysicsError(
            "`positions` must be (draws, cases, N, 3) and `block_index` (draws, cases, N) with "
            f"the cases of `sources`; got shapes {positions.shape}, {block_index.shape} and "
            f"{sources.sigma.shape}"
        )
    low, high = block_index.min(), block_index.max()
    if low < 0 or high >= size:
        raise PhysicsError(f"`block_index` must lie between 0 and {size - 1}; got {low} to {high}")
    shape = (draws, cases, len(sources.laws))
    totals, pairs = np.full((*shape, BLOCK), np.nan), np.full((*shape, 36), np.nan)
    weighted_pairs(
        np.ascontiguousarray(positions),
        np.ascontiguousarray(block_index),
        np.ascontiguousarray(sources.sigma),
        sources.laws,
        totals,
        pairs,
    )
    interaction = sources.interaction(pairs.reshape(*shape, 6, 6))
    return sources.susceptibility(totals / n), interaction
