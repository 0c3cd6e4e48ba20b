"""Draws with points of their own: against the lattice's batch, the twin, and by symmetry."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from rsrg.physics.errors import PhysicsError
from rsrg.physics.interaction import quartic_tensor
from rsrg.physics.lattices import LATTICES, lattice_points
from rsrg.sums.batch import batch_moments
from rsrg.sums.window_batch import window_moments, window_reach

from .test_batch import GENERAL, draws_of, four_bodies, near, points_of
from .twins import configuration_twin


def windows_of(lattice, offsets, reach):
    points = lattice_points(lattice, reach + 2.0)
    return [w[(w**2).sum(axis=1) <= reach**2] for w in (points + u for u in offsets)]


@pytest.mark.parametrize("count", ["exact", "volume"])
@pytest.mark.parametrize("n_blocks", [8, 64])
@pytest.mark.parametrize("lattice", LATTICES)
def test_windows_of_a_lattice_are_the_lattice(lattice, n_blocks, count):
    rotations, offsets = draws_of(lattice, 12)
    bodies = four_bodies(GENERAL, n_blocks)
    points = points_of(lattice, bodies, np.linalg.norm(offsets, axis=1).max())
    expected = batch_moments(points, rotations, offsets, bodies, n_blocks, count)
    reach = window_reach(bodies, n_blocks)
    windows = windows_of(lattice, offsets, reach)
    # the same pairs in another order: 64² terms
    near(window_moments(windows, reach, rotations, bodies, n_blocks, count), expected, 1e-13)


@pytest.mark.parametrize("count", ["exact", "volume"])
@pytest.mark.parametrize("n_blocks", [8, 27])
def test_twin(n_blocks, count):
    """Poisson points: the widest statistics, bodies down to a few blocks."""
    rng = np.random.default_rng(4)
    rotations, bodies = Rotation.random(5, rng=rng).as_matrix(), four_bodies(GENERAL, n_blocks)
    reach = window_reach(bodies, n_blocks)
    clouds = [2 * reach * (rng.random((int(8 * reach**3), 3)) - 0.5) for _ in range(5)]
    windows = [c[(c**2).sum(axis=1) <= reach**2] for c in clouds]
    found = window_moments(windows, reach, rotations, bodies, n_blocks, count)
    for i, j in np.ndindex(found.shape[:2]):
        cloud = clouds[i][np.argsort((clouds[i] ** 2).sum(axis=1))]
        a, b, radius = bodies.place[j], bodies.measure[j], bodies.radius[j]
        n = n_blocks if count == "exact" else None
        twin = configuration_twin(cloud, rotations[i], np.zeros(3), a, b, radius, n)
        near(found[i, j], twin, 1e-12)  # close pairs carry all of it: their 1/r³ is rounded


def test_batches():
    rotations, offsets = draws_of("bcc", 20)
    bodies = four_bodies(GENERAL, 27)
    reach = window_reach(bodies, 27)
    windows = windows_of("bcc", offsets, reach)
    expected = window_moments(windows, reach, rotations, bodies, 27, "exact")
    part = window_moments(windows[7:9], reach, rotations[7:9], bodies, 27, "exact")
    np.testing.assert_array_equal(part, expected[7:9])


def test_rotation_covariance():
    rotations, offsets = draws_of("sc", 3)
    bodies = four_bodies(GENERAL, 27)
    t = Rotation.random(rng=8).as_matrix()
    turned = type(bodies)(t @ bodies.place @ t.T, t @ bodies.measure @ t.T, bodies.radius)
    reach = window_reach(bodies, 27)
    windows = windows_of("sc", offsets, reach)
    q = quartic_tensor(window_moments(windows, reach, rotations, bodies, 27, "exact"))
    expected = np.einsum("...ijkl,ai,bj,ck,dl->...abcd", q, t, t, t, t, optimize=True)
    found = window_moments(windows, reach, t @ rotations, turned, 27, "exact")
    scale = np.einsum("...aabb->...", q).max()
    # rotated matrices are rounded, and 27² terms
    np.testing.assert_allclose(quartic_tensor(found), expected, rtol=0, atol=1e-13 * scale)


def test_a_window_with_a_hole_is_refused():
    """Blocks within the window, but fewer than it takes, or farther than it shows whole."""
    rotations, offsets = draws_of("sc", 2)
    bodies = four_bodies(GENERAL, 27)
    reach = window_reach(bodies, 27)
    windows = windows_of("sc", offsets, reach)
    few = [w[:20] for w in windows]
    with pytest.raises(PhysicsError, match="a body finds its 27 within"):
        window_moments(few, reach, rotations, bodies, 27, "exact")
    sparse = [1.45 * w for w in windows_of("sc", offsets, reach / 1.45)]
    with pytest.raises(PhysicsError, match="a body finds its 27 within"):
        window_moments(sparse, reach, rotations, bodies, 27, "exact")
