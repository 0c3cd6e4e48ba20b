"""Lattices of block centres, one block per unit volume: sc, bcc, fcc, and hcp with c/a = √(8/3).

Each is a union of cosets of an orthogonal lattice: x = unit (√w₁ z₁, √w₂ z₂, √w₃ z₃), z whole
numbers, z = coset modulo period. So points and shells of all four come from one description. hcp is
a lattice with a basis of two; inversion maps one sublattice on the other, so both see the same
distances, and the origin is a point of one of them.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError

Lattice = Literal["sc", "bcc", "fcc", "hcp"]
LATTICES: tuple[Lattice, ...] = get_args(Lattice)
Triple = tuple[int, int, int]


@dataclass(frozen=True)
class _Cosets:
    """|x|² = unit² Σ w z², over the z that agree with a coset modulo the period."""

    cosets: tuple[Triple, ...]
    period: Triple = (2, 2, 2)
    weights: Triple = (1, 1, 1)

    @cached_property
    def unit(self) -> float:
        """The length that gives each point unit volume."""
        cell = np.prod(self.period) * np.sqrt(np.prod(self.weights))
        return float(len(self.cosets) ** (1.0 / 3.0) / np.cbrt(cell))


_COSETS: dict[Lattice, _Cosets] = {
    "sc": _Cosets(((0, 0, 0),)),
    "bcc": _Cosets(((0, 0, 0), (1, 1, 1))),
    "fcc": _Cosets(((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0))),
    # layers A (z₃ even) and B (odd) of triangles with edge 2 √3 unit, √8 unit apart
    "hcp": _Cosets(((0, 0, 0), (1, 3, 0), (1, 1, 1), (0, 4, 1)), (2, 6, 2), (3, 1, 8)),
}


def _cosets(lattice: Lattice) -> _Cosets:
    if lattice not in LATTICES:
        raise PhysicsError(f"`lattice` must be one of {', '.join(LATTICES)}; got {lattice!r}")
    return _COSETS[lattice]


def nearest_distance(lattice: Lattice) -> float:
    """The distance of nearest neighbours, in block sizes: 1, 3^½/4^⅓, 2^⅙, 2^⅙."""
    return float(lattice_shells(lattice, 1.5)[0][0])


def lattice_points(lattice: Lattice, radius: float) -> Array:
    """All lattice points with |x| ≤ radius, (n, 3), in a fixed order: by |x|², then by index.

    Radius in units of the block size. The order is the tie-break of `count: exact`.
    """
    form = _cosets(lattice)
    axes = form.unit * np.sqrt(form.weights)
    reach = np.ceil(radius / axes).astype(int) + 1
    found = []
    for coset in form.cosets:
        ranges = [
            np.arange(-r, r + 1)[np.arange(-r, r + 1) % period == residue]
            for r, period, residue in zip(reach, form.period, coset, strict=True)
        ]
        grid = np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1).reshape(-1, 3)
        squares = grid**2 @ np.array(form.weights)
        found.append(grid[squares * form.unit**2 <= radius**2])
    z = np.concatenate(found)
    order = np.lexsort((z[:, 2], z[:, 1], z[:, 0], z**2 @ np.array(form.weights)))
    return np.ascontiguousarray(z[order] * axes)


def _times_theta(series: Array, residue: int, period: int, weight: int) -> Array:
    """The product of a series with Σ_z q^(w z²), z = residue modulo period, cut to its length."""
    result = np.zeros_like(series)
    most = int(np.sqrt(len(series) / weight)) + 1
    z = np.arange(-most, most + 1)
    powers = weight * z[z % period == residue] ** 2
    for m, count in zip(*np.unique(powers[powers < len(series)], return_counts=True), strict=True):
        result[m:] += count * series[: len(series) - m]
    return result


def lattice_shells(lattice: Lattice, radius: float) -> tuple[Array, Array]:
    """Distances |d| ≤ radius of all displacements d ≠ 0 from a point, and how many have each.

    Returns (distances, multiplicities), both (n_shells,), ascending. The same from every point,
    also for hcp. Counted by theta series (number of ways to write m as a weighted sum of three
    squares), never by listing points.
    """
    form = _cosets(lattice)
    length = int((radius / form.unit) ** 2 * (1.0 + 1e-12)) + 1
    counts = np.zeros(length)
    for coset in form.cosets:
        series = np.zeros(length)
        series[0] = 1.0
        for residue, period, weight in zip(coset, form.period, form.weights, strict=True):
            series = _times_theta(series, residue, period, weight)
        counts += series
    shells = np.flatnonzero(counts)[1:]
    return form.unit * np.sqrt(shells), counts[shells]


def covering_radius(lattice: Lattice) -> float:
    """No point of space is farther than this from a lattice point (units of block size)."""
    # squares of the deepest hole: body centre; (½, ¼, 0) of the cube; octahedral (fcc and hcp)
    deep_hole = {"sc": 3.0, "bcc": 1.25, "fcc": 1.0, "hcp": 6.0}
    return float(_cosets(lattice).unit * np.sqrt(deep_hole[lattice]))


def primitive_cell(lattice: Lattice) -> Array:
    """Primitive vectors as rows, (3, 3): a uniform offset is u @ primitive_cell.

    |det| is the number of blocks in the cell: 1, for hcp 2.
    """
    form = _cosets(lattice)
    rows = {
        "sc": [[2, 0, 0], [0, 2, 0], [0, 0, 2]],
        "bcc": [[-1, 1, 1], [1, -1, 1], [1, 1, -1]],
        "fcc": [[0, 1, 1], [1, 0, 1], [1, 1, 0]],
        "hcp": [[2, 0, 0], [1, 3, 0], [0, 0, 2]],
    }
    return form.unit * np.array(rows[lattice]) * np.sqrt(form.weights)


def site_cell(lattice: Lattice) -> Array:
    """Rows, (3, 3), of which all points are integer combinations.

    The primitive vectors; for hcp, which is no Bravais lattice, those of a finer one, of which its
    points are some.
    """
    if lattice != "hcp":
        return primitive_cell(lattice)
    form = _cosets(lattice)
    return np.diag(form.unit * np.sqrt(form.weights))
