"""Stability of infinite lattices: reference values, invariances, and the minimum found by force."""

import math

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import rsrg
from rsrg.physics import wave_vectors
from rsrg.physics.bloch import lattice_blocks
from rsrg.physics.bulk_stability import (
    bloch_matrices,
    critical_amplitude,
    instability_strain,
)
from rsrg.physics.criticality import first_below_zero
from rsrg.physics.elastic import inverse_elastic_susceptibility
from rsrg.physics.errors import ConvergenceError, PhysicsError
from rsrg.physics.lattices import LATTICES, LatticeRecord
from rsrg.physics.pairs import weighted
from rsrg.physics.strain import strain_direction
from rsrg.physics.wave_vectors import lowest_over_wave_vectors, wave_vector_grid

ALPHA = 0.7
SIGNS = {"paper": 1.0, "hamiltonian": -1.0}
GENERAL = np.array([[1.15, 0.1, 0.0], [0.0, 0.9, 0.05], [0.1, 0.0, 1.05]])


@pytest.mark.parametrize(
    ("lattice", "sign", "value"),
    [
        ("sc", "paper", -0.128),
        ("sc", "hamiltonian", -0.201),
        ("bcc", "paper", -0.011),
        ("bcc", "hamiltonian", -0.032),
        ("fcc", "paper", -0.037),
        ("fcc", "hamiltonian", 0.053),
    ],
)
def test_reference_values_on_the_grid(lattice, sign, value):
    """PHYSICS §8.5, an independent code: three decimals, of which bcc's last differs by one."""
    found = rsrg.bulk_stability(lattice, ALPHA, sign=sign)
    assert found.grid_eigenvalue == pytest.approx(value, abs=6e-4)
    assert found.eigenvalue <= found.grid_eigenvalue + 1e-12


def by_force(lattice, f, sign, points):
    """The lowest eigenvalue on a grid of all k, shifted off its symmetric points."""
    blocks = lattice_blocks(lattice, f)
    k = (np.indices((points,) * 3).reshape(3, -1).T + 0.25) / points @ blocks.reciprocal
    first, second = bloch_matrices(blocks, k)
    compliance = weighted(inverse_elastic_susceptibility(ALPHA, "tensor"), "tensor")
    hessian = np.kron(np.eye(len(blocks.points)), compliance) + SIGNS[sign] * (
        first + ALPHA * second
    )
    return np.linalg.eigvalsh(hessian)[:, 0].min()


@pytest.mark.parametrize("lattice", ["sc", "fcc", "hcp"])
@pytest.mark.parametrize("sign", SIGNS)
def test_is_the_minimum(lattice, sign):
    """Below all of another grid, and not by more than the curvature between its points allows."""
    found = rsrg.bulk_stability(lattice, ALPHA, GENERAL, sign)
    forced = by_force(lattice, GENERAL, sign, 12)
    assert found.eigenvalue < forced
    assert found.eigenvalue > forced - 0.03  # half a spacing of 0.5 from a minimum of width 1


@pytest.mark.parametrize("sign", SIGNS)
def test_the_wave_vector_is_where_the_minimum_is(sign):
    found = rsrg.bulk_stability("hcp", ALPHA, GENERAL, sign)
    first, second = bloch_matrices(lattice_blocks("hcp", GENERAL), found.wave_vector[None])
    compliance = weighted(inverse_elastic_susceptibility(ALPHA, "tensor"), "tensor")
    hessian = np.kron(np.eye(2), compliance) + SIGNS[sign] * (first + ALPHA * second)[0]
    assert np.linalg.eigvalsh(hessian)[0] == pytest.approx(found.eigenvalue, abs=1e-14)
    steps = np.indices((5, 5, 5)).reshape(3, -1).T - 2.0
    others = found.wave_vector + steps @ lattice_blocks("hcp", GENERAL).reciprocal
    assert np.linalg.norm(others, axis=1).min() > np.linalg.norm(found.wave_vector) - 1e-9


@pytest.mark.parametrize("sign", SIGNS)
def test_knows_no_size_and_no_frame(sign):
    """A turned or larger lattice is as stable; 2e-8: the search promises 1e-8."""
    found = rsrg.bulk_stability("fcc", ALPHA, GENERAL, sign).eigenvalue
    turn = Rotation.from_rotvec([0.3, -1.1, 0.6]).as_matrix()
    for f in (turn @ GENERAL, 1.7 * GENERAL):
        assert rsrg.bulk_stability("fcc", ALPHA, f, sign).eigenvalue == pytest.approx(
            found, abs=2e-8
        )


def test_strains_along_equivalent_axes_are_equivalent():
    along_x = rsrg.bulk_stability("bcc", ALPHA, 0.1).eigenvalue
    along_z = rsrg.bulk_stability("bcc", ALPHA, np.diag([1.0, 1.0, 1.1])).eigenvalue
    assert along_z == pytest.approx(along_x, abs=2e-8)


def test_the_limit_at_small_wave_vectors_is_looked_at():
    """sc, the paper's sign, is softest as k → 0 along a cube axis, between all grid points."""
    found = rsrg.bulk_stability("sc", ALPHA)
    k = np.sort(np.abs(found.wave_vector))
    np.testing.assert_allclose(k, [0.0, 0.0, 1e-5], atol=1e-8)
    assert found.eigenvalue < found.grid_eigenvalue - 2e-3


