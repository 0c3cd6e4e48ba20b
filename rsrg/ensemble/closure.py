"""A moment closure of the quenched flow: the mean and covariance of χ⁻¹ from length to length.

The blocks of a length have χ_s⁻¹ = X + δ_s, X their mean, δ_s of mean zero and covariance C. To
second order in δ, with χ = X⁻¹, the field M_s = Σ_s' m_ss' at block s, and M = (1/N) Σ_s M_s, the
resummed super block (`physics.quenched`) is

    X' = (1/N) Σ_s [X + L_s δ_s] ± M − (1/N) Σ_s d_s χ d_s ± (1/N) Σ_{s≠s'} δ_s χ m_ss' χ δ_s',
    L_s δ = δ ∓ δ χ (M_s − M) ∓ (M_s − M) χ δ,        d_s = δ_s − (1/N) Σ_s' δ_s'.

So the mean loses stiffness in proportion to the covariance, step by step and without end,

    X ← X − (1 − 1/N) ⟨δχδ⟩ ± ⟨M⟩,

and the covariance is that of M, plus what is inherited:

    C ← Cov(M) + (1/N) ⟨L C Lᵀ⟩ + (1/N²) Σ_{s<s'} ⟨Y Y⟩ + (1/N) Cov(δχδ),   Y = δ_s G δ_s' + h.c.

with G = χ m_ss' χ. Averages of four δ are those of a Gaussian law (Wick's theorem); averages over
places are taken over draws. Of second order, terms of relative size 1/N are left out: δ for d in
the last sum, and single blocks in the field of the others. It needs C ≪ X², and knows nothing of
the tails from which blocks fail.
"""

from dataclasses import dataclass

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.sign import Sign, sign_factor


@dataclass(frozen=True)
class Law:
    """Mean and covariance of X = χ⁻¹ of the blocks of one length, Mandel components.

    mean: (6, 6). covariance: ⟨δX_ij δX_kl⟩, (6, 6, 6, 6).
    """

    mean: Array
    covariance: Array

    @property
    def relative_variance(self) -> float:
        """Σ_ij ⟨δX_ij²⟩ / Σ_ij X_ij², as of a pool."""
        return float(np.einsum("ijij->", self.covariance) / np.sum(self.mean**2))


def closure_step(law: Law, interaction: Array, sign: Sign = "paper") -> Law:
    """The law of super blocks made of blocks of one law on the places of some draws.

    interaction: m_ss' of each draw, Mandel components, (draws, N, N, 6, 6), zero for s = s'.
    Raises PhysicsError for an unknown sign, numpy.linalg.LinAlgError for a singular mean.
    """
    m = sign_factor(sign) * interaction
    n, c = m.shape[1], law.covariance
    chi = np.asarray(np.linalg.inv(law.mean), dtype=np.float64)
    field = m.sum(axis=2)  # M_s
    coupling = field.mean(axis=1)  # M
    scatter = coupling - coupling.mean(axis=0)
    softening = np.einsum("iabj,ab->ij", c, chi)  # ⟨δχδ⟩
    mean = law.mean - (1.0 - 1.0 / n) * softening + coupling.mean(axis=0)
    covariance = (
        np.einsum("dij,dkl->ijkl", scatter, scatter) / len(m)
        + _inherited(c, chi, field - coupling[:, None]) / n
        + _pairs(c, chi, m) / n**2
        + _squares(c, chi) / n
    )
    return Law(mean, covariance)


def _inherited(c: Array, chi: Array, excess: Array) -> Array:
    """⟨L C Lᵀ⟩ over blocks and draws, L δ = δ − δχE − Eχδ with the excess E_s = M_s − M."""
    e = excess.reshape(-1, 6, 6)
    one = np.eye(6)
    turned = chi @ e  # (χE)_bj; and E χ is its transpose
    linear = np.einsum("ia,bj->ijab", one, one)[None] - (
        np.einsum("ia,sbj->sijab", one, turned) + np.einsum("sai,bj->sijab", turned, one)
    )
    rows = linear.reshape(len(e), 36, 36)
    return np.asarray((rows @ c.reshape(36, 36) @ rows.swapaxes(1, 2)).mean(axis=0)).reshape(
        c.shape
    )


def _pairs(c: Array, chi: Array, m: Array) -> Array:
    """Σ_{s<s'} ⟨Y Y⟩ of independent δ_s, δ_s', averaged over draws: Y = δ_s G δ_s' + h.c."""
    s, t = np.triu_indices(m.shape[1], 1)
    g = (chi @ m[:, s, t] @ chi).reshape(-1, 36)
    gg = (g.T @ g / len(m)).reshape(6, 6, 6, 6)  # Σ_{s<s'} G_ab G_cd
    half = np.einsum("iakc,abcd,bjdl->ijkl", c, gg, c, optimize=True)
    mixed = np.einsum("ialc,abdc,bjkd->ijkl", c, gg, c, optimize=True)
    y = half + mixed
    return np.asarray(y + y.transpose(1, 0, 3, 2))


def _squares(c: Array, chi: Array) -> Array:
    """Cov(δχδ) of a Gaussian δ."""
    first = np.einsum("iakc,ab,cd,bjdl->ijkl", c, chi, chi, c, optimize=True)
    second = np.einsum("iadl,ab,cd,bjkc->ijkl", c, chi, chi, c, optimize=True)
    return np.asarray(first + second)
