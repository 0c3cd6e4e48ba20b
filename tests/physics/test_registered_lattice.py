"""A lattice of one's own, registered from outside: diamond. One record, and all else follows."""

from itertools import product

import numpy as np
import pytest

from rsrg.config.loading import config_from_text
from rsrg.config.schema import Config
from rsrg.ensemble.blocks import Blocks
from rsrg.ensemble.sampling import Sampler
from rsrg.errors import ConfigError
from rsrg.physics.errors import PhysicsError
from rsrg.physics.haar_mean import exact_coupling
from rsrg.physics.interaction import coupling_from_moments
from rsrg.physics.lattices import (
    LATTICES,
    LatticeRecord,
    covering_radius,
    lattice_points,
    lattice_shells,
    nearest_distance,
    primitive_cell,
)
from rsrg.physics.readings import READINGS
from rsrg.sums.engines import pair_moments

EDGE = 2.0  # of the cubic cell, in block sizes: it holds 8 blocks of unit volume
FCC = ((0.0, 0.0, 0.0), (0.0, 0.5, 0.5), (0.5, 0.0, 0.5), (0.5, 0.5, 0.0))
BASIS = np.array(FCC + tuple((x + 0.25, y + 0.25, z + 0.25) for x, y, z in FCC))
CONFIG = """
schema_version: 1
materials: [a-SiO2]
lengths: {log_ratio: 3}
blocks: {n0: 3, lattice: %s}
strain: {component: xx, values: [0.0, 0.2]}
readings: [affine/sphere]
sampling: {seed: 1, samples: 64}
"""


@pytest.fixture
def diamond(monkeypatch):
    """Two fcc lattices, a quarter of the body diagonal apart; in quarters of the cubic edge."""
    fcc = ((0, 0, 0), (0, 2, 2), (2, 0, 2), (2, 2, 0))
    record = LatticeRecord(
        cosets=fcc + tuple((x + 1, y + 1, z + 1) for x, y, z in fcc),
        primitive=fcc[1:],
        deep_hole=3.0,  # the empty tetrahedral site, as far from its neighbours as they are
        period=(4, 4, 4),
    )
    monkeypatch.setitem(LATTICES, "diamond", record)
    return "diamond"


def textbook_points(radius):
    cells = np.array(list(product(range(-4, 5), repeat=3)))
    points = EDGE * (cells[:, None] + BASIS).reshape(-1, 3)
    return points[np.linalg.norm(points, axis=1) <= radius]


def test_points_are_the_textbook_ones(diamond):
    points, expected = lattice_points(diamond, 5.0), textbook_points(5.0)
    assert len(points) == len(expected)
    gaps = np.linalg.norm(points[:, None] - expected, axis=2).min(axis=1)
    assert gaps.max() < 1e-14  # multiples of a half, up to 5


def test_one_block_per_unit_volume(diamond):
    radius, c = 60.0, covering_radius(diamond)
    count = 1 + lattice_shells(diamond, radius)[1].sum()
    # the Voronoi cells, of volume 1, cover the ball of R − c and lie in the ball of R + c
    assert 4 / 3 * np.pi * (radius - c) ** 3 <= count <= 4 / 3 * np.pi * (radius + c) ** 3
    assert abs(np.linalg.det(primitive_cell(diamond))) == pytest.approx(2.0, rel=1e-14)
    assert not LATTICES[diamond].bravais


@pytest.mark.parametrize("origin", range(8))
def test_shells_from_every_site(diamond, origin):
    """4 neighbours, then 12 and 12: any textbook of solid-state physics."""
    around = textbook_points(7.5) - EDGE * BASIS[origin]
    squares = np.round((around**2).sum(axis=1), 9)
    expected, counts = np.unique(squares[(squares > 0) & (squares <= 25.0)], return_counts=True)
    distances, multiplicities = lattice_shells(diamond, 5.0)
    np.testing.assert_allclose(distances**2, expected, atol=1e-9)  # squares were rounded to 1e-9
    np.testing.assert_array_equal(multiplicities, counts)
    assert tuple(multiplicities[:3]) == (4, 12, 12)
    assert nearest_distance(diamond) == pytest.approx(np.sqrt(3) / 4 * EDGE, rel=1e-14)


