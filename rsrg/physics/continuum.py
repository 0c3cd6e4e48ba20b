"""The exact continuum limit of the coupling matrix: +G, −G or 0, whatever N0."""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.directions import quartic_average
from rsrg.physics.elastic import check_alpha
from rsrg.physics.interaction import lambda_tilde_from_moments
from rsrg.physics.readings import Domain, Positions, Reading
from rsrg.physics.strain import deformation_gradient


def continuum_moments(deformation: float | Array) -> Array:
    """∫ dΩ/4π n_a n_b n_c n_d ln g(n), (15,), with g(n) = 1/|F⁻¹n| the ellipsoid's radius.

    Raises PhysicsError for det F ≤ 0 and ConvergenceError for extreme aspect ratios.
    """
    f = deformation_gradient(deformation)
    return quartic_average(lambda s: -np.log(s), f)


def continuum_coupling(
    deformation: float | Array,
    alpha: float,
    positions: Positions = "affine",
    domain: Domain = "sphere",
) -> Array:
    """M of one RG step in the continuum limit, exact, in 1/ρc_t², plain components, (6, 6).

    G(F) = ∫ dΩ/4π Λ̃(n) ln g(n), the integral of Eq. 4.1 with the 1/4π of Eq. 3.7. The four
    readings give: fixed/ellipsoid +G, affine/sphere −G, affine/ellipsoid 0, fixed/sphere 0.
    Similar shells cancel because Λ̃ averages to zero, so G does not depend on N0.

    deformation: F, (3, 3), or e for diag(1 + e, 1, 1).
    Raises PhysicsError for det F ≤ 0, α outside (1/4, 1) or an unknown reading.
    """
    sign = Reading(positions, domain).continuum_sign
    f = deformation_gradient(deformation)
    if sign == 0:
        check_alpha(alpha)
        return np.zeros((6, 6))
    return sign * lambda_tilde_from_moments(continuum_moments(f), check_alpha(alpha))
