"""How the interaction of two blocks changes where their places strain: δΛ/δe and δ²Λ/δe².

Both blocks move with a uniform symmetric strain, r → (1 + e) r. Λ is linear in
q_abcd = w_a w_b w_c w_d/|w|⁷, w = (1 + e) n, so only q is differentiated.

δ/δe_ij is the symmetric tensor with dΛ = Σ_ij (δΛ/δe_ij) de_ij over all nine pairs, as in
T_ij = δH/δe_ij (2.3). So δ/δe_xy is half the derivative along a shear e_xy = e_yx = e.
"""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.elastic import check_alpha
from rsrg.physics.interaction import lambda_tilde_from_moments, quartic_moments
from rsrg.physics.pairs import PAIRS

SLOTS = "abcd"
_I, _J = np.array(PAIRS).T


def interaction_derivatives(n: Array, alpha: float) -> tuple[Array, Array]:
    """δ(Λ̃/r³)/δe_ij and δ²(Λ̃/r³)/δe_ijδe_kl of a pair at r = n, times r³: dimensionless.

    Of Λ_abcd(e) = −Λ̃_abcd/(8π ρc_t² r³) (2.12) under r → (1 + e) r, at e = 0; the second is the
    λ of (3.5). Both fall as r⁻³, as Λ itself, since strain has no length. With q and slots p, p' of
    abcd, before the symmetric part in ij and in kl is taken:

        δq/δe_ij       = Σ_p δ_ip n_j n n n − 7 n_i n_j n n n n,
        δ²q/δe_ijδe_kl = Σ_{p≠p'} δ_ip δ_kp' n_j n_l n n − 7 n_k n_l Σ_p δ_ip n_j n n n
                         − 7 n_i n_j Σ_p δ_kp n_l n n n − 7 δ_ik n_j n_l n n n n
                         + 63 n_i n_j n_k n_l n n n n.

    n: unit vectors, (..., 3). Returns plain components, (..., 6, 6, 6) in [ij, ab, cd], and
    (..., 6, 6, 6, 6) in [ij, kl, ab, cd]. Raises PhysicsError unless 1/4 < α < 1.
    """
    alpha, d = check_alpha(alpha), np.eye(3)
    nn = np.einsum("...i,...j->...ij", n, n)
    nnnn = np.einsum("...ab,...cd->...abcd", nn, nn)
    one = _one_slot(nn, d)
    first = one - 7.0 * np.einsum("...ij,...abcd->...ijabcd", nn, nnnn)
    crossed = np.einsum("...kl,...ijabcd->...ijklabcd", nn, one)
    second = (
        _two_slots(nn, d)
        - 7.0 * (crossed + np.einsum("...ijklabcd->...klijabcd", crossed))
        - 7.0 * np.einsum("ik,...jl,...abcd->...ijklabcd", d, nn, nnnn)
        + 63.0 * np.einsum("...ij,...kl,...abcd->...ijklabcd", nn, nn, nnnn)
    )
    first = 0.5 * (first + np.einsum("...ijabcd->...jiabcd", first))
    second = 0.5 * (second + np.einsum("...ijklabcd->...jiklabcd", second))
    second = 0.5 * (second + np.einsum("...ijklabcd->...ijlkabcd", second))
    q1 = quartic_moments(first)[..., _I, _J, :]
    q2 = quartic_moments(second)[..., _I, _J, :, :, :][..., _I, _J, :]
    return lambda_tilde_from_moments(q1, alpha), lambda_tilde_from_moments(q2, alpha)


def _one_slot(nn: Array, d: Array) -> Array:
    """Σ_p δ_ip n_j n n n, (..., i, j, a, b, c, d)."""
    total = 0.0
    for p in SLOTS:
        x, y, z = (slot for slot in SLOTS if slot != p)
        total = total + np.einsum(f"i{p},...j{x},...{y}{z}->...ijabcd", d, nn, nn)
    return np.asarray(total)


def _two_slots(nn: Array, d: Array) -> Array:
    """Σ_{p≠p'} δ_ip δ_kp' n_j n_l n n, (..., i, j, k, l, a, b, c, d)."""
    total = 0.0
    for p in SLOTS:
        for other in SLOTS.replace(p, ""):
            x, y = (slot for slot in SLOTS if slot not in (p, other))
            term = np.einsum(f"i{p},k{other},...jl,...{x}{y}->...ijklabcd", d, d, nn, nn)
            total = total + term
    return np.asarray(total)
