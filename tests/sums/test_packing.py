"""Random packings: who is near, how many there are, and that the process is the one named."""

import numpy as np
import pytest
from scipy.spatial import KDTree

from rsrg.physics.errors import PhysicsError
from rsrg.sums.packing import _empty_grid, add_free_points, poisson_disk, random_sequential_addition

SEEDS = pytest.mark.parametrize("seed", [0, 1, 2])


def rng(seed=0):
    return np.random.default_rng(seed)


def nearest(points):
    edge = np.cbrt(len(points))
    tree = KDTree(points % edge, boxsize=edge)
    return tree.query(points % edge, k=2)[0][:, 1]


@SEEDS
@pytest.mark.parametrize("separation", [0.3, 0.7, 0.85])
def test_addition_keeps_its_distance(separation, seed):
    points = random_sequential_addition(700, separation, rng(seed))
    assert len(points) == 700
    assert nearest(points).min() >= separation * (1 - 1e-12)  # one multiplication
    # 700 independent points would have some within a tenth of the separation above it
    assert nearest(points).min() < 1.1 * separation


@SEEDS
@pytest.mark.parametrize("n", [30, 700])
def test_poisson_disk_keeps_its_distance_and_fills(n, seed):
    points, separation = poisson_disk(n, rng(seed))
    assert len(points) >= n
    assert nearest(points).min() >= separation * (1 - 1e-12)  # one multiplication
    # Bridson leaves no large gaps: a random place has a point within two separations
    edge = np.cbrt(len(points))
    tree = KDTree(points % edge, boxsize=edge)
    assert tree.query(edge * rng(9).random((2000, 3)))[0].max() < 2 * separation
    assert 0.8 < separation < 0.86  # as scipy's, deep inside its box with walls: 0.83


def test_points_fill_the_box_evenly():
    """Counts in the eight octants: hard cores make them more even than independent points."""
    for make in (
        lambda g: random_sequential_addition(512, 0.8, g),
        lambda g: poisson_disk(512, g)[0],
    ):
        counts = []
        for seed in range(40):
            points = make(rng(seed))
            edge = np.cbrt(len(points))
            octant = (points % edge > edge / 2) @ [1, 2, 4]
            counts.append(np.bincount(octant, minlength=8) / len(points) * 8)
        counts = np.array(counts)
        # 40 packings: each octant's mean within four of its errors; scatter below Poisson's 1/8
        assert np.all(np.abs(counts.mean(axis=0) - 1) < 4 * counts.std(axis=0) / np.sqrt(40))
        assert counts.std() < 0.7 / 8


def test_pair_correlation_of_addition_at_low_density():
    """To first order in density g(r) = 1 beyond the separation: the shell count says so."""
    separation, found = 0.3, []
    for seed in range(20):
        points = random_sequential_addition(500, separation, rng(seed))
        tree = KDTree(points, boxsize=np.cbrt(500))
        pairs = tree.count_neighbors(tree, [0.4, 0.8]) / 500
        found.append(pairs[1] - pairs[0])
    expected = 4 / 3 * np.pi * (0.8**3 - 0.4**3)
    # second order: 4π/3 σ³ = 11% of what overlapping exclusion spheres give, here below 2%
    assert np.mean(found) == pytest.approx(
        expected, rel=0.02 + 4 * np.std(found) / expected / 20**0.5
    )


@SEEDS
def test_a_function_of_the_generator(seed):
    for make in (
        lambda g: random_sequential_addition(100, 0.8, g),
        lambda g: poisson_disk(100, g)[0],
    ):
        np.testing.assert_array_equal(make(rng(seed)), make(rng(seed)))
        assert not np.array_equal(make(rng(seed)), make(rng(seed + 1)))


def test_small_boxes_are_made_larger():
    """Below four separations across, cells two away would be met twice."""
    points = random_sequential_addition(5, 0.8, rng())
    assert np.cbrt(len(points)) >= 4 * 0.8 * (1 - 1e-12)  # a root


def test_stuck(monkeypatch):
    monkeypatch.setattr("rsrg.sums.packing.TRIES_PER_POINT", 200)
    message = "`min_separation` must leave room for 200 blocks; 0.95 did for 1[0-9]+ only"
    with pytest.raises(PhysicsError, match=message):
        random_sequential_addition(200, 0.95, rng())


def test_addition_saturates_at_the_published_density():
    """Feder's law: φ(τ) = φ(∞) − c τ^(−1/3) after τ tries per volume of a sphere; φ(∞) = 0.3841.

    Zhang & Torquato (2013). The law is asymptotic: read off at τ = 125 and 1000, as
    φ(∞) = 2 φ(1000) − φ(125), what follows it falls faster, below 0.002.
    """
    edge, found = 12.0, []
    for seed in range(4):
        generator, count, fractions = rng(seed), 0, []
        points, grid = np.empty((1728, 3)), _empty_grid(edge)
        for tries in (125, 875):
            tried = edge * generator.random((int(tries * edge**3 * 6 / np.pi), 3))
            count = add_free_points(tried, points, count, grid, edge)
            fractions.append(count * np.pi / 6 / edge**3)
        found.append(2 * fractions[1] - fractions[0])
    # the scatter of four boxes, which is itself known to a third
    assert np.mean(found) == pytest.approx(0.3841, abs=0.002 + 4 * np.std(found) / 2)
    assert np.std(found) < 0.004
