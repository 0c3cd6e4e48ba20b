"""The lattice engine, against the direct sum.

| limit or symmetry | test |
|---|---|
| direct sum of the same points: bodies by rows, anything by transform | test_direct |
| counts are integers: all pairs of a box, by hand | test_counts_of_a_box |
| strained, rotated, shifted lattices are found; others are not | test_find_lattice |
| both ways agree at 10^5 sites | test_ways_agree |
| threads | test_threads |
"""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from rsrg.physics.errors import PhysicsError
from rsrg.physics.interaction import quartic_tensor
from rsrg.physics.lattices import lattice_points
from rsrg.sums.engines import choose_engine, pair_moments
from rsrg.sums.lattice import LatticeSet, _by_transform, _half_autocorrelation, _rows, find_lattice

BRAVAIS = ("sc", "bcc", "fcc")  # hcp is none, and no body of it is rows
STRAIN = np.array([[1.3, 0.2, 0.0], [0.1, 0.8, -0.1], [0.0, 0.05, 1.1]])


def body(lattice: str, radius: float, deformation=STRAIN, seed=0) -> np.ndarray:
    """A strained, rotated ball of lattice points about a random centre."""
    rng = np.random.default_rng(seed)
    points = lattice_points(lattice, radius + 1.0) + rng.random(3) - 0.5
    points = points[np.linalg.norm(points, axis=1) < radius]
    return points @ (deformation @ Rotation.random(rng=rng).as_matrix()).T


def near(moments, expected, rtol):
    scale = np.einsum("aabb", quartic_tensor(expected))
    np.testing.assert_allclose(moments, expected, rtol=0, atol=rtol * scale)


def with_holes(points: np.ndarray, seed=3) -> np.ndarray:
    return points[np.random.default_rng(seed).random(len(points)) < 0.7]


@pytest.mark.parametrize("holes", [False, True])
@pytest.mark.parametrize("deformation", [np.eye(3), STRAIN, np.diag([4.0, 1.0, 0.5])])
@pytest.mark.parametrize("lattice", BRAVAIS)
def test_direct(lattice, deformation, holes):
    points = body(lattice, 7.3, deformation)
    points = with_holes(points) if holes else points
    found = find_lattice(points)
    assert found is not None
    assert (_rows(found) is None) == holes  # one way each
    expected = pair_moments(points, engine="direct")
    near(pair_moments(points, engine="lattice"), expected, 1e-13)  # points are rounded to 1e-15


def test_two_balls():
    """Not convex: the gap makes rows with holes."""
    points = np.vstack([body("bcc", 4.0, np.eye(3), 1), body("bcc", 4.0, np.eye(3), 1) + 0.0])
    shift = points[0] - points[40]
    points = np.vstack([points[: len(points) // 2], points[: len(points) // 2] + 30 * shift])
    expected = pair_moments(points, engine="direct")
    near(pair_moments(points, engine="lattice"), expected, 1e-13)  # as above


def test_counts_of_a_box():
    """(a − |i|)(b − |j|)(c − |k|) pairs of an a × b × c box are (i, j, k) apart."""
    a, b, c = 3, 4, 6
    sites = np.stack(np.indices((a, b, c))).reshape(3, -1).astype(np.int32)
    half = _half_autocorrelation(LatticeSet(np.eye(3), sites))
    counts = np.fft.irfft(half, 2 * c, axis=2)
    for i, j, k in np.ndindex(a, b, c):
        # the transform's rounding: 1e-16 times a few of its 10^3 terms
        assert counts[i, j, k] == pytest.approx((a - i) * (b - j) * (c - k), abs=1e-12)


def test_box_by_rows():
    points = np.stack(np.indices((9, 14, 21))).reshape(3, -1).T.astype(float)
    assert choose_engine(points).engine == "lattice"
    near(pair_moments(points), pair_moments(points, engine="direct"), 1e-13)  # 2646² terms


def test_find_lattice():
    points = body("fcc", 8.0) + np.array([300.0, -20.0, 5.0])
    found = find_lattice(points)
    assert found is not None
    assert abs(np.linalg.det(found.cell)) == pytest.approx(np.linalg.det(STRAIN), rel=1e-12)
    placed = (found.cell @ found.sites).T
    shift = points.mean(axis=0) - placed.mean(axis=0)
    np.testing.assert_allclose(placed + shift, points, rtol=0, atol=1e-12)  # 300 is kept to 6e-14


@pytest.mark.parametrize("moved", [1e-10, 1e-3, 0.5])
def test_one_point_off_the_lattice(moved):
    points = body("sc", 8.5)
    points[1234] += [moved, 0.0, 0.0]
    assert find_lattice(points) is None
    assert choose_engine(points).engine == "direct"
    with pytest.raises(PhysicsError, match="engine `lattice` must have all `positions` on one"):
        pair_moments(points, engine="lattice")


@pytest.mark.parametrize(
    "points",
    [
        np.random.default_rng(0).random((3000, 3)),
        np.stack(np.indices((60, 60, 1))).reshape(3, -1).T.astype(float),  # a plane
        np.stack(np.indices((2500, 1, 1))).reshape(3, -1).T.astype(float),  # a line
    ],
)
def test_no_lattice(points):
    choice = choose_engine(points)
    assert choice.engine == "direct"
    near(choice.moments(), pair_moments(points, engine="direct"), 1e-15)  # but for a power of 2


def test_sparse_lattice_goes_direct():
    rng = np.random.default_rng(5)
    points = np.vstack([body("sc", 5.0, np.eye(3)), rng.integers(-400, 400, (2500, 3))])
    points = np.unique(np.round(points), axis=0)
    assert choose_engine(points).reason == "no well-filled lattice, no tolerance given"


def test_coincident_sites():
    points = np.stack(np.indices((13, 13, 13))).reshape(3, -1).T.astype(float)
    points[7] = points[1500]
    with pytest.raises(PhysicsError, match=r"must be distinct .* points 7 and 1500 both at"):
        pair_moments(points)


def test_ways_agree():
    found = find_lattice(body("sc", 28.8))  # 10^5 sites
    rows = pair_moments(body("sc", 28.8))
    near(_by_transform(found), rows, 1e-13)  # 10^6 displacements, added in another order


@pytest.mark.parametrize("holes", [False, True])
def test_threads(holes, processors):
    points = body("bcc", 12.0)
    points = with_holes(points) if holes else points
    processors(1)
    expected = pair_moments(points, engine="lattice")
    processors(5)
    np.testing.assert_array_equal(pair_moments(points, engine="lattice"), expected)


@pytest.mark.parametrize("factor", [1e-25, 1e14])
def test_any_unit(factor):
    points = np.random.default_rng(2).random((40, 3))
    scaled = pair_moments(points * factor) * factor**3
    near(scaled, pair_moments(points), 1e-13)  # λx is rounded


def test_too_many_blocks_for_memory():
    points = np.broadcast_to(np.zeros(3), (10**12, 3))  # takes no memory itself
    with pytest.raises(PhysicsError, match=r"1,000,000,000,000 blocks would need .* TB .* years"):
        pair_moments(points)


def test_log_says_which_engine(caplog):
    caplog.set_level("INFO", "rsrg")
    pair_moments(body("sc", 8.5))
    assert "engine lattice (all blocks are sites of one lattice)" in caplog.text
