"""One step of unequal blocks: χ of a super block from the χ^(s) of its N blocks.

With m_ss' = −V 2Λ^(ss') = (V/4π) Λ̃(n)/r³ for s ≠ s', the blocks are coupled linear oscillators:
stresses u_s cost the energy E = ½ Σ_s u_s χ_s⁻¹ u_s + ½ Σ_ss' u_s m_ss' u_s'. In terms of

    χ̄ = (1/N) Σ_s χ_s,    B = (1/N) Σ_{s≠s'} χ_s m_ss' χ_s',

- second order, Eq. 3.3 with unequal blocks: χ = χ̄ − B;
- resummed: χ⁻¹ = χ̄⁻¹ + χ̄⁻¹ B χ̄⁻¹. It is the only χ⁻¹ linear in m that agrees with Eq. 3.3 to first
  order in m, and for equal blocks it is Eq. 3.8. It is also a Rayleigh–Ritz bound: a mean stress t
  is shared among uncoupled blocks as u_s = χ_s χ̄⁻¹ t, and ½ N t χ⁻¹ t is E of just these u_s. The
  least E, the harmonic form, lies below: χ_harmonic ≥ χ_resummed wherever the block is stable;
- harmonic, all orders: χ = (1/N) Σ_ss' [(diag(χ_s⁻¹) + m)⁻¹]_ss' (`sums.harmonic`).

All three are symmetric and turn with the blocks, for B does.
"""

from typing import Literal

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError
from rsrg.physics.interaction import lambda_tilde
from rsrg.physics.pairs import Contraction, contract, inverse

CLOSEST = 1e-15  # block sizes; blocks closer than that coincide


def pair_interaction(positions: Array, alpha: float, block_volume: float = 1.0) -> Array:
    """m_ss' = (V/4π) Λ̃(n)/r³ of blocks at positions, (..., N, 3), zero for s = s'.

    Plain components, 1/ρc_t², (..., N, N, 6, 6); positions in block sizes.
    """
    return pair_interaction_rows(positions, slice(None), alpha, block_volume)


def pair_interaction_rows(
    positions: Array, rows: slice, alpha: float, block_volume: float = 1.0
) -> Array:
    """The rows s of `pair_interaction` alone, (..., rows, N, 6, 6).

    Raises PhysicsError for positions that are not finite, and where two blocks coincide.
    """
    finite = np.isfinite(positions).all(axis=-1)
    if not finite.all():
        raise PhysicsError(f"`positions` must be finite; got {positions[~finite][0].tolist()}")
    d = positions[..., rows, None, :] - positions[..., None, :, :]
    r = np.linalg.norm(d, axis=-1)
    indices = np.arange(positions.shape[-2])
    own = indices[rows, None] == indices
    _require_distinct(positions, (r < CLOSEST) & ~own, indices[rows])
    r = np.where(own, 1.0, r)
    strength = np.where(own, 0.0, block_volume / (4.0 * np.pi * r**3))
    return strength[..., None, None] * lambda_tilde(d / r[..., None], alpha)


def _require_distinct(positions: Array, coincide: np.ndarray, rows: np.ndarray) -> None:
    """Raise PhysicsError for the first pair of points that coincide, (..., rows, N), if any do."""
    if not coincide.any():
        return
    *place, row, second = (int(k) for k in np.argwhere(coincide)[0])
    a, b = sorted((int(rows[row]), second))
    point = positions[(*place, a)].tolist()
    raise PhysicsError(
        f"`positions` must be distinct points; got points {a} and {b} both at {point}"
    )


def second_order_blocks(mean: Array, interaction: Array) -> Array:
    """χ = χ̄ − B, Eq. 3.3 with unequal blocks; (..., 6, 6), plain, ρc_t²."""
    return mean - interaction


def resummed_blocks(mean: Array, interaction: Array, contraction: Contraction = "tensor") -> Array:
    """χ = (χ̄⁻¹ + χ̄⁻¹ B χ̄⁻¹)⁻¹; (..., 6, 6), plain, ρc_t².

    Regular where a single χ_s passes through infinity. Raises numpy.linalg.LinAlgError where χ̄ or
    the result is exactly singular.
    """
    compliance = inverse(mean, contraction)
    added = contract(contract(compliance, interaction, contraction), compliance, contraction)
    return inverse(compliance + added, contraction)


PoolUpdate = Literal["resummed", "second_order", "harmonic"]
