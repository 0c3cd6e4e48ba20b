"""The parts of the moments Q_abcd that turn as spherical harmonics of degree 2 and 4.

n_a n_b n_c n_d holds the degrees 0, 2 and 4. Λ̃, and so M, holds 2 and 4 alone: five numbers and
nine, all zero on average over the orientations of an isotropic set of blocks.
"""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.interaction import quartic_moments, quartic_tensor

DEGREES = (2, 4)
ORDERS = ("ab,cd", "ac,bd", "ad,bc", "bc,ad", "bd,ac", "cd,ab")


def part_of_degree(moments: Array, degree: int) -> Array:
    """The part of Q_abcd of degree 0, 2 or 4, (..., 15) → (..., 15).

    With T_ab = Q_abcc: degree 0 is T_ee (δ_ab δ_cd + δ_ac δ_bd + δ_ad δ_bc)/15; degree 2 is the sum
    over the six ways to place T_ab − δ_ab T_ee/3 beside a δ, over 7; degree 4 is the rest.
    """
    if degree == 4:
        return moments - part_of_degree(moments, 0) - part_of_degree(moments, 2)
    d = np.eye(3)
    t = np.einsum("...abcc->...ab", quartic_tensor(moments))
    trace = np.einsum("...aa->...", t)
    if degree == 0:
        isotropic = sum(np.einsum(f"{order}->abcd", d, d) for order in ORDERS[:3])
        return np.asarray(trace[..., None] * quartic_moments(np.asarray(isotropic)) / 15.0)
    deviator = t - trace[..., None, None] * d / 3.0
    terms = (np.einsum(f"...{order}->...abcd", deviator, d) for order in ORDERS)
    return quartic_moments(np.asarray(sum(terms))) / 7.0
