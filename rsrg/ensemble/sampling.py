"""Pair moments of chunks of draws, at every reading and strain, and their exact means.

The same draws serve all readings and strains (common random numbers), and the controls: an
unstrained sphere, and the bodies of fixed volume, whose exact mean is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import cast

import numpy as np

from rsrg.ensemble.blocks import CHUNK, Blocks
from rsrg.ensemble.cases import case_bodies, lattice_reach
from rsrg.ensemble.draws import draw_chunks
from rsrg.ensemble.windows import draw_windows
from rsrg.physics.arrays import Array
from rsrg.physics.haar_mean import RTOL, haar_mean_moments
from rsrg.physics.lattices import Lattice, covering_radius, lattice_points, site_cell
from rsrg.physics.readings import Reading
from rsrg.sums.batch import batch_means
from rsrg.sums.bodies import Bodies
from rsrg.sums.lattice_points import LatticePoints
from rsrg.sums.window_batch import window_moments, window_reach

CONTROL_RTOL = 1e-6  # of a control's mean: far below errors, ten times faster than 1e-9
LATTICES_KEPT = 4  # the points of one, at N0 = 100, take 0.1 GB
ELONGATION = 200.0  # N0 × ratio of stretches: beyond, the exact mean takes longer than 0.1 s


@dataclass(frozen=True)
class ChunkMoments:
    """Means of Σ_{s≠s'} nnnn / r³ per block over the draws of each chunk.

    moments: (chunks, readings, strains, 15). unstrained: of the unstrained sphere, (chunks, 15).
    volume: as moments, of the same draws with `count: volume`; number: how many blocks these are,
    over N0³, (chunks, readings, strains). Both None where they are no `Blocks.volume_control`.
    """

    moments: Array
    unstrained: Array
    volume: Array | None = None
    number: Array | None = None


@dataclass(frozen=True)
class Sampler:
    """All that draws need: blocks, seed, readings, and deformations F, (strains, 3, 3)."""

    blocks: Blocks
    seed: int
    readings: tuple[Reading, ...]
    deformations: Array

    @cached_property
    def bodies(self) -> Bodies:
        """One case per (reading, strain), in that order, and last the unstrained sphere."""
        return case_bodies(self.blocks.n0, self.readings, self.deformations)

    @property
    def lattice(self) -> LatticePoints:
        """Lattice points enough for every case and offset, in the order that breaks ties."""
        return points_within(cast(Lattice, self.blocks.lattice), self._reach)

    @cached_property
    def _reach(self) -> float:
        return lattice_reach(self.blocks, self.bodies)

    def chunks(self, step: int, chunks: range) -> ChunkMoments:
        """The means of some chunks, summed in one call."""
        if not self.blocks.perfect:
            return self._moments(self._window_means(step, chunks))
        n, count = self.blocks.n0**3, self.blocks.count
        controlled = len(self.bodies) - 1 if self.blocks.volume_control else 0  # not the sphere
        drawn = draw_chunks(self.blocks, self.seed, step, chunks)
        means = batch_means(self.lattice, *drawn, self.bodies, n, count, CHUNK, controlled)
        return self._moments(*means[: 3 if controlled else 1])

    def require_room(self) -> None:
        """Place the blocks of the first chunk, where they come from a sample or are packed.

        Raises PhysicsError where a sample of positions is too small for the super block.
        """
        if not self.blocks.perfect:
            reach = window_reach(self.bodies, self.blocks.n0**3)
            draw_windows(self.blocks, reach, self.seed, 0, range(1))

    def _moments(self, sums: Array, *volume: Array) -> ChunkMoments:
        """Means of sums, (chunks, cases, 15), as means per block; the sums are overwritten.

        The last case is the unstrained sphere. volume: the sums of `count: volume` and the numbers
        of their blocks, without that case.
        """
        chunks, cases = len(sums), (len(self.readings), len(self.deformations))
        for array in (sums, *volume):
            array /= self.blocks.n0**3
        parts = np.ascontiguousarray(sums[:, :-1]), *volume  # quicker to send than a view
        moments, *controls = (part.reshape(chunks, *cases, *part.shape[2:]) for part in parts)
        return ChunkMoments(moments, sums[:, -1].copy(), *controls)

    def _window_means(self, step: int, chunks: range) -> Array:
        """Σ_{s≠s'} nnnn / r³ of draws that each have points of their own, (chunks, cases, 15)."""
        b = self.blocks
        reach = window_reach(self.bodies, b.n0**3)
        rotations, windows = draw_windows(b, reach, self.seed, step, chunks)
        sums = window_moments(windows, reach, rotations, self.bodies, b.n0**3, b.count)
        return np.asarray(sums.reshape(-1, CHUNK, *sums.shape[1:]).mean(axis=1))


@lru_cache(maxsize=LATTICES_KEPT)
def points_within(lattice: Lattice, reach: float) -> LatticePoints:
    """The points of a lattice with |z| ≤ reach: runs that differ in seed or glass share them."""
    points = lattice_points(lattice, reach)
    return LatticePoints(points, site_cell(lattice).T, covering_radius(lattice))


def exact_means(blocks: Blocks, readings: Sequence[Reading], deformations: Array) -> Array:
    """The exact mean of what `Sampler.chunks` samples, (readings, strains, 15).

    Holds for a lattice with Haar orientation, random offset and `count: volume`. Raises as
    `haar_mean_moments`.
    """
    rows = [[_exact_mean(blocks, r, f.tobytes(), RTOL) for f in deformations] for r in readings]
    return np.array(rows)


def control_means(blocks: Blocks, readings: Sequence[Reading], deformations: Array) -> Array:
    """The same to CONTROL_RTOL; NaN where the body is so elongated that it would take long."""
    means = np.full((len(readings), len(deformations), 15), np.nan)
    for j, f in enumerate(deformations):
        stretches = np.linalg.svd(f, compute_uv=False)
        if blocks.n0 * stretches[0] <= ELONGATION * stretches[-1]:
            means[:, j] = [_exact_mean(blocks, r, f.tobytes(), CONTROL_RTOL) for r in readings]
    return means


@lru_cache(maxsize=4096)  # what a run with a target error asks for again and again
def _exact_mean(blocks: Blocks, reading: Reading, deformation: bytes, rtol: float) -> Array:
    f, lattice = np.frombuffer(deformation).reshape(3, 3), cast(Lattice, blocks.lattice)
    volume = reading.block_volume(float(np.linalg.det(f)))
    return haar_mean_moments(f, blocks.n0, reading, lattice, rtol) / volume
