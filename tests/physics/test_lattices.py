"""The three Bravais lattices: density, shells, order, deep holes, primitive cells."""

import numpy as np
import pytest

from rsrg.physics.errors import PhysicsError
from rsrg.physics.lattices import (
    LATTICES,
    cell_edge,
    covering_radius,
    lattice_points,
    lattice_shells,
    primitive_cell,
)

each_lattice = pytest.mark.parametrize("lattice", LATTICES)
# neighbours at the first distances, from any textbook of solid-state physics
COORDINATION = {"sc": (6, 12, 8), "bcc": (8, 6, 12), "fcc": (12, 6, 24)}
# the deepest hole in units of the cubic cell: body centre; tetrahedral; octahedral
DEEP_HOLE = {"sc": (0.5, 0.5, 0.5), "bcc": (0.5, 0.25, 0.0), "fcc": (0.5, 0.5, 0.5)}


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
    z = lattice_points(lattice, 5.0) / (0.5 * cell_edge(lattice))
    index = np.rint(z).astype(int)
    np.testing.assert_allclose(z, index, atol=1e-13)  # one multiplication and one division
    keys = [((row**2).sum(), *row) for row in index]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


@each_lattice
def test_points_are_a_lattice(lattice):
    points = lattice_points(lattice, 4.0)
    cell = primitive_cell(lattice)
    np.testing.assert_allclose(abs(np.linalg.det(cell)), 1.0, rtol=1e-14)
    whole = points @ np.linalg.inv(cell)
    np.testing.assert_allclose(whole, np.rint(whole), atol=1e-13)  # numbers up to 10
    for row in cell:
        assert np.isclose(points, row, rtol=0, atol=1e-14).all(axis=1).any()


@each_lattice
def test_no_point_of_space_is_farther_than_the_covering_radius(lattice):
    points, edge = lattice_points(lattice, 4.0), cell_edge(lattice)
    anywhere = np.random.default_rng(0).uniform(-edge / 2, edge / 2, size=(4000, 3))
    nearest = np.linalg.norm(anywhere[:, None] - points, axis=2).min(axis=1)
    assert nearest.max() <= covering_radius(lattice)
    hole = edge * np.array(DEEP_HOLE[lattice])
    depth = np.linalg.norm(hole - points, axis=1).min()
    np.testing.assert_allclose(depth, covering_radius(lattice), rtol=1e-14)


def test_unknown_lattice():
    for function in (cell_edge, covering_radius, primitive_cell):
        with pytest.raises(PhysicsError, match="`lattice` must be one of sc, bcc, fcc; got 'hcp'"):
            function("hcp")
    for function in (lattice_points, lattice_shells):
        with pytest.raises(PhysicsError, match="`lattice` must be one of sc, bcc, fcc; got 'hcp'"):
            function("hcp", 2.0)
