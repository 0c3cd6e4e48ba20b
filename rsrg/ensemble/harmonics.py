"""What a draw's rotation by itself says about its sum: controls of known mean that cost no pairs.

For a direction a, fixed in space, and the axes e_i of the lattice in a draw (the three cube axes,
or the c axis of hcp), p_d(a) = Σ_i (a·e_i)^d. Over Haar-random rotations its mean is (number of
axes)/(d + 1). For a cube, d = 4, 6, 8 span the cubic harmonics K₄, K₆, K₈ along a: the
sums of blocks cut by a strained body depend on them through the principal axes of the strain.

p_d(a) is linear in Σ_i of the monomials of degree d in the components of e_i, which do not depend
on the strain: those are what is averaged over a chunk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import factorial, prod
from typing import Self

import numpy as np

from rsrg.ensemble.blocks import CHUNK, Blocks
from rsrg.ensemble.draws import chunk_rng, draw_rotations
from rsrg.physics.arrays import Array
from rsrg.physics.lattices import lattice_record
from rsrg.physics.readings import Positions
from rsrg.physics.symmetry import EQUAL_STRETCH

ChunksPerSeed = Sequence[tuple[int, int]]  # (seed, how many chunks of each step it drew)

AT_ONCE = 256  # chunks whose rotations are raised to powers together: a few MB


@dataclass(frozen=True)
class Harmonics:
    """Chunk means of Σ_i of all monomials, (steps, chunks, monomials), of a turned lattice."""

    lattice: str
    means: Array

    @classmethod
    def draw(cls, blocks: Blocks, chunks_per_seed: ChunksPerSeed, steps: int) -> Self | None:
        """Those of a run, drawn again from its seeds. None where no lattice was turned."""
        if blocks.lattice is None or blocks.orientation != "haar":
            return None
        places = [
            (seed, step, chunk)
            for step in range(steps)
            for seed, chunks in chunks_per_seed
            for chunk in range(chunks)
        ]
        record, rows = lattice_record(blocks.lattice), []
        for first in range(0, len(places), AT_ONCE):
            some = places[first : first + AT_ONCE]
            rngs = (chunk_rng(*place) for place in some)
            turned = draw_rotations(blocks, rngs).reshape(len(some), CHUNK, 3, 3)
            rows.append(
                _monomials(np.take(turned, record.harmonic_axes, axis=-1), record.harmonic_degrees)
            )
        total = sum(chunks for _, chunks in chunks_per_seed)
        return cls(blocks.lattice, np.concatenate(rows).reshape(steps, total, -1))

    @property
    def names(self) -> list[str]:
        """The monomials, such as xxyy."""
        rows = (e for d in lattice_record(self.lattice).harmonic_degrees for e in _exponents(d))
        return ["x" * p + "y" * q + "z" * r for p, q, r in rows]

    def controls(self, directions: Array) -> Array:
        """p_d(a) less its mean, (steps, chunks, degrees × directions); a as rows, (n, 3)."""
        record = lattice_record(self.lattice)
        count = len(record.harmonic_axes)
        columns, first = [np.empty((*self.means.shape[:-1], 0))], 0
        for d in record.harmonic_degrees:
            exponents, many = np.array(_exponents(d)), _multinomials(d)
            weights = many * np.prod(directions[:, None] ** exponents, axis=-1)
            sums = self.means[..., first : first + len(exponents)] @ weights.T
            columns.append(sums - count / (d + 1))
            first += len(exponents)
        return np.concatenate(columns, axis=-1)


@cache
def _exponents(degree: int) -> list[tuple[int, int, int]]:
    rows = [(p, q) for p in range(degree, -1, -1) for q in range(degree - p, -1, -1)]
    return [(p, q, degree - p - q) for p, q in rows]


@cache
def _multinomials(degree: int) -> list[int]:
    """How often each monomial is in (x + y + z)^degree."""
    return [factorial(degree) // prod(factorial(k) for k in e) for e in _exponents(degree)]


def _monomials(axes: Array, which: tuple[int, ...]) -> Array:
    """Means over draws of Σ_i of each monomial, (chunks, monomials); axes (chunks, draws, 3, i)."""
    components = np.ascontiguousarray(np.moveaxis(axes, 2, 0)).reshape(3, len(axes), -1)
    powers = [np.ones_like(components)]
    for _ in range(max(which)):
        powers.append(powers[-1] * components)
    columns = [
        np.einsum("cd,cd,cd->c", powers[p][0], powers[q][1], powers[r][2])
        for p, q, r in (e for d in which for e in _exponents(d))
    ]
    return np.stack(columns, axis=-1) / CHUNK


def strain_axes(deformation: Array, positions: Positions) -> Array:
    """The directions that a strain singles out, as rows: none, the odd axis of two equal, or three.

    Of F·sphere where the blocks stay; where they move, x = F R z, of the stretch before: FᵀF.
    """
    left, stretches, right = np.linalg.svd(deformation)
    axes = right if positions == "affine" else left.T
    first, last = -np.diff(np.log(stretches)) < EQUAL_STRETCH
    if first and last:
        return np.empty((0, 3))
    if first or last:
        return axes[2:] if first else axes[:1]
    return np.asarray(axes)
