"""The exact orientation average of the lattice sum, against PHYSICS §4 evaluated literally."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rsrg.physics import haar_mean
from rsrg.physics.continuum import continuum_coupling
from rsrg.physics.errors import PhysicsError
from rsrg.physics.haar_mean import exact_coupling, haar_mean_moments
from rsrg.physics.interaction import lambda_tilde
from rsrg.physics.lattices import LATTICES, lattice_points
from rsrg.physics.readings import READINGS, Reading
from rsrg.physics.super_block_size import body_radius, check_n0

ALPHA = 0.7
AXIAL = np.diag([1.2, 1.0, 1.0])


def entries(m):
    """A…F of the pattern of Eq. 4.2."""
    return np.array([m[0, 0], m[0, 3], m[1, 1], m[3, 3], m[3, 5], m[4, 4]])


def literal_mean(f, n0, reading, lattice, directions):
    """M = (V/N0³)(1/4π) Σ_d ⟨γ(v) Λ̃(v̂)/|v|³⟩_d̂, d over lattice points, d̂ before the strain."""
    d_hat, weight = directions
    determinant = np.linalg.det(f)
    volume_of_block = determinant if reading.positions == "affine" else 1.0
    body = n0**3 * volume_of_block
    moved = d_hat @ f.T if reading.positions == "affine" else d_hat
    if reading.domain == "ellipsoid":
        radius = np.cbrt(3 * body / determinant / (4 * np.pi))
        t_of_one = np.linalg.norm(moved @ np.linalg.inv(f).T, axis=1) / (2 * radius)
    else:
        radius = np.cbrt(3 * body / (4 * np.pi))
        t_of_one = np.linalg.norm(moved, axis=1) / (2 * radius)
    points = lattice_points(lattice, 1.0 / t_of_one.min())[1:]
    factor = np.zeros(len(d_hat))
    for distance in np.linalg.norm(points, axis=1):
        t = distance * t_of_one
        factor += np.where(t < 1, 1 - 1.5 * t + 0.5 * t**3, 0.0) / distance**3
    factor *= body / volume_of_block / np.linalg.norm(moved, axis=1) ** 3
    n = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    total = np.einsum("p,pab->ab", weight * factor, lambda_tilde(n, ALPHA))
    return volume_of_block / n0**3 / (4 * np.pi) * total


@pytest.mark.parametrize(
    ("n0", "positions", "domain", "reference"),
    [  # PHYSICS §4, e = 0.2, α = 0.7
        (3, "fixed", "ellipsoid", (-0.014448, 0.002121, -0.002131, 0.006489, -0.003507, 0.004998)),
        (3, "affine", "sphere", (0.014004, -0.001957, 0.002247, -0.006520, 0.003432, -0.004976)),
        (8, "fixed", "ellipsoid", (-0.017810, 0.002572, -0.002705, 0.008098, -0.004337, 0.006218)),
    ],
)
def test_reference_numbers(n0, positions, domain, reference):
    m = exact_coupling(0.2, ALPHA, n0, positions, domain)
    np.testing.assert_allclose(entries(m), reference, atol=0.51e-6)  # six printed decimals


@pytest.mark.parametrize("lattice", LATTICES)
@pytest.mark.parametrize("reading", READINGS, ids=str)
@pytest.mark.parametrize("n0", [2, 3])
def test_is_the_literal_average(n0, reading, lattice, general_strain, sphere):
    twin = literal_mean(general_strain, n0, reading, lattice, sphere(150))
    m = exact_coupling(general_strain, ALPHA, n0, reading.positions, reading.domain, lattice)
    # γ has a kink in its second derivative at t = 1, so 150 nodes are good to about 1e-6
    np.testing.assert_allclose(m, twin, atol=3e-6)


def test_literal_average_converges_to_the_exact_one(general_strain, sphere):
    """What is left between the twins is the twin's quadrature error: it falls with its nodes."""
    reading = Reading("affine", "sphere")
    exact = exact_coupling(general_strain, ALPHA, 2, "affine", "sphere")
    errors = [
        np.abs(literal_mean(general_strain, 2, reading, "sc", sphere(degree)) - exact).max()
        for degree in (40, 320)
    ]
    assert errors[1] < errors[0] / 30  # 8 times the nodes, error at least as nodes⁻²: 64, less luck
    assert errors[1] < 1e-6  # of entries of size 1e-2


