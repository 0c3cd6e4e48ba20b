"""Where blocks are: against the twin, and windows against the lattice."""

import numpy as np
import pytest

from rsrg.physics.errors import PhysicsError
from rsrg.physics.lattices import lattice_points
from rsrg.sums.bodies import Bodies
from rsrg.sums.lattice_points import LatticePoints
from rsrg.sums.places import LatticePlaces, window_places
from rsrg.sums.window_batch import window_reach

from .test_weighted import setting
from .twins import choose_twin


def sorted_by_point(placed):
    """Positions and points of each draw and case in the order of the points."""
    positions, chosen = placed
    order = np.argsort(chosen, axis=-1)
    by_point = np.take_along_axis(positions, order[..., None], axis=2)
    return by_point, np.take_along_axis(chosen, order, axis=2)


def test_places_are_those_of_the_twin():
    lattice, places, rotations, offsets = setting("bcc", 100)
    positions, chosen = sorted_by_point(places.blocks(rotations, offsets))
    c = places.bodies
    for draw, case in np.ndindex(3, 2):
        b = c.measure[case] @ rotations[draw]
        expected = np.sort(choose_twin(lattice.points, b, b @ offsets[draw], c.radius[case], 100))
        np.testing.assert_array_equal(chosen[draw, case], expected)
        x = (lattice.points[expected] + offsets[draw]) @ (c.place[case] @ rotations[draw]).T
        np.testing.assert_allclose(positions[draw, case], x, atol=1e-14)  # one product


def test_ties_go_by_index():
    """No offset and no strain: whole shells tie."""
    points, _, rotations, _ = setting(n=27)
    bodies = Bodies(np.eye(3)[None], np.eye(3)[None], np.array([np.cbrt(81 / (4 * np.pi))]))
    places = LatticePlaces.from_lattice(points, 0.0, bodies, 27)
    _, chosen = sorted_by_point(places.blocks(rotations, np.zeros((3, 3))))
    np.testing.assert_array_equal(chosen[:, 0], np.broadcast_to(np.arange(27), (3, 27)))


@pytest.mark.parametrize("lattice", ["sc", "fcc"])
def test_windows_of_a_lattice_are_the_lattice(lattice):
    _, places, rotations, offsets = setting(lattice, 64)
    reach = window_reach(places.bodies, 64)
    shifted = [lattice_points(lattice, reach + 2.0) + u for u in offsets]
    windows = [w[(w**2).sum(axis=1) <= reach**2] for w in shifted]
    expected, _ = places.blocks(rotations, offsets)
    positions, ranks = window_places(windows, reach, rotations, places.bodies, 64)
    for draw, case in np.ndindex(3, 2):
        w = windows[draw][np.argsort((windows[draw] ** 2).sum(axis=1), kind="stable")]
        x = w[ranks[draw, case]] @ (places.bodies.place[case] @ rotations[draw]).T
        np.testing.assert_allclose(positions[draw, case], x, atol=1e-14)  # one product
        gaps = np.linalg.norm(x[:, None] - expected[draw, case], axis=-1).min(axis=1)
        assert gaps.max() < 1e-13  # the same places, in another order


def test_what_shows_too_little_is_refused():
    lattice, places, rotations, offsets = setting()
    points = lattice.points
    few = LatticePoints(points[:5], lattice.primitive, lattice.covering_radius)
    with pytest.raises(PhysicsError, match=r"`points` must reach \|z\| = .* got"):
        LatticePlaces.from_lattice(few, 0.5, places.bodies, 27)
    reach = window_reach(places.bodies, 27)
    windows = [w[(w**2).sum(axis=1) <= reach**2] for w in (points + u for u in offsets)]
    with pytest.raises(PhysicsError, match="a body finds its 27 within"):
        window_places([w[:20] for w in windows], reach, rotations, places.bodies, 27)
    sparse = [1.45 * w[(w**2).sum(axis=1) <= (reach / 1.45) ** 2] for w in windows]
    with pytest.raises(PhysicsError, match="a body finds its 27 within"):
        window_places(sparse, reach, rotations, places.bodies, 27)
