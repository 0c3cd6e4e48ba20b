"""Draws whose points differ: jittered lattices, random packings, windows into a sample."""

from functools import lru_cache
from typing import cast

import numpy as np

from rsrg.ensemble.blocks import CHUNK, Blocks, Jitter, Packing
from rsrg.ensemble.cases import offset_reach as largest_offset
from rsrg.ensemble.draws import chunk_rng, draw_chunks, draw_rotations
from rsrg.ensemble.jitter import jittered
from rsrg.ensemble.point_set import PointSet
from rsrg.physics.arrays import Array
from rsrg.physics.lattices import Lattice, lattice_points
from rsrg.sums.packing import poisson_disk, random_sequential_addition

EDGE = 1.0  # block sizes by which the box of a packing is wider than its windows
RIM = 2.0  # block sizes of jittered lattice beyond a window: its last points feel neighbours too


def draw_windows(
    blocks: Blocks, reach: float, seed: int, step: int, chunks: range
) -> tuple[Array, list[Array]]:
    """Rotations R, (draws, 3, 3), and the blocks z of each draw with |z| ≤ reach, at x = R z.

    CHUNK draws of each chunk, one chunk after another. The rotations are those of `draw_chunks`.
    One packing serves all draws of a chunk, each looking at it from a random centre: chunks, of
    which errors are made, stay independent of one another.
    Raises PhysicsError where a packing, a jitter or a sample cannot be had.
    """
    drawn = [_draw_chunk(blocks, reach, seed, step, chunk) for chunk in chunks]
    rotations, windows = zip(*drawn, strict=True)
    return np.concatenate(rotations), [window for some in windows for window in some]


def _draw_chunk(
    blocks: Blocks, reach: float, seed: int, step: int, chunk: int
) -> tuple[Array, list[Array]]:
    children = np.random.SeedSequence((seed, step, chunk)).spawn(1 + CHUNK)
    if blocks.jitter is not None:
        rotations, offsets = draw_chunks(blocks, seed, step, range(chunk, chunk + 1))
        points = _points(cast(Lattice, blocks.lattice), _rim(blocks, blocks.jitter, reach))
        rows = zip(offsets, children[1:], strict=True)
        draws = [u + jittered(points, blocks.jitter, child) for u, child in rows]
        return rotations, [z[(z**2).sum(axis=1) <= reach**2] for z in draws]
    rng = chunk_rng(seed, step, chunk)
    rotations = draw_rotations(blocks, [rng])
    rng = np.random.default_rng(children[0])
    if blocks.sample is not None:
        sample = blocks.sample
    else:
        sample = _packed(cast(Packing, blocks.packing), reach, rng)
    centers = sample.centers(CHUNK, reach, rng)
    return rotations, [sample.window(c, reach) for c in centers]


def _rim(blocks: Blocks, jitter: Jitter, reach: float) -> float:
    return reach + largest_offset(blocks) + jitter.reach + RIM


@lru_cache(maxsize=4)
def _points(lattice: Lattice, radius: float) -> Array:
    return lattice_points(lattice, radius)


def _packed(packing: Packing, reach: float, rng: np.random.Generator) -> PointSet:
    """A packing in a periodic box that holds a window."""
    n = int(np.ceil((2.0 * reach + EDGE) ** 3))
    if packing.kind == "rsa":
        points = random_sequential_addition(n, cast(float, packing.min_separation), rng)
    else:
        points = poisson_disk(n, rng)[0]
    return PointSet(points, np.cbrt(len(points)) * np.eye(3))
