"""The paper's closed form, Eqs. 4.2, 4.3 and 4.5."""

import numpy as np
from scipy.special import hyp2f1

from rsrg.physics.arrays import Array
from rsrg.physics.elastic import check_alpha
from rsrg.physics.strain import check_strain, eccentricity_squared
from rsrg.physics.super_block_size import check_n0


def surface_averages(strain: float) -> tuple[float, float, float]:
    """⟨n_x²⟩, ⟨n_x⁴⟩, ⟨n_y² n_z²⟩ of Eq. 4.5 under e_xx = strain.

    The printed ratios are the averages of n = (cos θ, …), the direction before deformation, over
    the surface of the deformed ellipsoid, whose area element is √(1 − ε² cos²θ) sin θ:
    ⟨n_x^2k⟩ = I_k/I_0,  I_k = ∫₀¹ u^2k √(1 − ε²u²) du = ₂F₁(−½, k+½; k+3/2; ε²)/(2k + 1).
    This form keeps all digits as ε → 0, where the printed one loses them, and tends to
    1/3, 1/5, 1/15. Compression (e < 0, ε² < 0) is its analytic continuation.

    Raises PhysicsError unless e > −1.
    """
    t, strain = eccentricity_squared(strain), check_strain(strain)
    if strain < 0.0:  # Pfaff: the common factor (1 - t)^1/2 drops out of the ratios
        z = -strain * (2.0 + strain)
        i0, i1, i2 = (float(hyp2f1(-0.5, 1.0, k + 1.5, z)) / (2 * k + 1) for k in range(3))
    else:
        i0, i1, i2 = (float(hyp2f1(-0.5, k + 0.5, k + 1.5, t)) / (2 * k + 1) for k in range(3))
    return i1 / i0, i2 / i0, (i0 - 2.0 * i1 + i2) / (8.0 * i0)


def log_formula_coefficients(strain: float, alpha: float) -> tuple[float, ...]:
    """A, B, C, D, E, F of Eq. 4.3, dimensionless.

    With ⟨n_y²⟩ = (1 − ⟨n_x²⟩)/2, ⟨n_y⁴⟩ = 3⟨n_y²n_z²⟩, ⟨n_x²n_y²⟩ = (⟨n_x²⟩ − ⟨n_x⁴⟩)/2 by
    rotation symmetry about x. Raises PhysicsError unless e > −1 and 1/4 < α < 1.
    """
    x2, x4, y2z2 = surface_averages(strain)
    y2, y4, x2y2 = (1.0 - x2) / 2.0, 3.0 * y2z2, (x2 - x4) / 2.0
    a = 0.5 * check_alpha(alpha)
    shear_xy = a * (-1.0 - 15.0 * x2y2 + 3.0 * (x2 + y2))
    shear_yz = a * (-1.0 - 15.0 * y2z2 + 6.0 * y2)
    return (
        1.0 - 3.0 * x2 + a * (-3.0 + 18.0 * x2 - 15.0 * x4),
        shear_xy,
        0.25 * (2.0 - 3.0 * x2 - 3.0 * y2) + shear_xy,
        1.0 - 3.0 * y2 + a * (-3.0 + 18.0 * y2 - 15.0 * y4),
        shear_yz,
        0.5 * (1.0 - 3.0 * y2) + shear_yz,
    )


def log_formula_coupling(strain: float, alpha: float, n0: int) -> Array:
    """Coupling matrix M of one renormalization step by the paper's closed form, its "log formula".

    M is 2 ln N0 times the matrix of Eq. 4.2, whose entries A … F are Eq. 4.3 with the averages of
    Eq. 4.5. It grows with ln N0, while the sum over blocks tends to a constant.

    strain: e of e_xx = e, so F = diag(1 + e, 1, 1); above −1.
    alpha: α = 1 − c_t²/c_l², between 1/4 and 1.
    n0: N0, an integer of at least 2; N0³ blocks make a super block.

    Returns M in units of 1/ρc_t², (6, 6): plain tensor components M_ijkl, with the pairs ij and kl
    in the order xx, xy, xz, yy, yz, zz.

    Raises PhysicsError unless e > −1, 1/4 < α < 1 and n0 is an integer of at least 2.
    Source: D. Zhou, arXiv:1602.04535, Sec. IV.

    Example:
        For small strains, A of Eq. 4.3 is that of the exact continuum for blocks that move with the
        strain inside a sphere:

        >>> import math, rsrg
        >>> a = rsrg.log_formula_coupling(0.001, 0.7, n0=2)[0, 0] / (2 * math.log(2))
        >>> exact = rsrg.continuum_coupling(0.001, 0.7, positions="affine", domain="sphere")[0, 0]
        >>> f"{a:.4e}, {exact:.4e}"
        '1.0660e-04, 1.0663e-04'
    """
    a, b, c, d, e, f = log_formula_coefficients(strain, alpha)
    m = np.diag([a, c, c, d, f, d])
    m[0, 3] = m[3, 0] = m[0, 5] = m[5, 0] = b
    m[3, 5] = m[5, 3] = e
    return 2.0 * float(np.log(check_n0(n0))) * m
