"""The virtual-phonon interaction Λ̃, Eq. 2.13, from directions or from quartic direction moments.

Λ̃ is linear in α and quartic in n, so for any set of pairs it needs only the 15 sums
Q_abcd = Σ w n_a n_b n_c n_d. Their traces give Σ w n_a n_b and Σ w.
"""

from itertools import combinations_with_replacement

import numpy as np

from rsrg.physics.arguments import (
    SCALE,
    check_positive,
    checked_number,
    is_moderate,
    real_array,
    shown,
)
from rsrg.physics.arrays import Array
from rsrg.physics.elastic import check_alpha
from rsrg.physics.errors import PhysicsError
from rsrg.physics.pairs import pair_matrix

QUARTICS: tuple[tuple[int, ...], ...] = tuple(combinations_with_replacement(range(3), 4))
QUARTIC_NAMES: tuple[str, ...] = tuple("".join("xyz"[a] for a in q) for q in QUARTICS)

_PLACE = np.empty((3, 3, 3, 3), dtype=np.intp)
for _a, _b, _c, _d in np.ndindex(3, 3, 3, 3):
    _PLACE[_a, _b, _c, _d] = QUARTICS.index(tuple(sorted((_a, _b, _c, _d))))


def quartic_tensor(moments: Array) -> Array:
    """Q_abcd, (..., 3, 3, 3, 3), from its 15 distinct components, (..., 15)."""
    return np.asarray(moments[..., _PLACE], dtype=np.float64)


def quartic_moments(tensor: Array) -> Array:
    """The 15 distinct components, (..., 15), of a fully symmetric Q_abcd, (..., 3, 3, 3, 3)."""
    a, b, c, d = np.array(QUARTICS).T
    return np.ascontiguousarray(tensor[..., a, b, c, d])


def direction_moments(n: Array) -> Array:
    """n_a n_b n_c n_d of unit vectors, (..., 3) → (..., 15)."""
    a, b, c, d = np.array(QUARTICS).T
    return np.asarray(n[..., a] * n[..., b] * n[..., c] * n[..., d], dtype=np.float64)


def _interaction_parts(moments: Array) -> tuple[Array, Array]:
    """The two parts of (2.13), written out: Λ̃ = first + α second, each (..., 6, 6)."""
    nnnn = quartic_tensor(moments)
    nn = np.einsum("...abcc->...ab", nnnn)
    one = np.einsum("...aa->...", nn)
    d = np.eye(3)

    def dd(order: str) -> Array:
        return np.einsum(f"...,{order}->...ijkl", one, d, d)

    def dn(order: str) -> Array:
        return np.einsum(f"{order}->...ijkl", d, nn)

    first = 0.25 * (2.0 * dd("ik,jl") + 2.0 * dd("il,jk")) - 0.75 * (
        dn("ik,...jl") + dn("il,...jk") + dn("jl,...ik") + dn("jk,...il")
    )
    nn_deltas = dn("kl,...ij") + dn("jl,...ik") + dn("jk,...il")
    nn_deltas = nn_deltas + dn("il,...jk") + dn("ik,...jl") + dn("ij,...kl")
    deltas = dd("ij,kl") + dd("ik,jl") + dd("jk,il")
    second = 0.5 * (-deltas + 3.0 * nn_deltas - 15.0 * nnnn)
    return pair_matrix(first), pair_matrix(second)


_FIRST, _SECOND = (part.reshape(15, 36) for part in _interaction_parts(np.eye(15)))


def lambda_tilde_from_moments(moments: Array, alpha: float | Array) -> Array:
    """Σ w Λ̃(n), Eq. 2.13, from Q_abcd = Σ w n_a n_b n_c n_d; plain components.

    moments: (..., 15) in the order of QUARTIC_NAMES. alpha: a number, or an array that
    broadcasts against moments.shape[:-1]. Returns (..., 6, 6).
    """
    return _lambda_of_parts(lambda_parts(moments), alpha)


