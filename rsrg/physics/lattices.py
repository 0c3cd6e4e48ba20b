"""Bravais lattices of block centres, one block per unit volume: sc, bcc, fcc.

Each lattice is a union of cosets of (2Z)³ in units of half its cubic cell, so that points and
shells of all three come from one description.
"""

from typing import Literal, get_args

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError

Lattice = Literal["sc", "bcc", "fcc"]
LATTICES: tuple[Lattice, ...] = get_args(Lattice)

_COSETS: dict[Lattice, tuple[tuple[int, int, int], ...]] = {
    "sc": ((0, 0, 0),),
    "bcc": ((0, 0, 0), (1, 1, 1)),
    "fcc": ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)),
}


def _cosets(lattice: Lattice) -> tuple[tuple[int, int, int], ...]:
    if lattice not in LATTICES:
        raise PhysicsError(f"`lattice` must be one of {', '.join(LATTICES)}; got {lattice!r}")
    return _COSETS[lattice]


def cell_edge(lattice: Lattice) -> float:
    """Edge of the cubic cell when each block has unit volume: (blocks per cell)^(1/3)."""
    return float(len(_cosets(lattice)) ** (1.0 / 3.0))


def lattice_points(lattice: Lattice, radius: float) -> Array:
    """All lattice points with |x| ≤ radius, (n, 3), in a fixed order: by |x|², then by index.

    Radius in units of the block size. The order is the tie-break of `count: exact`.
    """
    half = 0.5 * cell_edge(lattice)
    reach = int(np.ceil(radius / half)) + 1
    whole = np.arange(-reach, reach + 1)
    found = []
    for coset in _cosets(lattice):
        axes = [whole[whole % 2 == parity] for parity in coset]
        grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
        found.append(grid[(grid**2).sum(axis=1) * half**2 <= radius**2])
    z = np.concatenate(found)
    order = np.lexsort((z[:, 2], z[:, 1], z[:, 0], (z**2).sum(axis=1)))
    return np.ascontiguousarray(z[order] * half)


def _theta(parity: int, length: int) -> Array:
    """Theta series of the integers of one parity: how many z have z² = m, m < length."""
    z = np.arange(-int(np.sqrt(length)) - 1, int(np.sqrt(length)) + 2)
    squares = z[z % 2 == parity] ** 2
    return np.bincount(squares[squares < length], minlength=length).astype(np.float64)


def _times_theta(series: Array, parity: int) -> Array:
    """The product of a series with the theta series of one parity, cut to its length."""
    result = np.zeros_like(series)
    theta = _theta(parity, len(series))
    for m in np.flatnonzero(theta):
        result[m:] += theta[m] * series[: len(series) - m]
    return result


def lattice_shells(lattice: Lattice, radius: float) -> tuple[Array, Array]:
    """Distances |d| ≤ radius of the non-zero lattice vectors, and how many have each.

    Returns (distances, multiplicities), both (n_shells,), ascending. Counted by theta series
    (number of ways to write m as a sum of three squares), never by listing points.
    """
    half = 0.5 * cell_edge(lattice)
    length = int((radius / half) ** 2 * (1.0 + 1e-12)) + 1
    counts = np.zeros(length)
    for a, b, c in _cosets(lattice):
        counts += _times_theta(_times_theta(_theta(a, length), b), c)
    shells = np.flatnonzero(counts)[1:]
    return half * np.sqrt(shells), counts[shells]


def covering_radius(lattice: Lattice) -> float:
    """No point of space is farther than this from a lattice point (units of block size)."""
    deep_hole = {"sc": np.sqrt(3.0) / 2.0, "bcc": np.sqrt(5.0) / 4.0, "fcc": 0.5}
    _cosets(lattice)
    return float(cell_edge(lattice) * deep_hole[lattice])


def primitive_cell(lattice: Lattice) -> Array:
    """Primitive vectors as rows, (3, 3), |det| = 1: a uniform offset is u @ primitive_cell."""
    half = 0.5 * cell_edge(lattice)
    rows = {
        "sc": [[2, 0, 0], [0, 2, 0], [0, 0, 2]],
        "bcc": [[-1, 1, 1], [1, -1, 1], [1, 1, -1]],
        "fcc": [[0, 1, 1], [1, 0, 1], [1, 1, 0]],
    }
    _cosets(lattice)
    return half * np.array(rows[lattice], dtype=np.float64)