def test_no_point_of_space_is_farther_than_the_covering_radius(diamond):
    points = lattice_points(diamond, 4.0)
    anywhere = np.random.default_rng(0).uniform(-EDGE / 2, EDGE / 2, size=(4000, 3))
    nearest = np.linalg.norm(anywhere[:, None] - points, axis=2).min(axis=1)
    assert nearest.max() <= covering_radius(diamond)
    hole = np.linalg.norm(np.full(3, EDGE / 2) - points, axis=1).min()
    assert hole == pytest.approx(covering_radius(diamond), rel=1e-14)


@pytest.mark.parametrize("n0", [3, 5])  # 27 blocks pair by pair, 125 by rows
def test_exact_mean_is_that_of_directly_summed_draws(diamond, n0):
    f = np.diag([1.2, 1.0, 1.0])
    readings = READINGS[:2]
    sampler = Sampler(Blocks(n0, diamond, count="volume"), 5, readings, f[None])
    chunks = sampler.chunks(0, range(80)).moments[:, :, 0]
    for r, reading in enumerate(readings):
        exact = exact_coupling(f, 0.7, n0, reading.positions, reading.domain, diamond)
        drawn = coupling_from_moments(chunks[:, r] * reading.block_volume(1.2), 0.7)
        error = drawn.std(axis=0, ddof=1) / np.sqrt(len(drawn))
        # 21 numbers in each of four cases: beyond 4.5 standard errors once in 1700 times
        assert np.all(np.abs(drawn.mean(axis=0) - exact) <= 4.5 * error)
        assert np.all(error[[0, 3, 5], [0, 3, 5]] < 0.2)


def test_a_draw_is_the_sum_over_its_points(diamond):
    """One draw, unstrained and centred on a point: the 27 nearest, pair by pair."""
    blocks = Blocks(3, diamond, orientation="fixed", offset="none", count="exact")
    drawn = Sampler(blocks, 1, READINGS[3:], np.eye(3)[None]).chunks(0, range(1)).moments[0, 0, 0]
    points = lattice_points(diamond, 4.0)[:27]
    # 27² terms in another order
    np.testing.assert_allclose(drawn, pair_moments(points, "direct") / 27, rtol=1e-12, atol=1e-12)


def test_config(diamond):
    config = config_from_text(CONFIG % "diamond")
    assert config.blocks.lattice == "diamond"
    lattice = Config.model_json_schema()["$defs"]["BlocksSpec"]["properties"]["lattice"]
    assert lattice["anyOf"][0]["enum"] == ["sc", "bcc", "fcc", "hcp", "diamond"]
    with pytest.raises(ConfigError, match=r"diamond \(did you mean diamond\?\); got 'dimond'"):
        config_from_text(CONFIG % "dimond")


def test_config_without_the_record():
    with pytest.raises(ConfigError, match="`lattice` must be sc, bcc, fcc or hcp; got 'diamond'"):
        config_from_text(CONFIG % "diamond")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cosets": ((0, 0, 0), (2, 2, 2))}, "`cosets` must differ and hold the origin"),
        ({"cosets": ((1, 1, 1),)}, "`cosets` must differ and hold the origin"),
        ({"primitive": ((1, 0, 0), (0, 2, 0), (0, 0, 2))}, "`primitive` must map points on points"),
        # three sites of one cube: the one at the corner has two neighbours, the others one
        ({"cosets": ((0, 0, 0), (1, 0, 0), (0, 1, 0))}, "`cosets` must all see the same distances"),
    ],
)
def test_records_that_are_no_such_lattice(change, message):
    fields = {"cosets": ((0, 0, 0),), "primitive": ((2, 0, 0), (0, 2, 0), (0, 0, 2))} | change
    with pytest.raises(PhysicsError, match=message):
        LatticeRecord(**fields, deep_hole=3.0)
