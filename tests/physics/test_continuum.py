"""Direction averages and the continuum coupling ±G: references, limits, symmetry, other routes."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rsrg.physics.continuum import continuum_coupling, continuum_moments
from rsrg.physics.directions import quartic_average
from rsrg.physics.errors import PhysicsError
from rsrg.physics.interaction import QUARTICS, direction_moments
from rsrg.physics.log_formula import log_formula_coupling
from rsrg.physics.readings import READINGS, Reading

ALPHA = 0.7
CONVERGED = 1e-12  # quartic_average stops at a relative change of 1e-13


def g(deformation, alpha=ALPHA):
    return continuum_coupling(deformation, alpha, "fixed", "ellipsoid")


def entries(m):
    """A…F of the pattern of Eq. 4.2."""
    return np.array([m[0, 0], m[0, 3], m[1, 1], m[3, 3], m[3, 5], m[4, 4]])


def isotropic_transverse(k, alpha):
    """Γ(k̂)_ijkl = ¼(δ_ik k_j k_l + …) − α k_i k_j k_k k_l, the Fourier transform of Λ̃/4πr³."""
    d = np.eye(3)
    kk = np.einsum("pa,pb->pab", k, k)
    quarter = sum(
        np.einsum(f"{x},p{y}->pijkl", d, kk) for x, y in zip(
            ("ik", "il", "jk", "jl"), ("jl", "jk", "il", "ik"), strict=True)
    )  # fmt: skip
    return 0.25 * quarter - alpha * np.einsum("pij,pkl->pijkl", kk, kk)


def test_moments_of_one_are_those_of_the_sphere(general_strain, sphere):
    n, w = sphere(4)
    isotropic = w @ direction_moments(n)
    moments = quartic_average(np.ones_like, general_strain)
    np.testing.assert_allclose(moments, isotropic, atol=1e-15 * 4)  # rounding of a few additions
    np.testing.assert_allclose(moments[[0, 3, 10]], [1 / 5, 1 / 15, 1 / 5], rtol=1e-14)


def test_reference_numbers_of_g():
    reference = (-0.01986, 0.00285, -0.00305, 0.00908, -0.00484, 0.00696)  # PHYSICS §4
    np.testing.assert_allclose(entries(g(0.2)), reference, atol=0.51e-5)  # five printed decimals


@pytest.mark.parametrize("e", [-0.9, -0.3, 1e-4, 0.2, 3.0, 30.0])
def test_axial_moments_in_high_precision(e):
    def moment(power):
        with mp.workdps(30):
            u4 = mp.quad(
                lambda u: -(u**power) * mp.log(1 - u**2 + u**2 / (1 + mp.mpf(e)) ** 2) / 2,
                [0, 0.5, 0.9, 0.99, 0.999, 0.9999, 1],
            )
            return float(u4)

    one, x2, x4 = moment(0), moment(2), moment(4)
    yyzz = (one - 2 * x2 + x4) / 8
    exact = {"xxxx": x4, "xxyy": (x2 - x4) / 2, "yyyy": 3 * yyzz, "yyzz": yyzz}
    moments = continuum_moments(e)
    scale = np.abs(moments).max()
    # the logarithm of a number near 1 is good to 1e-16 absolutely
    for name, value in exact.items():
        place = QUARTICS.index(tuple("xyz".index(c) for c in name))
        np.testing.assert_allclose(moments[place], value, atol=CONVERGED * scale + 1e-16)


@pytest.mark.parametrize("e", [100.0, 1e3, 1e6, -0.9999])
def test_needles_and_plates(e):
    inner = [
        mp.mpf(10) ** -k for k in range(15, 0, -1)
    ]  # a needle varies near u = 1, a plate near 0
    edges = [0, *(1 - x for x in reversed(inner)), 1] if e > 0 else [0, *inner, 1]
    with mp.workdps(30):
        exact = mp.quad(
            lambda u: -(u**4) * mp.log(1 - u**2 + u**2 / (1 + mp.mpf(e)) ** 2) / 2, edges
        )
    np.testing.assert_allclose(continuum_moments(e)[0], float(exact), rtol=CONVERGED)


def test_general_strain_in_high_precision(general_strain):
    """A product rule of 40 × 80 directions, summed in 30 digits, in the lab's frame."""
    nodes, around = 40, 80
    u, w = np.polynomial.legendre.leggauss(nodes)
    with mp.workdps(30):
        inverse = mp.matrix(general_strain.tolist()) ** -1
        gram = inverse.T * inverse
        total = [mp.mpf(0)] * 15
        for c, weight in zip(u, w, strict=True):
            s = mp.sqrt(1 - mp.mpf(c) ** 2)
            for j in range(around // 2):  # n and −n are the same, so half of the turn is enough
                phi = 2 * mp.pi * (j + 0.5) / around
                n = mp.matrix([s * mp.cos(phi), s * mp.sin(phi), c])
                value = -mp.log((n.T * gram * n)[0]) / 2 * mp.mpf(weight) / around
                for place, (a, b, p, q) in enumerate(QUARTICS):
                    total[place] += value * n[a] * n[b] * n[p] * n[q]
    exact = np.array([float(x) for x in total])
    # u and its weights are good to 1e-15; the rule itself to 1e-14 for stretches 0.7 to 1.4
    np.testing.assert_allclose(continuum_moments(general_strain), exact, atol=1e-13)


def test_g_is_the_difference_of_two_hill_tensors(general_strain, sphere, six):
    """G = ⟨Γ(k̂) (det F/|Fᵀk̂|³ − 1)⟩: the same integral over wave vectors, without a logarithm."""
    k, w = sphere(120)
    density = np.linalg.det(general_strain) / np.linalg.norm(k @ general_strain, axis=1) ** 3
    hill = np.einsum("p,pijkl->ijkl", w * (density - 1.0), isotropic_transverse(k, ALPHA))
    # smooth, stretches 0.7 to 1.4: the product rule is good to rounding of 7000 terms
    np.testing.assert_allclose(g(general_strain), six(hill), atol=1e-13)


@pytest.mark.parametrize(
    ("e", "axis"), [(1e6, "needle along x: k ⟂ x"), (-1 + 1e-6, "plate across x: k ∥ x")]
)
def test_g_of_extreme_bodies_is_that_of_one_wave_vector(e, axis):
    average = 1 / 3 - ALPHA / 5  # ⟨Γ_xxxx⟩ over the sphere
    limit = -average if e > 0 else 1 - ALPHA - average
    # corrections: (ln e)/e² for the needle, π/2 · (1 + e) for the plate
    np.testing.assert_allclose(g(e)[0, 0], limit, atol=3e-6, err_msg=axis)


def test_g_turns_with_the_body(general_strain, rotations, rotate):
    reference = g(general_strain)
    for q in rotations:
        np.testing.assert_allclose(g(q @ general_strain), rotate(reference, q), atol=CONVERGED)
        np.testing.assert_allclose(g(general_strain @ q), reference, atol=CONVERGED)


@settings(deadline=None, max_examples=25)
@given(st.floats(0.1, 10.0))
def test_g_does_not_know_the_size(c):
    f = np.array([[1.1, 0.3, 0.0], [0.0, 0.9, 0.2], [0.0, 0.0, 1.3]])
    np.testing.assert_allclose(g(c * f), g(f), atol=10 * CONVERGED)  # ln c up to 2.3 must cancel


def test_g_is_linear_in_small_strain():
    slope = -4 / 15 + 8 * ALPHA / 35  # ⟨Λ̃_xxxx n_x²⟩: 1/3 − 3/5 + (α/2)(−1 + 18/5 − 15/7)
    for e in (1e-3, -1e-3, 1e-5):
        # second order in e, and 1e-16 of rounding in the logarithm
        np.testing.assert_allclose(g(e)[0, 0] / e, slope, atol=abs(e) + 1e-15 / abs(e))
    np.testing.assert_allclose(g(0.0), 0.0, atol=1e-16)


@pytest.mark.parametrize("e", [1e-9, 1e-7])
def test_g_keeps_its_digits_at_tiny_strain(e):
    slope = -4 / 15 + 8 * ALPHA / 35
    # second order in e is below 1e-7; a double can hold e to 1e-16 and 1 + e to 1e-16/e
    np.testing.assert_allclose(g(e)[0, 0] / e, slope, rtol=2 * e + 3e-16 / e)


def test_log_formula_is_minus_g_at_first_order():
    """PHYSICS §6.2: (4.5) is the affine/sphere reading as e → 0."""
    for e in (1e-3, 1e-4):
        paper = log_formula_coupling(e, ALPHA, 3) / (2 * np.log(3))
        # both are e times a matrix of size 0.1, and differ at second order, e² times size 1
        np.testing.assert_allclose(paper, -g(e), atol=e**2)
        np.testing.assert_allclose(paper[0, 0] / -g(e)[0, 0], 1.0, atol=10 * e)


@pytest.mark.parametrize("reading", READINGS)
def test_signs_of_the_readings(reading, general_strain):
    sign = {"fixed/ellipsoid": 1, "affine/sphere": -1, "affine/ellipsoid": 0, "fixed/sphere": 0}
    m = continuum_coupling(general_strain, ALPHA, reading.positions, reading.domain)
    np.testing.assert_array_equal(m, sign[str(reading)] * g(general_strain))
    assert Reading.parse(str(reading)) == reading


def test_block_volume_follows_the_blocks():
    assert [r.block_volume(1.5) for r in READINGS] == [1.0, 1.5, 1.5, 1.0]


@pytest.mark.parametrize("e", [-0.5, 0.2, 5.0])
def test_symmetry_about_x(e):
    m = g(e)
    np.testing.assert_allclose(m[3, 3] - m[3, 5], 2 * m[4, 4], atol=CONVERGED)
    pattern = np.zeros((6, 6), dtype=bool)
    pattern[np.ix_([0, 3, 5], [0, 3, 5])] = True
    np.fill_diagonal(pattern, True)
    np.testing.assert_allclose(m[~pattern], 0.0, atol=1e-16)
    np.testing.assert_allclose([m[1, 1], m[3, 3]], [m[2, 2], m[5, 5]], rtol=CONVERGED)


def test_bad_input():
    with pytest.raises(PhysicsError, match="`positions` must be fixed or affine; got 'moving'"):
        continuum_coupling(0.2, ALPHA, "moving", "sphere")
    with pytest.raises(PhysicsError, match="`domain` must be ellipsoid or sphere; got 'cube'"):
        continuum_coupling(0.2, ALPHA, "fixed", "cube")
    with pytest.raises(
        PhysicsError, match=r"a reading must be one of fixed/ellipsoid, .*; got 'x'"
    ):
        Reading.parse("x")
    for domain in ("sphere", "ellipsoid"):  # also where the answer is zero whatever α
        with pytest.raises(PhysicsError, match="`alpha`"):
            continuum_coupling(0.2, 1.0, "affine", domain)
        with pytest.raises(PhysicsError, match="`strain`"):
            continuum_coupling(-1.0, ALPHA, "affine", domain)