deformations = st.lists(st.floats(-0.4, 0.4), min_size=9, max_size=9).map(
    lambda x: np.diag([1.5, 1.5, 1.5]) + np.array(x).reshape(3, 3)
)  # diagonally dominant, so det F > 0


@settings(deadline=None, max_examples=30)
@given(deformations, st.integers(2, 12), st.sampled_from(list(LATTICES)))
def test_blocks_and_body_strained_together_do_not_couple(f, n0, lattice):
    m = exact_coupling(f, ALPHA, n0, "affine", "ellipsoid", lattice)
    np.testing.assert_allclose(m, 0.0, atol=1e-14)  # S(x) up to 20, times rounding


@settings(deadline=None, max_examples=10)
@given(deformations)
def test_literally_strained_together_do_not_couple(f):
    n0, reading = 2, Reading("affine", "ellipsoid")
    u, w = np.polynomial.legendre.leggauss(60)
    phi = 2 * np.pi * np.arange(120) / 120
    u, phi = (x.ravel() for x in np.meshgrid(u, phi, indexing="ij"))
    s = np.sqrt(1 - u**2)
    directions = np.stack((s * np.cos(phi), s * np.sin(phi), u), axis=-1), np.repeat(w, 120) / 240
    # smooth (γ depends on |d| alone), but |F d̂|⁻³ of stretches up to 1:10 is not a polynomial
    ratio = np.divide(*np.linalg.svd(f)[1][[0, 2]])
    decay = ((ratio - 1) / (ratio + 1)) ** 55
    m = literal_mean(f, n0, reading, "sc", directions)
    np.testing.assert_allclose(m, 0.0, atol=1e-13 + 1e3 * decay)


@pytest.mark.parametrize("n0", [2, 5, 30])
def test_no_strain_no_coupling(n0, general_strain):
    # S(x) up to 40, times rounding
    np.testing.assert_allclose(
        exact_coupling(general_strain, ALPHA, n0, "fixed", "sphere"), 0.0, atol=1e-14
    )
    for reading in READINGS:
        m = exact_coupling(0.0, ALPHA, n0, reading.positions, reading.domain)
        np.testing.assert_allclose(m, 0.0, atol=1e-14)


@pytest.mark.parametrize("lattice", LATTICES)
@pytest.mark.parametrize(("positions", "domain"), [("fixed", "ellipsoid"), ("affine", "sphere")])
def test_tends_to_the_continuum_as_one_over_n0(positions, domain, lattice):
    limit = continuum_coupling(0.2, ALPHA, positions, domain)
    rest = [
        np.linalg.norm(exact_coupling(0.2, ALPHA, n0, positions, domain, lattice) - limit)
        for n0 in (8, 16, 32, 64)
    ]
    # surface over volume: halves each time; shells entering one by one jitter it by some percent
    np.testing.assert_allclose(np.divide(rest[:-1], rest[1:]), 2.0, rtol=0.1)
    assert rest[-1] < 0.02 * np.linalg.norm(limit)


@pytest.mark.parametrize(("positions", "domain"), [("fixed", "ellipsoid"), ("affine", "sphere")])
def test_turns_with_the_strain(positions, domain, general_strain, rotations, rotate):
    """The average over orientations knows no axes but the strain's."""
    m = exact_coupling(general_strain, ALPHA, 3, positions, domain)
    for q in rotations[:3]:
        left = exact_coupling(q @ general_strain, ALPHA, 3, positions, domain)
        right = exact_coupling(general_strain @ q, ALPHA, 3, positions, domain)
        np.testing.assert_allclose(left, rotate(m, q), atol=1e-11)  # RTOL of haar_mean, size 1
        np.testing.assert_allclose(right, m, atol=1e-11)


@pytest.mark.parametrize("c", [0.5, 1.7])
def test_affine_sphere_does_not_know_the_size(c, general_strain):
    """Blocks that move with the strain carry their own unit of length: M(cF) = M(F)."""
    m = exact_coupling(general_strain, ALPHA, 3)
    np.testing.assert_allclose(exact_coupling(c * general_strain, ALPHA, 3), m, atol=1e-11)


