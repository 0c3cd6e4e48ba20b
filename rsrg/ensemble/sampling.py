"""Pair moments of one chunk of draws, at every reading and strain, and their exact means.

The same draws serve all readings and strains (common random numbers), and an unstrained sphere,
the control variate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np

from rsrg.ensemble.draws import Blocks, draw_chunk, offset_reach
from rsrg.ensemble.windows import draw_windows
from rsrg.physics.arrays import Array
from rsrg.physics.haar_mean import body_radius, haar_mean_moments
from rsrg.physics.lattices import Lattice, covering_radius, lattice_points, site_cell
from rsrg.physics.readings import Reading
from rsrg.sums.batch import Cases, batch_moments, needed_radius
from rsrg.sums.window_batch import window_moments, window_reach

CANDIDATE_BYTES = 120  # a lattice point: its place twice, its sites, while they are listed
WINDOW_BYTES = 1000  # a block of a packing, in the windows of a chunk


@dataclass(frozen=True)
class Sampler:
    """All that a chunk needs: blocks, seed, readings, and deformations F, (strains, 3, 3)."""

    blocks: Blocks
    seed: int
    readings: tuple[Reading, ...]
    deformations: Array

    @cached_property
    def cases(self) -> Cases:
        """One case per (reading, strain), in that order, and last the unstrained sphere."""
        n0, one = self.blocks.n0, np.eye(3)
        rows = [_case(n0, r, f) for r in self.readings for f in self.deformations]
        rows.append((one, one, body_radius(n0, 1.0, Reading("fixed", "sphere"))))
        place, measure, radius = zip(*rows, strict=True)
        return Cases(np.array(place), np.array(measure), np.array(radius))

    @cached_property
    def points(self) -> Array:
        """Lattice points enough for every case and offset, in the order that breaks ties."""
        lattice = cast(Lattice, self.blocks.lattice)
        reach = needed_radius(self.cases, covering_radius(lattice), offset_reach(self.blocks))
        return lattice_points(lattice, reach)

    def memory_bytes(self) -> float:
        """What one configuration takes besides the results: candidates of a lattice, and rows."""
        if not self.blocks.perfect:
            return float(WINDOW_BYTES * self.blocks.n0**3)
        lattice = cast(Lattice, self.blocks.lattice)
        reach = needed_radius(self.cases, covering_radius(lattice), offset_reach(self.blocks))
        return float(CANDIDATE_BYTES * 4.0 * np.pi / 3.0 * reach**3)

    def chunk(self, step: int, chunk: int) -> tuple[Array, Array]:
        """Chunk means of Σ_{s≠s'} nnnn / r³ per block: (readings, strains, 15), control (15,)."""
        sums = self._lattices(step, chunk) if self.blocks.perfect else self._windows(step, chunk)
        per_block = sums.mean(axis=0) / self.blocks.n0**3
        shape = (len(self.readings), len(self.deformations), 15)
        return per_block[:-1].reshape(shape), per_block[-1]

    def _lattices(self, step: int, chunk: int) -> Array:
        """Σ_{s≠s'} nnnn / r³ of each draw of a lattice and case, (CHUNK, cases, 15)."""
        b = self.blocks
        rotations, offsets = draw_chunk(b, self.seed, step, chunk)
        lattice = cast(Lattice, b.lattice)
        return batch_moments(
            self.points,
            site_cell(lattice).T,
            covering_radius(lattice),
            rotations,
            offsets,
            self.cases,
            b.n0**3,
            b.count,
        )

    def _windows(self, step: int, chunk: int) -> Array:
        """The same of draws that each have points of their own."""
        b = self.blocks
        reach = window_reach(self.cases, b.n0**3)
        rotations, windows = draw_windows(b, reach, self.seed, step, chunk)
        return window_moments(windows, reach, rotations, self.cases, b.n0**3, b.count)


def _case(n0: int, reading: Reading, f: Array) -> tuple[Array, Array, float]:
    """Place A, measure B and body radius of a reading: blocks at A x, body |B x| ≤ radius.

    |F⁻¹y| (ellipsoid) or |y| (sphere) of the position y = A x, with A = 1 (fixed) or F (affine).
    """
    one = np.eye(3)
    place = f if reading.positions == "affine" else one
    measure = np.asarray(np.linalg.solve(f, place)) if reading.domain == "ellipsoid" else place
    return place, measure, body_radius(n0, float(np.linalg.det(f)), reading)


def exact_means(blocks: Blocks, readings: Sequence[Reading], deformations: Array) -> Array:
    """The exact mean of what `Sampler.chunk` samples, (readings, strains, 15).

    Holds for a lattice with Haar orientation, random offset and `count: volume`. Raises as
    `haar_mean_moments`.
    """
    means = np.empty((len(readings), len(deformations), 15))
    for i, reading in enumerate(readings):
        for j, f in enumerate(deformations):
            volume = reading.block_volume(float(np.linalg.det(f)))
            lattice = cast(Lattice, blocks.lattice)
            means[i, j] = haar_mean_moments(f, blocks.n0, reading, lattice) / volume
    return means
