"""Hill tensors of ellipsoids in closed form, and how often their difference is added to fail.

A region of shape F·sphere in an elastic medium that wants to strain by itself stresses the medium
through its Hill tensor P(F). The continuum coupling is a difference of two, G(F) = P(F) − P(1), and
0 ≤ P ≤ χ_el⁻¹ bounds how far one shape can soften a super block (Mura, Micromechanics of Defects in
Solids, §11; Carlson, Numer. Algorithms 10, 13, 1995, for R_D).
"""

from itertools import combinations

import numpy as np
from scipy.special import beta, elliprd, hyp2f1, poch

from rsrg.physics.arrays import Array
from rsrg.physics.directions import moments_in_lab
from rsrg.physics.elastic import check_alpha, eigenvalues_against_compliance
from rsrg.physics.interaction import quartic_tensor
from rsrg.physics.pairs import pair_matrix
from rsrg.physics.sign import Sign, sign_factor
from rsrg.physics.strain import deformation_gradient, principal_stretches

NEARLY_EQUAL = 0.1  # relative difference of two squared axes below which a series takes over
TERMS = 9  # of that series: 0.1¹⁸ of the first is left out


def _pair_average(ai: float, aj: float, c: float, ni: float, nj: float) -> float:
    """⟨n_i² n_j²⟩ for two different axes a_i, a_j, the third being c; N_i = ⟨n_i²⟩ given.

    It is ½ (a_i² N_i − a_j² N_j)/(a_i² − a_j²). Where a_i² and a_j² are m (1 ± δ) with a small δ,
    the difference would lose digits; there the integral

        (a_i a_j c/4) ∫_0^∞ s ds / [((m + s)² − m²δ²)^{3/2} (c² + s)^{1/2}]

    is expanded in δ², with ∫ s (m + s)^{−q} (c² + s)^{−1/2} ds as a hypergeometric function.
    """
    m, delta = 0.5 * (ai**2 + aj**2), (ai**2 - aj**2) / (ai**2 + aj**2)
    if abs(delta) > NEARLY_EQUAL:
        return 0.5 * (ai**2 * ni - aj**2 * nj) / (ai**2 - aj**2)
    k = np.arange(TERMS)
    q, z = 3.0 + 2.0 * k, c**2 / m
    integrals = beta(2.0, q - 1.5) * hyp2f1(0.5, 2.0, q + 0.5, 1.0 - 1.0 / z)
    series = np.sum(poch(1.5, k) / poch(1.0, k) * delta ** (2 * k) * integrals)
    return float(0.25 * ai * aj / m * series)


def _normal_moments(stretches: Array) -> Array:
    """⟨n_i² n_j²⟩, (3, 3), of n = F⁻ᵀξ/|F⁻ᵀξ| in the principal frame, ξ uniform on the sphere.

    ⟨n_i²⟩ = N_i = (a_1 a_2 a_3/3) R_D(a_j², a_k²; a_i²), the depolarisation factors.
    """
    a = stretches / np.cbrt(np.prod(stretches))
    squares = a**2
    others = [(1, 2), (0, 2), (0, 1)]
    n = np.array([elliprd(squares[j], squares[k], squares[i]) for i, (j, k) in enumerate(others)])
    n /= 3.0
    moments = np.zeros((3, 3))
    for i, j in combinations(range(3), 2):
        value = _pair_average(a[i], a[j], a[3 - i - j], n[i], n[j])
        moments[i, j] = moments[j, i] = value
    moments[range(3), range(3)] = n - moments.sum(axis=1)
    return moments


def hill_tensor(deformation: float | Array, alpha: float) -> Array:
    """Hill's tensor P of the ellipsoid F·sphere in an isotropic elastic medium, in closed form.

        P_ijkl = ⟨ Γ_ijkl(n) ⟩,   Γ_ijkl(n) = sym(δ_ik n_j n_l) − α n_i n_j n_k n_l,

    Γ being the static Green function of Eq. 2.9, with n = F⁻ᵀξ/|F⁻ᵀξ| for ξ uniform on the sphere.
    P χ_el is Eshelby's tensor S: a region that would strain by u if it were free strains by S u in
    the medium. The continuum coupling (Eq. 4.1) is G(F) = P(F) − P(1).

    deformation: the deformation gradient F, (3, 3); a number e means diag(1 + e, 1, 1).
    alpha: α = 1 − c_t²/c_l², between 1/4 and 1.

    Returns P in units of 1/ρc_t², (6, 6): plain tensor components P_ijkl, with the pairs ij and kl
    in the order xx, xy, xz, yy, yz, zz. It is symmetric, 0 ≤ P ≤ χ_el⁻¹.

    Raises PhysicsError for det F ≤ 0 and α outside (1/4, 1).

    Example:
        The sphere's at α = 0.7, P_xyxy = 1/6 − α/15; and G as a difference of two:

        >>> import numpy as np, rsrg
        >>> sphere = rsrg.hill_tensor(0.0, alpha=0.7)
        >>> [round(float(sphere[i]), 6) for i in [(0, 0), (0, 3), (1, 1)]]
        [0.193333, -0.046667, 0.12]
        >>> g = rsrg.hill_tensor(0.2, alpha=0.7) - sphere
        >>> bool(abs(g - rsrg.continuum_coupling(0.2, 0.7, "fixed", "ellipsoid")).max() < 1e-13)
        True
    """
    alpha, f = check_alpha(alpha), deformation_gradient(deformation)
    stretches, axes = principal_stretches(f)
    nnnn = quartic_tensor(moments_in_lab(_normal_moments(stretches), axes))
    nn, d = np.einsum("abcc->ab", nnnn), np.eye(3)
    pairs = ("ik,jl", "il,jk", "jk,il", "jl,ik")
    symmetric = sum(np.einsum(f"{p}->ijkl", d, nn) for p in pairs)
    return pair_matrix(0.25 * symmetric - alpha * nnnn)


def steps_to_failure(deformation: float | Array, alpha: float, sign: Sign = "paper") -> float:
    """The least n > 0 at which χ_el⁻¹ ± n G(F) has a zero eigenvalue: + for `paper`, else −.

    How often the shape term must be added before the mean flow fails; infinite where it never does.
    Raises as `hill_tensor`, and PhysicsError for another sign.
    """
    g = sign_factor(sign) * (hill_tensor(deformation, alpha) - hill_tensor(0.0, alpha))
    softest = float(eigenvalues_against_compliance(g, alpha)[0])
    return -1.0 / softest if softest < -np.finfo(float).eps else np.inf


def least_steps_to_failure(alpha: float) -> float:
    """1/max(S_max, 1 − S_min): below it χ_el⁻¹ ± n G is positive definite for every ellipsoid.

    S: the eigenvalues of the sphere's Eshelby tensor P(1) χ_el. It follows from 0 ≤ P ≤ χ_el⁻¹.
    Raises PhysicsError unless 1/4 < α < 1.
    """
    s = eigenvalues_against_compliance(hill_tensor(0.0, alpha), alpha)
    return float(1.0 / max(s[-1], 1.0 - s[0]))