@pytest.mark.parametrize("n0", [2, 3, 7])
@pytest.mark.parametrize(("positions", "domain"), [("fixed", "ellipsoid"), ("affine", "sphere")])
def test_symmetry_about_x(n0, positions, domain):
    m = exact_coupling(0.3, ALPHA, n0, positions, domain)
    np.testing.assert_allclose(m[3, 3] - m[3, 5], 2 * m[4, 4], atol=1e-14)  # S(x) times rounding
    np.testing.assert_allclose(m, m.T, atol=1e-15)


def test_body_holds_n0_cubed_blocks(general_strain):
    determinant = float(np.linalg.det(general_strain))
    for reading in READINGS:
        body = 4 / 3 * np.pi * body_radius(3, determinant, reading) ** 3
        body *= determinant if reading.domain == "ellipsoid" else 1.0
        blocks = body / reading.block_volume(determinant)
        np.testing.assert_allclose(blocks, 27.0, rtol=1e-14)


def test_moments_carry_every_material():
    moments = haar_mean_moments(0.2, 3, Reading("affine", "sphere"))
    for alpha in (0.3, 0.9):
        m = exact_coupling(0.2, alpha, 3)
        # 4π M_xyxy = ½⟨1⟩ − ¾⟨xx + yy⟩ + α/2 ⟨−1 + 3xx + 3yy − 15xxyy⟩
        xx, yy = moments[[0, 3, 5]].sum(), moments[[3, 10, 12]].sum()
        one = moments[[0, 10, 14]].sum() + 2 * moments[[3, 5, 12]].sum()
        by_hand = 0.5 * one - 0.75 * (xx + yy)
        by_hand += 0.5 * alpha * (-one + 3 * (xx + yy) - 15 * moments[3])
        np.testing.assert_allclose(4 * np.pi * m[1, 1], by_hand, atol=1e-14)


@pytest.mark.parametrize("n0", [1, 0, -3, 2.5, True, np.nan, np.inf, "3"])
def test_bad_n0(n0):
    with pytest.raises(PhysicsError, match="`n0` must be an integer ≥ 2; got"):
        check_n0(n0)


def test_bad_input():
    with pytest.raises(PhysicsError, match="`alpha`"):
        exact_coupling(0.2, 0.25, 3)
    with pytest.raises(PhysicsError, match="`strain` e must be greater than −1"):
        exact_coupling(-1.0, ALPHA, 3)
    with pytest.raises(PhysicsError, match="`lattice` must be one of sc, bcc, fcc, hcp; got 'hex'"):
        exact_coupling(0.2, ALPHA, 3, lattice="hex")
    with pytest.raises(PhysicsError, match="`domain`"):
        exact_coupling(0.2, ALPHA, 3, "fixed", "cube")


@pytest.mark.long
@pytest.mark.parametrize("reading", READINGS[:2], ids=str)
def test_is_the_literal_average_of_a_larger_body(reading, general_strain, sphere):
    twin = literal_mean(general_strain, 6, reading, "fcc", sphere(250))
    m = exact_coupling(general_strain, ALPHA, 6, reading.positions, reading.domain, "fcc")
    np.testing.assert_allclose(m, twin, atol=1e-6)  # kinks at t = 1, 250 nodes


def test_a_large_n0_warns_or_is_refused(monkeypatch):
    """One of 401 takes 5 s; of 1000, a minute; of more, many, and memory besides."""
    monkeypatch.setattr(haar_mean, "haar_mean_moments", lambda *arguments: np.zeros(15))
    with pytest.warns(RuntimeWarning, match="the exact mean over N0 = 1000 takes about 70 s; .*"):
        exact_coupling(0.2, ALPHA, 1000)
    exact_coupling(0.2, ALPHA, 400)
    monkeypatch.undo()
    with pytest.raises(
        PhysicsError, match=r"`n0` must be at most 1000 for an exact sum: .*got 1001"
    ):
        exact_coupling(0.2, ALPHA, 1001)
