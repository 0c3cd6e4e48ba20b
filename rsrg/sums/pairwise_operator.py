"""The interaction of blocks at any places as an operator, pair by pair, and no matrix."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from rsrg.physics.arrays import Array
from rsrg.physics.elastic import check_alpha
from rsrg.physics.errors import PhysicsError
from rsrg.physics.pairs import Contraction, pair_weights
from rsrg.sums.kernels.interaction import add_pairs


@dataclass(frozen=True, eq=False)
class PairwiseOperator:
    """u → m̂ u for N blocks, m̂ = w m w with the weights of the contraction; see `PairOperator`.

    pairs: s < s', (N (N − 1)/2, 2); displacements d, and V/4π times 1/r³, 3/r⁵, 15/r⁷ of each, both
    (…, 3).
    """

    number: int
    pairs: NDArray[np.int32]
    displacements: Array
    radial: Array
    alpha: float
    weights: Array

    @classmethod
    def from_positions(
        cls,
        positions: Array,
        alpha: float,
        block_volume: float = 1.0,
        contraction: Contraction = "tensor",
    ) -> Self:
        """The operator of blocks at positions, (N, 3), in block sizes; block_volume V as there.

        Raises PhysicsError where two blocks coincide, and for α outside (1/4, 1).
        """
        pairs = np.stack(np.triu_indices(len(positions), 1), axis=1).astype(np.int32)
        d = positions[pairs[:, 0]] - positions[pairs[:, 1]]
        r2 = np.einsum("pi,pi->p", d, d)
        if not (r2 > 0.0).all():
            raise PhysicsError("`positions` must be distinct points; got two that coincide")
        first = block_volume / (4.0 * np.pi) / (r2 * np.sqrt(r2))
        radial = np.stack((first, 3.0 * first / r2, 15.0 * first / r2**2), axis=1)
        # add_pairs contracts over all nine components of a stress: (m t)_ij = Σ_kl m_ijkl t_kl
        weights = pair_weights(contraction)
        return cls(len(positions), pairs, d, radial, check_alpha(alpha), weights)

    def __call__(self, u: Array) -> Array:
        """m̂ u of stresses u, (N, 6)."""
        out = np.zeros_like(u)
        plain = np.ascontiguousarray(u * (self.weights / pair_weights("tensor") ** 2))
        add_pairs(
            self.pairs, self.displacements, self.radial, self.alpha, plain, out, 0, len(self.pairs)
        )
        return out * self.weights
