"""The projector on what the strain's symmetry allows: idempotent, exact means, explicit groups."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from rsrg.physics.haar_mean import haar_mean_moments
from rsrg.physics.interaction import direction_moments
from rsrg.physics.readings import READINGS
from rsrg.physics.symmetry import stabilizer_projector

SHEAR = np.array([[1.0, 0.3, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.2]])
STRAINS = {
    "sphere": 1.3 * np.eye(3),
    "needle": np.diag([1.2, 1.0, 1.0]),
    "plate": np.diag([1.0, 0.7, 1.0]),
    "three axes": np.diag([1.2, 1.0, 0.8]),
    "sheared": SHEAR,
}
N = np.random.default_rng(5).normal(size=(40, 3))
N /= np.linalg.norm(N, axis=1, keepdims=True)
MOMENTS = direction_moments(N)
each_strain = pytest.mark.parametrize("strain", STRAINS)


@pytest.fixture(params=STRAINS)
def f(request, rotations):
    """Each strain, turned out of the lab's axes from both sides."""
    return rotations[1] @ STRAINS[request.param] @ rotations[2]


def test_is_idempotent(f):
    p = stabilizer_projector(f)
    np.testing.assert_allclose(p @ p, p, atol=1e-13)  # entries up to 6, fifteen terms


@pytest.mark.parametrize("reading", READINGS, ids=str)
def test_exact_means_are_already_symmetric(f, reading):
    moments = haar_mean_moments(f, 3, reading)
    # two equal stretches come out of F Fᵀ to 1e-15; haar_mean's own error is 1e-11
    np.testing.assert_allclose(moments @ stabilizer_projector(f), moments, atol=1e-11)


def test_leaves_invariants_alone(f):
    """Σ Q_aabb is the sum of all weights: no symmetry can change it."""
    trace = np.zeros(15)
    trace[[0, 10, 14]], trace[[3, 5, 12]] = 1.0, 2.0
    np.testing.assert_allclose(stabilizer_projector(f) @ trace, trace, atol=1e-13)


def test_sphere_averages_over_all_rotations():
    projected = MOMENTS @ stabilizer_projector(np.eye(3))
    isotropic = np.zeros(15)
    isotropic[[0, 10, 14]], isotropic[[3, 5, 12]] = 1 / 5, 1 / 15
    np.testing.assert_allclose(projected, np.tile(isotropic, (40, 1)), atol=1e-14)
    turned = Rotation.random(20_000, random_state=3).as_matrix() @ N[0]
    draws = direction_moments(turned)
    stderr = draws.std(axis=0) / np.sqrt(len(draws))
    assert np.all(np.abs(draws.mean(axis=0) - projected[0]) < 5 * stderr)  # 15 of them: 1e-5


@pytest.mark.parametrize("strain", ["needle", "plate"])
def test_axial_strain_averages_over_all_turns_and_mirrors(strain, rotations):
    q = rotations[0]
    stretches = np.diag(STRAINS[strain])
    axis = np.eye(3)[np.argmax(np.abs(stretches - 1.0))]
    angles = 2 * np.pi * np.arange(97) / 97  # any number above 4 is exact; no relation to eight
    turns = [Rotation.from_rotvec(a * axis).as_matrix() for a in angles]
    mirror = np.eye(3) - 2 * np.outer(axis, axis)
    group = [q @ m @ t @ q.T for t in turns for m in (np.eye(3), mirror)]
    average = np.mean([direction_moments(N @ g.T) for g in group], axis=0)
    projected = MOMENTS @ stabilizer_projector(q @ STRAINS[strain] @ q.T)
    np.testing.assert_allclose(projected, average, atol=1e-13)


def test_three_axes_average_over_mirrors(rotations):
    q = rotations[0]
    signs = [np.diag([a, b, c]) for a in (1, -1) for b in (1, -1) for c in (1, -1)]
    average = np.mean([direction_moments(N @ (q @ s @ q.T).T) for s in signs], axis=0)
    projected = MOMENTS @ stabilizer_projector(q @ STRAINS["three axes"] @ q.T)
    np.testing.assert_allclose(projected, average, atol=1e-13)
    axial = MOMENTS @ stabilizer_projector(np.diag([1.2, 1.0, 1.0]))
    assert np.abs(projected - axial).max() > 0.01  # a smaller group averages less


@pytest.mark.parametrize(("strain", "rank"), [("sphere", 1), ("needle", 3), ("three axes", 6)])
def test_rank_counts_the_invariant_quartics(strain, rank):
    # l = 0, 2, 4 hold 1, 1, 1 axial harmonics; three mirrors leave 1, 2, 3
    assert (
        round(np.trace(stabilizer_projector(STRAINS[strain])), 9)
        == {
            "sphere": 1,
            "needle": 3,
            "three axes": 6,
        }[strain]
    )
    assert np.linalg.matrix_rank(stabilizer_projector(STRAINS[strain]), tol=1e-9) == rank


def test_left_and_right_rotations(rotations):
    """The group is that of F·sphere: F → F Q changes nothing."""
    p = stabilizer_projector(SHEAR)
    for q in rotations[:3]:
        np.testing.assert_allclose(stabilizer_projector(SHEAR @ q), p, atol=1e-12)  # eigh gaps 0.3
