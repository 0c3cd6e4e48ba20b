"""The paper's closed form, Eqs. 4.2 to 4.5: printed ratios, the surface averaged over, limits."""

import mpmath as mp
import numpy as np
import pytest

from rsrg.physics.errors import PhysicsError
from rsrg.physics.log_formula import (
    log_formula_coefficients,
    log_formula_coupling,
    surface_averages,
)


def printed_averages(e):
    """Eq. 4.5 as printed (`consin` is arcsin), in 60 digits: ε ~ 1e-6 cancels 24 of them."""
    with mp.workdps(60):
        eps = mp.sqrt(1 - (1 + mp.mpf(e)) ** -2)
        root, arc = mp.sqrt(1 - eps**2), mp.asin(eps)
        norm = eps * root + arc
        x2 = (eps * root * (-1 + 2 * eps**2) + arc) / (4 * eps**2 * norm)
        x4 = eps * root * (-3 - 2 * eps**2 + 8 * eps**4) + 3 * arc
        y2z2 = eps * root * (-3 + 10 * eps**2 + 8 * eps**4)
        y2z2 += 3 * (1 - 4 * eps**2 + 8 * eps**4) * arc
        x4, y2z2 = x4 / (24 * eps**4 * norm), y2z2 / (192 * eps**4 * norm)
        return tuple(float(mp.re(x)) for x in (x2, x4, y2z2))


@pytest.mark.parametrize("e", [1e-12, 1e-9, 1e-6, 1e-4, 0.01, 0.1, 0.228, 1.0, 3.0, 10.0])
def test_is_the_printed_ratio(e):
    # the double 1 + e is good to 1e-16, the functions to a few units of the last digit
    np.testing.assert_allclose(surface_averages(e), printed_averages(e), rtol=1e-14)


@pytest.mark.parametrize("e", [-1e-9, -0.01, -0.3, -0.9, -0.999, -0.999999, -1 + 1e-8])
def test_compression_is_the_printed_ratio_continued(e):
    """ε is imaginary, every ratio of (4.5) real."""
    # as above; the double 1 + e is exact here
    np.testing.assert_allclose(surface_averages(e), printed_averages(e), rtol=1e-13)


@pytest.mark.parametrize("e", [-0.9, -0.5, -0.1, 0.1, 1.0, 10.0])
def test_is_the_average_over_the_deformed_surface(e):
    """n before the strain; the area element of F·sphere at F n is det F |F⁻¹ n| (Nanson)."""
    f = np.diag([1.0 + e, 1.0, 1.0])
    u, w = np.polynomial.legendre.leggauss(400)
    n = np.stack((u, np.sqrt(1 - u**2), np.zeros_like(u)), axis=1)
    area = w * np.linalg.det(f) * np.linalg.norm(n @ np.linalg.inv(f), axis=1)
    x2, x4 = (area @ u**k / area.sum() for k in (2, 4))
    y2z2 = area @ (1 - u**2) ** 2 / 8 / area.sum()  # ⟨cos²φ sin²φ⟩ = 1/8
    # 400 nodes; the square root branches at a distance of at least 0.004 from the nodes
    np.testing.assert_allclose(surface_averages(e), (x2, x4, y2z2), rtol=1e-11)


@pytest.mark.parametrize("e", [0.0, 1e-300, 1e-12, -1e-12])
def test_sphere(e):
    # first order in e
    np.testing.assert_allclose(surface_averages(e), (1 / 3, 1 / 5, 1 / 15), rtol=1e-11)


@pytest.mark.parametrize(
    ("e", "limit"),
    # weight sin θ for the needle, |cos θ| for the plate
    [(1e8, "needle"), (-1 + 1e-8, "plate")],
)
def test_extreme_ellipsoids(e, limit):
    weight = {"needle": lambda u: mp.sqrt(1 - u**2), "plate": lambda u: u}[limit]
    norm = mp.quad(weight, [0, 1])
    x2, x4 = (float(mp.quad(lambda u, k=k: u**k * weight(u), [0, 1]) / norm) for k in (2, 4))
    y2z2 = (1 - 2 * x2 + x4) / 8
    # corrections: (axis ratio)² ln(axis ratio), 1e-15
    np.testing.assert_allclose(surface_averages(e), (x2, x4, y2z2), rtol=1e-13)


def test_sign_that_4_4_would_have_is_the_other(sphere):
    """PHYSICS §6.2: weighting by the volume of the ellipsoid pulls ⟨n_x²⟩ above 1/3."""
    n, w = sphere(100)
    radius = 1.0 / np.linalg.norm(n / [1.2, 1.0, 1.0], axis=1)
    shells = np.log(radius / 0.1)  # ∫ dr/r from a cut-off that every direction shares
    assert (w * shells) @ n[:, 0] ** 2 / (w @ shells) > 1 / 3 + 1e-3
    assert surface_averages(0.2)[0] < 1 / 3 - 1e-3


def test_matrix_has_the_pattern_of_4_2(printed_lambda, six):
    """2 ln N0 times the average of Λ̃ itself over the directions of Eq. 4.5."""
    e, alpha = 0.3, 0.7
    u, w = np.polynomial.legendre.leggauss(30)
    area = w * np.sqrt(1 - (1 - 1.3**-2) * u**2)
    total = np.zeros((3, 3, 3, 3))
    for c, weight in zip(u, area / area.sum(), strict=True):
        s = np.sqrt(1 - c**2)
        for phi in np.arange(5) * 2 * np.pi / 5:  # quartics: five points are exact
            n = np.array([c, s * np.cos(phi), s * np.sin(phi)])
            total += weight / 5 * printed_lambda(n, alpha)
    # 30 Gauss nodes on √(1 − ε²u²), ε² = 0.41: error below 1e-13
    np.testing.assert_allclose(
        log_formula_coupling(e, alpha, 4), 2 * np.log(4) * six(total), atol=1e-12
    )


def test_coefficients_and_steps():
    a, b, c, d, e, f = log_formula_coefficients(0.3, 0.7)
    m = log_formula_coupling(0.3, 0.7, 3) / (2 * np.log(3))
    np.testing.assert_allclose(
        [m[0, 0], m[0, 3], m[1, 1], m[3, 3], m[3, 5], m[4, 4]], [a, b, c, d, e, f], rtol=1e-15
    )
    np.testing.assert_allclose(d - e, 2 * f, rtol=1e-13)  # symmetry about x, after cancellation
    # gluing twice by 3 is gluing once by 9
    twice, once = 2 * log_formula_coupling(0.3, 0.7, 3), log_formula_coupling(0.3, 0.7, 9)
    np.testing.assert_allclose(twice, once, rtol=1e-14)


def test_bad_input():
    with pytest.raises(PhysicsError, match="`strain`"):
        log_formula_coupling(-1.0, 0.7, 3)
    with pytest.raises(PhysicsError, match="`alpha`"):
        log_formula_coupling(0.1, 0.2, 3)
    with pytest.raises(PhysicsError, match="`n0`"):
        log_formula_coupling(0.1, 0.7, 1)