def lambda_parts(moments: Array) -> tuple[Array, Array]:
    """The two parts of (2.13), Λ̃ = first + α second, each (..., 36): they serve every glass."""
    return moments @ _FIRST, moments @ _SECOND


def _lambda_of_parts(parts: tuple[Array, Array], alpha: float | Array) -> Array:
    first, second = parts
    flat = first + np.asarray(alpha)[..., None] * second
    return np.asarray(flat.reshape(*flat.shape[:-1], 6, 6), dtype=np.float64)


def lambda_tilde(n: Array, alpha: float) -> Array:
    """Λ̃_ijkl(n) of Eq. 2.13 for unit vectors n, (..., 3); dimensionless, plain, (..., 6, 6).

    Its average over all directions vanishes; it holds angular momenta l = 2 and 4 only.
    """
    return lambda_tilde_from_moments(direction_moments(n), alpha)


def coupling_from_moments(moments: Array, alpha: float) -> Array:
    """M = Λ̃[Q]/4π of one RG step, Eq. 3.7, in 1/ρc_t², plain components, (..., 6, 6).

    moments: Q_abcd = (V/N) Σ_{s≠s'} n_a n_b n_c n_d / r³, so per block, (..., 15). For sums over
    all pairs see `coupling_matrix`. Raises PhysicsError unless 1/4 < α < 1.
    """
    return coupling_of_parts(lambda_parts(moments), alpha)


def coupling_of_parts(parts: tuple[Array, Array], alpha: float) -> Array:
    """`coupling_from_moments`, from what `lambda_parts` gives for these moments."""
    return _lambda_of_parts(parts, check_alpha(alpha)) / (4.0 * np.pi)


def coupling_matrix(
    moments: Array, alpha: float, n_blocks: float, block_volume: float = 1.0
) -> Array:
    """Coupling matrix M of one renormalization step, from the sums over pairs of its blocks.

        M = (V/N) (1/4π) Σ_{s≠s'} Λ̃(n)/r³,

    Eq. 3.7 with the 1/N0³ of Eq. 3.3 put back. Λ̃ (Eq. 2.13) is linear in α and quartic in the
    direction n of a pair, so 15 sums give M for every material.

    moments: Q_abcd = Σ_{s≠s'} n_a n_b n_c n_d / r³ over ordered pairs, (..., 15), r in units of
    the block size; as `pair_moments` gives them.
    alpha: α = 1 − c_t²/c_l², between 1/4 and 1.
    n_blocks: N, the number of blocks.
    block_volume: V in units of the unstrained block: det F where the blocks moved with the strain.

    Returns M in units of 1/ρc_t², (..., 6, 6): plain tensor components M_ijkl, with the pairs ij
    and kl in the order xx, xy, xz, yy, yz, zz.

    Raises PhysicsError for a wrong shape, numbers that are not finite, α outside (1/4, 1), N < 1 or
    V ≤ 0.

    Example:
        For a pair along x, Λ̃_xxxx = −2 at every α, so two blocks at distance 1 give −2/4π:

        >>> import rsrg
        >>> moments = rsrg.pair_moments([[0, 0, 0], [1, 0, 0]])
        >>> m = rsrg.coupling_matrix(moments, alpha=0.7, n_blocks=2)
        >>> m.shape, round(float(m[0, 0]), 5)
        ((6, 6), -0.15915)
    """
    numbers = real_array(moments)
    if numbers is None:
        raise PhysicsError(f"`moments` must be real numbers, (..., 15); got {shown(moments)}")
    if numbers.shape[-1:] != (15,):
        raise PhysicsError(f"`moments` must have 15 as last axis; got shape {numbers.shape}")
    if not is_moderate(numbers):
        raise PhysicsError(f"`moments` must be finite, at most {SCALE:.0e}; got {shown(numbers)}")
    n = checked_number(n_blocks, "`n_blocks` must be at least 1", lambda x: 1.0 <= x < np.inf)
    volume = check_positive("block_volume", block_volume)
    total = lambda_tilde_from_moments(numbers, check_alpha(alpha))
    return np.asarray(volume / n / (4.0 * np.pi) * total, dtype=np.float64)
