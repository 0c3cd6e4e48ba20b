"""The pool method: after each step of the flow the glass is a pool of unequal blocks.

A super block of the next pool is N0³ blocks of this one on the places of one draw. Draws are those
of the annealed flow: super block k of a step has draw k of that step. Which block stands at which
point of the draw (of a window: by distance from its centre) is a function of (seed, step, k) alone,
and does not depend on the strain, so every super block can be followed from strain to strain.

The pool is made of SUBPOOLS subpools that never mix. They are independent samples of the same flow,
so their scatter gives honest errors, which also hold what a finite pool inherits from step to step.
(Windows into one sample of positions overlap: errors are then those of this sample's mean.)
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rsrg.ensemble.blocks import CHUNK
from rsrg.ensemble.cases import offset_reach
from rsrg.ensemble.draws import draw_chunks
from rsrg.ensemble.sampling import Sampler
from rsrg.ensemble.subpools import SUBPOOLS
from rsrg.ensemble.windows import draw_windows
from rsrg.physics.arrays import Array
from rsrg.physics.pairs import Contraction
from rsrg.physics.quenched import PoolUpdate, resummed_blocks, second_order_blocks
from rsrg.physics.recursion import RUNAWAY
from rsrg.physics.sign import Sign, sign_factor
from rsrg.sums.bodies import Bodies
from rsrg.sums.cost import CONVOLVED_FROM, TRIDIAGONAL_TO
from rsrg.sums.harmonic_sums import harmonic_sums
from rsrg.sums.places import LatticePlaces, Placed, PlacedBlocks, Sites, window_places
from rsrg.sums.weighted_blocks import weighted_block_sums
from rsrg.sums.window_batch import window_reach

BLOCK_INDEX_KEY = 1  # of the seed sequence: apart from the draws


@dataclass(frozen=True)
class PoolStep:
    """One step of a pool: how it is drawn, updated, and which glasses it follows.

    alphas: (materials,). size: P, a multiple of POOL_UNIT. once: the draws of step 0 in every step.
    sign: of the interaction m.
    """

    sampler: Sampler
    update: PoolUpdate
    contraction: Contraction
    alphas: Array
    size: int
    once: bool = False
    sign: Sign = "paper"

    @property
    def shape(self) -> tuple[int, ...]:
        """(materials, readings, strains, P, 6, 6), the shape of a pool."""
        cases = (len(self.sampler.readings), len(self.sampler.deformations))
        return (len(self.alphas), *cases, self.size, 6, 6)

    @cached_property
    def bodies(self) -> Bodies:
        """The bodies that readings and strains cut out of a draw; the control is left out."""
        return self.sampler.bodies.select(slice(-1))

    @cached_property
    def lattice_places(self) -> LatticePlaces:
        """Where blocks can be in draws of a perfect lattice."""
        blocks = self.sampler.blocks
        return LatticePlaces.from_lattice(
            self.sampler.lattice, offset_reach(blocks), self.bodies, blocks.n0**3
        )

    @cached_property
    def volumes(self) -> Array:
        """V of one block in each case, (cases,)."""
        determinants = np.linalg.det(self.sampler.deformations)
        return np.array(
            [r.block_volume(float(d)) for r in self.sampler.readings for d in determinants]
        )

    def placed(self, step: int, chunks: range) -> Placed:
        """Where the blocks of each super block are, and at which points of its draw."""
        blocks, seed = self.sampler.blocks, self.sampler.seed
        if blocks.perfect:
            return self.lattice_places.blocks(*self._lattice_draws(step, chunks))
        n = blocks.n0**3
        reach = window_reach(self.sampler.bodies, n)  # the windows of the annealed flow
        rotations, windows = draw_windows(blocks, reach, seed, self._drawn(step), chunks)
        return window_places(windows, reach, rotations, self.bodies, n)

    def sites(self, step: int, chunks: range, chosen: NDArray[np.int64]) -> Sites | None:
        """The same places as sites, chosen as `placed` gives them.

        None off perfect lattices, and for super blocks so small that no sum asks for sites.
        """
        blocks = self.sampler.blocks
        least = TRIDIAGONAL_TO + 1 if self.update == "harmonic" else CONVOLVED_FROM
        if not blocks.perfect or blocks.n0**3 < least:
            return None
        return self.lattice_places.sites(self._lattice_draws(step, chunks)[0], chosen)

    def _lattice_draws(self, step: int, chunks: range) -> tuple[Array, Array]:
        """Rotations and offsets."""
        return draw_chunks(self.sampler.blocks, self.sampler.seed, self._drawn(step), chunks)

    def _drawn(self, step: int) -> int:
        """The step whose draws a step takes."""
        return 0 if self.once else step

    def subpool(self, chunk: int) -> slice:
        """The blocks of the pool that a chunk of super blocks is made of."""
        size = self.size // SUBPOOLS
        first = chunk * CHUNK // size * size
        return slice(first, first + size)

    def block_index(self, step: int, chunks: range, points: int) -> NDArray[np.int64]:
        """Which block of the subpool is put on each of the first points of each draw.

        (draws, points), drawn with replacement; a function of (seed, step, super block) alone.
        """
        rows = []
        for super_block in range(chunks.start * CHUNK, chunks.stop * CHUNK):
            entropy = (self.sampler.seed, step, super_block)
            rng = np.random.default_rng(
                np.random.SeedSequence(entropy, spawn_key=(BLOCK_INDEX_KEY,))
            )
            rows.append(rng.integers(0, self.size // SUBPOOLS, points))
        return np.array(rows)

    def blocks(self, step: int, chunks: range) -> PlacedBlocks:
        """Which blocks of the subpool each super block is made of, and where they are."""
        positions, chosen = self.placed(step, chunks)
        index = self.block_index(step, chunks, int(chosen.max()) + 1)
        index = np.take_along_axis(index[:, None], chosen, axis=2)
        return PlacedBlocks(positions, index, self.sites(step, chunks, chosen))

    def coarse_grain(self, subpool: Array, step: int, chunks: range) -> tuple[Array, Array]:
        """χ of super blocks, (materials, readings, strains, draws, 6, 6), and stability.

        chunks: of CHUNK super blocks each, all of one subpool. subpool: its blocks,
        `self.subpool(chunk)`, (materials, readings, strains, n, 6, 6). stability: the lowest
        eigenvalue of each super block's Hessian, (materials, readings, strains, draws), NaN unless
        harmonic.
        """
        placed = self.blocks(step, chunks)
        flat = subpool.reshape(len(self.alphas), -1, *subpool.shape[3:])
        if self.update == "harmonic":
            new, stability = harmonic_sums(
                placed, flat, self.alphas, self.volumes, self.contraction, self.sign
            )
        else:
            means, sums = weighted_block_sums(placed, flat, self.alphas, self.contraction)
            n = self.sampler.blocks.n0**3
            scale = sign_factor(self.sign) * self.volumes / (4.0 * np.pi * n)
            new = self._updated(means, scale[:, None, None, None] * sums)
            stability = np.full(new.shape[:-2], np.nan)
        shape = (*self.shape[:3], len(placed.block_index), 6, 6)
        new, stability = (np.moveaxis(a, (2, 1, 0), (0, 1, 2)) for a in (new, stability))
        return new.reshape(shape), stability.reshape(shape[:-2])

    def _updated(self, mean: Array, interaction: Array) -> Array:
        if self.update == "resummed":
            return resummed_blocks(mean, interaction, self.contraction)
        return limit_runaway(second_order_blocks(mean, interaction))


def limit_runaway(chi: Array) -> Array:
    """χ scaled down to RUNAWAY ρc_t² where second order ran beyond it, its form kept.

    A pool goes on mixing its blocks, so a runaway block would overflow the others.
    """
    size = np.abs(chi).max(axis=(-2, -1), keepdims=True)
    return np.asarray(chi * RUNAWAY / np.maximum(size, RUNAWAY))
