"""Stability of packings in periodic boxes: lattices whose modes are known, and invariances."""

import math

import numpy as np
import pytest

import rsrg
from rsrg.ensemble.packing_stability import (
    packing_critical_amplitude,
    packing_instability_strain,
)
from rsrg.physics.bloch import PeriodicBlocks, lattice_blocks
from rsrg.physics.bulk_stability import bloch_matrices
from rsrg.physics.elastic import inverse_elastic_susceptibility
from rsrg.physics.errors import PhysicsError
from rsrg.physics.pairs import pair_weights, weighted
from rsrg.sums.packing import random_sequential_addition

ALPHA = 0.7
SIGNS = {"paper": 1.0, "hamiltonian": -1.0}
SHEARED = np.array([[1.1, 0.1, 0.0], [0.0, 0.9, 0.05], [0.1, 0.0, 1.05]])
OPERATOR = 1e-7  # the error promised of every eigenvalue


def packing(n=33, seed=1):
    points = random_sequential_addition(n, 0.8, np.random.default_rng(seed))
    return points, float(np.cbrt(len(points)))


def dense(blocks, sign, amplitude=1.0):
    """The Hessian of blocks in a box as a matrix, from the lattice sum with a cell of all."""
    first, second = bloch_matrices(blocks, np.zeros((1, 3)))
    compliance = weighted(inverse_elastic_susceptibility(ALPHA, "tensor"), "tensor") / amplitude
    m = (first + ALPHA * second)[0].real
    return np.kron(np.eye(len(blocks.points)), compliance) + SIGNS[sign] * m


@pytest.mark.parametrize("sign", SIGNS)
def test_is_the_lowest_of_the_dense_hessian(sign):
    points, edge = packing()
    found = rsrg.packing_stability(points, edge, ALPHA, SHEARED, sign, amplitude=0.8)
    matrix = dense(PeriodicBlocks(edge * SHEARED.T, points @ SHEARED.T), sign, 0.8)
    expected = np.linalg.eigvalsh(matrix)
    np.testing.assert_allclose(found.eigenvalues, expected[:4], atol=OPERATOR)
    mode = (found.mode * pair_weights("tensor")).ravel()
    assert mode @ mode == pytest.approx(1.0, abs=1e-12)  # rounding
    # a vector's error is the square root of its eigenvalue's, over the gap
    assert np.linalg.norm(matrix @ mode - expected[0] * mode) < 1e-4


@pytest.mark.parametrize(("lattice", "sign"), [("sc", "paper"), ("fcc", "hamiltonian")])
def test_a_lattice_in_a_box_has_the_modes_of_its_wave_vectors(lattice, sign):
    """The whole spectrum of 3³ cells, strained: those of m(k) at the k that fit."""
    blocks = lattice_blocks(lattice)
    z = np.indices((3, 3, 3)).reshape(3, -1).T
    found = rsrg.packing_stability(
        z @ blocks.cell, 3.0 * blocks.cell, ALPHA, SHEARED, sign, count=6 * 27
    )
    strained = lattice_blocks(lattice, SHEARED)
    first, second = bloch_matrices(strained, z / 3.0 @ strained.reciprocal)
    compliance = weighted(inverse_elastic_susceptibility(ALPHA, "tensor"), "tensor")
    hessians = compliance + SIGNS[sign] * (first + ALPHA * second)
    expected = np.sort(np.linalg.eigvalsh(hessians).ravel())
    np.testing.assert_allclose(found.eigenvalues, expected, atol=OPERATOR)


def test_the_participation_ratio():
    """Two blocks far from all others in a large box share the softest mode: 2/N, nearly.

    A dipole's neighbours, 6 times farther than the two from each other, hold 6⁻⁶ of its square.
    """
    pair = np.array([[0.0, 0.0, 0.0], [0.5, 0.0, 0.0]])
    others = 3.0 * np.indices((3, 3, 3)).reshape(3, -1).T[14:] + 0.1
    found = rsrg.packing_stability(np.concatenate((pair, others)), 9.0, ALPHA, count=1)
    shares = (found.mode**2) @ np.array([1, 2, 2, 1, 2, 1])  # Σ_ij t_ij² of each block
    assert shares.sum() == pytest.approx(1.0, abs=1e-12)
    assert shares[:2].sum() > 0.99
    assert found.participation_ratio * len(shares) == pytest.approx(2.0, abs=0.05)


def test_a_uniform_mode_has_all_blocks():
    """sc, one soft wave: k = (π, π, π) of 2³ blocks, all alike in size."""
    points = np.indices((2, 2, 2)).reshape(3, -1).T.astype(float)
    shares = []
    for sign in SIGNS:
        found = rsrg.packing_stability(points, 2.0, ALPHA, 0.1, sign, count=1)
        shares.append(found.participation_ratio)
    assert max(shares) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("sign", SIGNS)
def test_knows_no_unit(sign):
    points, edge = packing()
    one, other = (
        rsrg.packing_stability(c * points, c * edge, ALPHA, 0.1, sign, count=2) for c in (1.0, 3.7)
    )
    np.testing.assert_allclose(one.eigenvalues, other.eigenvalues, atol=2 * OPERATOR)


@pytest.mark.parametrize("sign", SIGNS)
def test_the_critical_amplitude_makes_a_zero_eigenvalue(sign):
    points, edge = packing()
    fc = packing_critical_amplitude(points, edge, ALPHA, SHEARED, sign)
    found = rsrg.packing_stability(points, edge, ALPHA, SHEARED, sign, fc, count=1)
    assert found.eigenvalues[0] == pytest.approx(0.0, abs=2 * OPERATOR)


def test_the_strain_of_instability():
    """Just below f_c at rest the packing is stable, and some stretch makes it unstable."""
    points, edge = packing(33, 2)
    f = 0.98 * packing_critical_amplitude(points, edge, ALPHA)
    e = packing_instability_strain(points, edge, ALPHA, amplitude=f)
    assert 0.0 < e < 1.0
    for strain, stable in ((e - 2e-4, True), (e + 2e-4, False)):  # twice its error
        found = rsrg.packing_stability(points, edge, ALPHA, strain, amplitude=f, count=1)
        assert (found.eigenvalues[0] > 0.0) == stable
    assert packing_instability_strain(points, edge, ALPHA) == 0.0
    assert packing_instability_strain(points, edge, ALPHA, amplitude=0.1, strain_max=0.05) == (
        math.inf
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"positions": np.zeros((5, 2))}, r"`positions` must be finite, \(N, 3\)"),
        ({"positions": np.array([[0.0, 0, 0], [np.nan, 0, 0]])}, "`positions` must be finite"),
        ({"box": -1.0}, "`box` must be a positive edge"),
        ({"deformation": -2.0}, "`strain` e"),
        ({"amplitude": -1.0}, "`amplitude` must be positive and finite; got -1.0"),
        ({"sign": "both"}, "`sign` must be paper or hamiltonian"),
        ({"alpha": 0.2}, "`alpha`"),
        ({"count": 0}, "`count` must be an integer from 1 to 198; got 0"),
    ],
)
def test_bad_input(change, message):
    points, edge = packing()
    with pytest.raises(PhysicsError, match=message):
        rsrg.packing_stability(**{"positions": points, "box": edge, "alpha": ALPHA} | change)


def test_only_a_few_of_a_large_packing():
    points = np.indices((9, 9, 9)).reshape(3, -1).T.astype(float)
    with pytest.raises(PhysicsError, match="`count` must be an integer from 1 to 64; got 4374"):
        rsrg.packing_stability(points, 9.0, ALPHA, count=4374)
