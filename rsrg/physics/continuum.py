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
    """Coupling matrix M of one renormalization step in the continuum limit, exactly.

        G(F) = ∫ dΩ/4π Λ̃(n) ln g(n),   g(n) = 1/|F⁻¹n|,

    the integral of Eq. 4.1 with the prefactor 1/4π of Eq. 3.7. Λ̃ is the interaction of Eq. 2.13,
    and g(n) the radius of the ellipsoid into which the strain turns the unit sphere. M = G where
    blocks that stay in place fill the ellipsoid, −G where blocks that move with the strain fill a
    sphere, and 0 for the other two combinations. Shells of similar shape cancel, because Λ̃ averages
    to zero over all directions; so M does not depend on N0.

    deformation: the deformation gradient F, (3, 3); a number e means diag(1 + e, 1, 1).
    alpha: α = 1 − c_t²/c_l², between 1/4 and 1.
    positions: `fixed` (block centres stay) or `affine` (they move with F).
    domain: the body that the blocks fill, `ellipsoid` or `sphere`.

    Returns M in units of 1/ρc_t², (6, 6): plain tensor components M_ijkl, with the pairs ij and kl
    in the order xx, xy, xz, yy, yz, zz.

    Raises PhysicsError for det F ≤ 0, α outside (1/4, 1) or unknown positions or domain;
    ConvergenceError, with the last estimate, for extreme aspect ratios.

    Example:
        The entries A, B, C, D, E, F in the pattern of Eq. 4.2, at e = 0.2 and α = 0.7:

        >>> import rsrg
        >>> m = rsrg.continuum_coupling(0.2, 0.7, positions="fixed", domain="ellipsoid")
        >>> [round(float(m[i]), 5) for i in [(0, 0), (0, 3), (1, 1), (3, 3), (3, 5), (4, 4)]]
        [-0.01986, 0.00285, -0.00305, 0.00908, -0.00484, 0.00696]
    """
    sign = Reading(positions, domain).continuum_sign
    f = deformation_gradient(deformation)
    if sign == 0:
        check_alpha(alpha)
        return np.zeros((6, 6))
    return sign * lambda_tilde_from_moments(continuum_moments(f), check_alpha(alpha))
