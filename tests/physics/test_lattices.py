"""The lattices of blocks: density, shells, order, deep holes, primitive cells."""

import numpy as np
import pytest

from rsrg.physics.errors import PhysicsError
from rsrg.physics.lattices import (
    LATTICES,
    covering_radius,
    lattice_points,
    lattice_shells,
    nearest_distance,
    primitive_cell,
)

each_lattice = pytest.mark.parametrize("lattice", LATTICES)
# neighbours at the first distances, from any textbook of solid-state physics
COORDINATION = {"sc": (6, 12, 8), "bcc": (8, 6, 12), "fcc": (12, 6, 24), "hcp": (12, 6, 2)}
# edge of the cubic cell, or of the triangles, of blocks of unit volume
EDGE = {"sc": 1.0, "bcc": 2 ** (1 / 3), "fcc": 4 ** (1 / 3), "hcp": 2 ** (1 / 6)}
# the deepest hole in units of the edge: body centre; tetrahedral; octahedral; octahedral, midway
# between the triangle of three A's that holds no B and the layer above
DEEP_HOLE = {
    "sc": (0.5, 0.5, 0.5),
    "bcc": (0.5, 0.25, 0.0),
    "fcc": (0.5, 0.5, 0.5),
    "hcp": (0.0, 1 / np.sqrt(3), np.sqrt(8 / 3) / 4),
}


def test_hcp_is_the_textbook_one():
    """a₁ = a (1, 0, 0), a₂ = a (½, √3/2, 0), c = √(8/3) a, basis 0 and a₁/3 + a₂/3 + c/2."""
    a = EDGE["hcp"]
    cell = a * np.array([[1, 0, 0], [0.5, np.sqrt(0.75), 0], [0, 0, np.sqrt(8 / 3)]])
    whole = np.stack(np.meshgrid(*[np.arange(-9, 10)] * 3, indexing="ij"), -1).reshape(-1, 3)
    twin = np.concatenate([(whole + b) @ cell for b in (np.zeros(3), np.array([1, 1, 1.5]) / 3)])
    twin = twin[np.linalg.norm(twin, axis=1) <= 5.0]
    points = lattice_points("hcp", 5.0)
    assert len(points) == len(twin)
    gaps = np.linalg.norm(points[:, None] - twin, axis=2).min(axis=1)
    assert gaps.max() < 1e-14 * 10  # roundings of numbers up to 5


def test_both_sublattices_of_hcp_see_the_same_distances():
    points = lattice_points("hcp", 9.0)
    other = points[np.argmin(np.abs(np.linalg.norm(points, axis=1) - EDGE["hcp"]) - points[:, 2])]
    assert other[2] != 0.0  # a neighbour in the next layer, so of the other sublattice
    found = np.sort(np.linalg.norm(points - other, axis=1))
    distances, counts = lattice_shells("hcp", 6.0)
    expected = np.concatenate(([0.0], np.repeat(distances, counts.astype(int))))
    np.testing.assert_allclose(found[: len(expected)], expected, atol=1e-13)  # roundings of 9


def test_nearest_distances():
    expected = {"sc": 1.0, "bcc": np.sqrt(3) / 4 ** (1 / 3), "fcc": 2 ** (1 / 6)}
    expected["hcp"] = expected["fcc"]  # both are close packings of the same spheres
    for lattice, distance in expected.items():
        assert nearest_distance(lattice) == pytest.approx(distance, rel=1e-14)  # roots


@each_lattice
def test_one_block_per_unit_volume(lattice):
    radius, c = 100.0, covering_radius(lattice)
    count = 1 + lattice_shells(lattice, radius)[1].sum()
    # the Voronoi cells, of volume 1, cover the ball of R − c and lie in the ball of R + c
    assert 4 / 3 * np.pi * (radius - c) ** 3 <= count <= 4 / 3 * np.pi * (radius + c) ** 3


@each_lattice
def test_shells_are_the_points_counted(lattice):
    points = lattice_points(lattice, 9.3)
    squares = np.round((points**2).sum(axis=1), 9)
    found, counts = np.unique(squares[1:], return_counts=True)
    distances, multiplicities = lattice_shells(lattice, 9.3)
    np.testing.assert_allclose(distances**2, found, atol=1e-9)  # squares were rounded to 1e-9
    np.testing.assert_array_equal(multiplicities, counts)
    assert tuple(multiplicities[:3]) == COORDINATION[lattice]


@each_lattice
def test_shell_at_the_radius_itself_is_in(lattice):
    distances, _ = lattice_shells(lattice, 7.0)
    again, _ = lattice_shells(lattice, distances[5])
    np.testing.assert_array_equal(again, distances[:6])
    assert len(lattice_shells(lattice, 0.5)[0]) == 0  # nearer than any neighbour


@each_lattice
def test_points_come_by_length_then_by_index(lattice):
    points = lattice_points(lattice, 5.0)
    rounded = np.round(points, 9) + 0.0
    keys = [(round(float(row @ row), 9), *r) for row, r in zip(points, rounded, strict=True)]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


@each_lattice
def test_points_are_a_lattice(lattice):
    points = lattice_points(lattice, 4.0)
    cell = primitive_cell(lattice)
    blocks = 2 if lattice == "hcp" else 1
    np.testing.assert_allclose(abs(np.linalg.det(cell)), blocks, rtol=1e-14)
    if lattice == "hcp":  # one of its two sublattices, and cells hold one of each
        layer = np.rint(points[:, 2] / (0.5 * cell[2, 2])) % 2
        assert abs(layer.mean() - 0.5) < 0.1  # a ball of 300 points
        points = points[layer == 0]
    whole = points @ np.linalg.inv(cell)
    np.testing.assert_allclose(whole, np.rint(whole), atol=1e-13)  # numbers up to 10
    for row in cell:
        assert np.isclose(points, row, rtol=0, atol=1e-14).all(axis=1).any()


@each_lattice
def test_no_point_of_space_is_farther_than_the_covering_radius(lattice):
    points, edge = lattice_points(lattice, 4.0), EDGE[lattice]
    anywhere = np.random.default_rng(0).uniform(-edge / 2, edge / 2, size=(4000, 3))
    nearest = np.linalg.norm(anywhere[:, None] - points, axis=2).min(axis=1)
    assert nearest.max() <= covering_radius(lattice)
    hole = edge * np.array(DEEP_HOLE[lattice])
    depth = np.linalg.norm(hole - points, axis=1).min()
    np.testing.assert_allclose(depth, covering_radius(lattice), rtol=1e-14)


def test_unknown_lattice():
    for function in (covering_radius, primitive_cell):
        with pytest.raises(
            PhysicsError, match="`lattice` must be one of sc, bcc, fcc, hcp; got 'hex'"
        ):
            function("hex")
    for function in (lattice_points, lattice_shells):
        with pytest.raises(
            PhysicsError, match="`lattice` must be one of sc, bcc, fcc, hcp; got 'hex'"
        ):
            function("hex", 2.0)