@pytest.mark.parametrize("sign", SIGNS)
def test_the_critical_amplitude_makes_a_zero_eigenvalue(sign):
    fc = critical_amplitude("fcc", ALPHA, GENERAL, sign)
    at = rsrg.bulk_stability("fcc", ALPHA, GENERAL, sign, amplitude=fc)
    assert at.eigenvalue == pytest.approx(0.0, abs=1e-8)  # of the search
    assert rsrg.bulk_stability("fcc", ALPHA, GENERAL, sign, 0.99 * fc).eigenvalue > 0.0


def test_the_coarse_grid_finds_the_same_minima():
    for lattice in ("sc", "fcc"):
        coarse = critical_amplitude(lattice, ALPHA, GENERAL, "paper", 8)
        fine = critical_amplitude(lattice, ALPHA, GENERAL, "paper")
        assert coarse == pytest.approx(fine, abs=1e-6)  # of the last steps, 4e-4 of a zone


def test_the_strain_of_instability():
    """fcc, the Hamiltonian's sign: stable at rest, unstable from e_xx = 0.154 on."""
    e = instability_strain("fcc", ALPHA, "hamiltonian")
    assert e == pytest.approx(0.15415, abs=1e-5)  # of this program, kept
    for strain, stable in ((e - 1e-4, True), (e + 1e-4, False)):
        found = rsrg.bulk_stability("fcc", ALPHA, strain, "hamiltonian")
        assert (found.eigenvalue > 0.0) == stable
    assert instability_strain("sc", ALPHA) == 0.0
    assert instability_strain("fcc", ALPHA, amplitude=0.01, strain_max=0.1) == math.inf


def test_along_another_strain():
    shear = strain_direction("xy")

    def path(e):
        return np.eye(3) + e * shear

    e = instability_strain("fcc", ALPHA, "hamiltonian", path=path)
    found = rsrg.bulk_stability("fcc", ALPHA, path(e), "hamiltonian")
    assert found.eigenvalue == pytest.approx(0.0, abs=1e-5)  # of the strain's 1e-6


def test_the_first_zero_of_a_margin():
    assert first_below_zero(lambda e: 0.33 - e, 1.0, 0.05, 1e-6) == pytest.approx(0.33, abs=1e-6)
    assert first_below_zero(lambda e: 1.0 - e, 0.5, 0.05, 1e-6) == math.inf


def test_a_lattice_of_one_s_own(monkeypatch):
    """Simple cubic described as a lattice of two blocks a cell, by a registered record."""
    twice = LatticeRecord(
        cosets=((0, 0, 0), (0, 0, 2)),
        primitive=((2, 0, 0), (0, 2, 0), (0, 0, 4)),
        deep_hole=3.0,
        period=(2, 2, 4),
    )
    monkeypatch.setitem(LATTICES, "twice", twice)
    for sign in SIGNS:
        found = rsrg.bulk_stability("twice", ALPHA, 0.1, sign).eigenvalue
        once = rsrg.bulk_stability("sc", ALPHA, 0.1, sign).eigenvalue
        assert found == pytest.approx(once, abs=2e-8)  # two searches


def test_the_search_between_grid_points():
    """A periodic function of known minimum, not on the grid."""
    reciprocal = 2.0 * np.pi * np.array([[1.0, 0.2, 0.0], [0.0, 1.0, 0.0], [0.1, 0.0, 0.8]])
    cell = 2.0 * np.pi * np.linalg.inv(reciprocal).T
    where = np.array([0.137, 0.29, 0.411])

    def function(k):
        return np.sum((np.cos(k @ cell.T) - np.cos(2.0 * np.pi * where)) ** 2, axis=1)

    k, _ = wave_vector_grid(reciprocal, 8)
    found = lowest_over_wave_vectors(function, function(k), reciprocal, 8)
    assert found.value == pytest.approx(0.0, abs=1e-6)  # steep: its steps end at 4e-4 of a period
    np.testing.assert_allclose(np.abs(found.wave_vector @ cell.T) / (2.0 * np.pi), where, atol=2e-4)


def test_a_search_that_does_not_end_says_so(monkeypatch):
    """fcc goes along a valley, where sixty rounds are too few."""
    settings = ("fcc", 0.4, 0.0, "hamiltonian")
    rsrg.bulk_stability(*settings)
    monkeypatch.setattr(wave_vectors, "MAX_MOVES", 11)  # the halvings alone, and one
    with pytest.raises(ConvergenceError, match="was not reached in 11 rounds"):
        rsrg.bulk_stability(*settings)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("diamond", 0.7), "`lattice` must be one of"),
        (("sc", 1.2), "`alpha`"),
        (("sc", 0.7, -1.5), "`strain` e must be greater than −1"),
        (("sc", 0.7, 0.0, "both"), "`sign` must be paper or hamiltonian"),
        (("sc", 0.7, 0.0, "paper", 0.0), "`amplitude` must be positive and finite; got 0.0"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(PhysicsError, match=message):
        rsrg.bulk_stability(*arguments)
