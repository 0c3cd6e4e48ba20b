"""What the split pair sums cost, guess, take of memory, and refuse."""

import sys
import tracemalloc

import numpy as np
import pytest
from scipy.spatial import KDTree

from rsrg.physics.errors import PhysicsError
from rsrg.sums.ewald import ewald
from rsrg.sums.ewald.ewald import (
    FIXED_SECONDS,
    MAX_MEMORY,
    choose_plan,
    ewald_moments,
)
from rsrg.sums.ewald.modes import grid_bytes
from rsrg.sums.limits import MemoryLimit

from .point_sets import SETS, cube


def test_cost():
    """The plan: a hundred times the points cost a hundred times as much, and the logarithm."""
    small, large = choose_plan(cube(10**4), 1e-7), choose_plan(cube(10**6), 1e-7)
    points_only = large.seconds - FIXED_SECONDS
    assert points_only < 100 * np.log(1e6) / np.log(1e4) * (small.seconds - FIXED_SECONDS)
    assert large.memory_bytes < 100 * small.memory_bytes


@pytest.mark.parametrize("name", ["cube", "strained", "hard spheres"])
def test_pairs_are_guessed(name):
    """The cost model counts pairs in cubes; near a surface a ball holds fewer or more."""
    points = SETS[name](10_000)
    how = choose_plan(points, 1e-7)
    true = len(KDTree(points).query_pairs(how.reach, output_type="ndarray"))
    assert 0.7 * true < how.pairs < 1.4 * true


def test_memory(processors):
    """The plan foretells what is allocated, and a plan never asks for more than MAX_MEMORY."""
    processors(1)
    points = cube(60_000)
    ewald_moments(points[:100], 1e-8)
    tracemalloc.start()
    try:
        ewald_moments(points, 1e-8)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # tasks' own arrays are not in the guess
    assert 0.5 * peak < choose_plan(points, 1e-8).memory_bytes < 1.5 * peak


def test_memory_is_bounded():
    """Far clusters would take modes without end: the reach grows to hold them instead."""
    points = np.vstack([cube(20_000), cube(20_000, seed=1) + 1e6])
    how = choose_plan(points, 1e-6)
    assert how.memory_bytes <= MAX_MEMORY
    assert grid_bytes(np.ptp(points, axis=0) / how.period, how.modes) <= how.memory_bytes


def test_a_plan_fits_the_machine(monkeypatch):
    """With less memory than the fastest plan takes, a larger reach is chosen, not refused."""
    points = np.vstack([cube(20_000), cube(20_000, seed=1) + 1e3])
    fastest = choose_plan(points, 1e-6)
    less = MemoryLimit(int(0.7 * fastest.memory_bytes), "this machine has")
    monkeypatch.setattr(ewald, "memory_limit", lambda: less)
    how = choose_plan(points, 1e-6)
    assert how.memory_bytes <= less.bytes
    assert how.reach > fastest.reach


@pytest.mark.parametrize("stretch", [0.0, 1.0])
def test_coincident_points_show(stretch):
    points = stretch * cube(500)
    points[-1] = points[0]
    assert not np.isfinite(ewald_moments(points, 1e-6)).all()


def test_few_points():
    with pytest.raises(PhysicsError, match="`ewald` must have at least 100 points; got 99"):
        ewald_moments(cube(99), 1e-6)


@pytest.mark.parametrize("tolerance", [0.0, -1e-6, 1e-12, 1e-3, np.nan, np.inf])
def test_bad_tolerance(tolerance):
    with pytest.raises(PhysicsError, match=r"`tolerance` must be from 1e-11 to 0\.0001; got"):
        ewald_moments(cube(100), tolerance)


def test_without_finufft(monkeypatch):
    monkeypatch.setitem(sys.modules, "finufft", None)
    with pytest.raises(PhysicsError, match=r'not installed: pip install "rsrg\[nufft\]"'):
        ewald_moments(cube(100), 1e-6)
