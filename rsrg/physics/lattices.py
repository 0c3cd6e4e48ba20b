"""Lattices of block centres, one block per unit volume: sc, bcc, fcc, and hcp with c/a = √(8/3).

Each is a union of cosets of an orthogonal lattice: x = unit (√w₁ z₁, √w₂ z₂, √w₃ z₃), z whole
numbers, z = coset modulo period. So points and shells of all of them come from one description,
`LatticeRecord`. A lattice of one's own is one more record: LATTICES["diamond"] = LatticeRecord(…).
hcp has a basis of two; inversion maps one sublattice on the other, so both see the same distances.
The origin is always a point.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rsrg.physics.arguments import check_word
from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError

Lattice = str  # a name in LATTICES
Triple = tuple[int, int, int]


@dataclass(frozen=True)
class LatticeRecord:
    """A lattice: |x|² = unit² Σ w z², over the z that agree with a coset modulo the period.

    cosets: residues of z; the first is the origin. primitive: primitive vectors as rows, in z.
    deep_hole: (distance from the deepest hole to the nearest points)², in unit².
    harmonic_degrees, harmonic_axes: the even polynomials that tell rotations of the lattice apart,
    and along which columns of the rotation: for a cubic lattice along its three axes, for hcp
    along c (see `ensemble.harmonics`).

    Raises PhysicsError where a primitive vector does not map points on points, or not all points
    see the same distances: the exact mean of a lattice sum counts displacements from one of them.
    """

    cosets: tuple[Triple, ...]
    primitive: tuple[Triple, Triple, Triple]
    deep_hole: float
    period: Triple = (2, 2, 2)
    weights: Triple = (1, 1, 1)
    harmonic_degrees: tuple[int, ...] = (4, 6, 8)
    harmonic_axes: tuple[int, ...] = (0, 1, 2)

    def __post_init__(self) -> None:
        points = Counter(self._residues(self.cosets))
        if max(points.values()) > 1 or (0, 0, 0) not in points:
            raise PhysicsError(f"`cosets` must differ and hold the origin; got {self.cosets!r}")
        for row in self.primitive:
            if Counter(self._residues(self._shifted(row))) != points:
                raise PhysicsError(f"`primitive` must map points on points; got {row!r}")
        distances = [self._distances(coset) for coset in self.cosets]
        for coset, own in zip(self.cosets, distances, strict=True):
            if own != distances[0]:
                raise PhysicsError(
                    "`cosets` must all see the same distances; got others from "
                    f"{coset} than from {self.cosets[0]}"
                )

    def _residues(self, points: Iterable[Triple]) -> list[tuple[int, ...]]:
        return [tuple(z % p for z, p in zip(q, self.period, strict=True)) for q in points]

    def _shifted(self, by: Triple) -> list[Triple]:
        return [(a + by[0], b + by[1], c + by[2]) for a, b, c in self.cosets]

    def _distances(self, origin: Triple) -> Counter[tuple[tuple[int, ...], ...]]:
        """The cosets of displacements from a point, those equal that have the same distances."""
        a, b, c = origin
        folded = (
            [(w, p, min(z, p - z)) for w, p, z in zip(self.weights, self.period, q, strict=True)]
            for q in self._residues(self._shifted((-a, -b, -c)))
        )
        return Counter(tuple(sorted(axes)) for axes in folded)

    @cached_property
    def unit(self) -> float:
        """The length that gives each point unit volume."""
        cell = np.prod(self.period) * np.sqrt(np.prod(self.weights))
        return float(len(self.cosets) ** (1.0 / 3.0) / np.cbrt(cell))

    @cached_property
    def bravais(self) -> bool:
        """Whether the primitive cell holds one point only."""
        volume = abs(round(float(np.linalg.det(self.primitive))))
        return volume * len(self.cosets) == np.prod(self.period)


LATTICES: dict[str, LatticeRecord] = {
    "sc": LatticeRecord(
        cosets=((0, 0, 0),),
        primitive=((2, 0, 0), (0, 2, 0), (0, 0, 2)),
        deep_hole=3.0,  # the body centre
    ),
    "bcc": LatticeRecord(
        cosets=((0, 0, 0), (1, 1, 1)),
        primitive=((-1, 1, 1), (1, -1, 1), (1, 1, -1)),
        deep_hole=1.25,  # (½, ¼, 0) of the cube
    ),
    "fcc": LatticeRecord(
        cosets=((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)),
        primitive=((0, 1, 1), (1, 0, 1), (1, 1, 0)),
        deep_hole=1.0,  # octahedral
    ),
    # layers A (z₃ even) and B (odd) of triangles with edge 2 √3 unit, √8 unit apart
    "hcp": LatticeRecord(
        cosets=((0, 0, 0), (1, 3, 0), (1, 1, 1), (0, 4, 1)),
        primitive=((2, 0, 0), (1, 3, 0), (0, 0, 2)),
        deep_hole=6.0,  # octahedral
        period=(2, 6, 2),
        weights=(3, 1, 8),
        harmonic_degrees=(2, 4, 6, 8),
        harmonic_axes=(2,),
    ),
}


def lattice_record(lattice: str) -> LatticeRecord:
    """The record of a lattice. Raises PhysicsError, listing the known names, for an unknown one."""
    check_word("lattice", lattice, LATTICES)
    return LATTICES[lattice]


def nearest_distance(lattice: str) -> float:
    """The distance of nearest neighbours, in block sizes: 1 (sc), 3^½/4^⅓ (bcc), 2^⅙ (fcc, hcp)."""
    return float(lattice_shells(lattice, 1.5)[0][0])


def lattice_points(lattice: str, radius: float) -> Array:
    """All lattice points with |x| ≤ radius, (n, 3), in a fixed order: by |x|², then by index.

    Radius in units of the block size. The order is the tie-break of `count: exact`. Raises
    PhysicsError for an unknown lattice.
    """
    record = lattice_record(lattice)
    axes = record.unit * np.sqrt(record.weights)
    reach = np.ceil(radius / axes).astype(int) + 1
    cosets = []
    for coset in record.cosets:
        ranges = [
            np.arange(-r, r + 1)[np.arange(-r, r + 1) % period == residue]
            for r, period, residue in zip(reach, record.period, coset, strict=True)
        ]
        grid = np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1).reshape(-1, 3)
        squares = grid**2 @ np.array(record.weights)
        cosets.append(grid[squares * record.unit**2 <= radius**2])
    z = np.concatenate(cosets)
    order = np.lexsort((z[:, 2], z[:, 1], z[:, 0], z**2 @ np.array(record.weights)))
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


def lattice_shells(lattice: str, radius: float) -> tuple[Array, Array]:
    """Distances |d| ≤ radius of all displacements d ≠ 0 from a point, and how many have each.

    Returns (distances, multiplicities), both (n_shells,), ascending. The same from every point.
    Counted by theta series (number of ways to write m as a weighted sum of three squares), never
    by listing points. Raises PhysicsError for an unknown lattice.
    """
    record = lattice_record(lattice)
    length = int((radius / record.unit) ** 2 * (1.0 + 1e-12)) + 1
    counts = np.zeros(length)
    for coset in record.cosets:
        series = np.zeros(length)
        series[0] = 1.0
        for residue, period, weight in zip(coset, record.period, record.weights, strict=True):
            series = _times_theta(series, residue, period, weight)
        counts += series
    shells = np.flatnonzero(counts)[1:]
    return record.unit * np.sqrt(shells), counts[shells]


def covering_radius(lattice: str) -> float:
    """The farthest that a point of space can be from its nearest lattice point, in block sizes.

    Raises PhysicsError for an unknown lattice.
    """
    record = lattice_record(lattice)
    return float(record.unit * np.sqrt(record.deep_hole))


def primitive_cell(lattice: str) -> Array:
    """Primitive vectors as rows, (3, 3), in block sizes: a uniform offset is u @ primitive_cell.

    |det| is the number of blocks in the cell: 1 for a Bravais lattice, for hcp 2. Raises
    PhysicsError for an unknown lattice.
    """
    record = lattice_record(lattice)
    return record.unit * np.array(record.primitive) * np.sqrt(record.weights)


def site_cell(lattice: str) -> Array:
    """Rows, (3, 3), of which all points are integer combinations.

    The primitive vectors; for a lattice such as hcp, which is no Bravais lattice, those of a finer
    one, of which its points are some.
    """
    record = lattice_record(lattice)
    if record.bravais:
        return primitive_cell(lattice)
    return np.diag(record.unit * np.sqrt(record.weights))
