"""Draws of the disorder: a pure function of (seed, step, chunk).

A chunk is a fixed number of draws. Nothing depends on threads, order, or where a run was resumed.
"""

from typing import cast

import numpy as np
from scipy.spatial.transform import Rotation

from rsrg.ensemble.blocks import CHUNK, Blocks
from rsrg.physics.arrays import Array
from rsrg.physics.lattices import primitive_cell


def draw_chunk(blocks: Blocks, seed: int, step: int, chunk: int) -> tuple[Array, Array]:
    """Rotations, (CHUNK, 3, 3), and offsets of a lattice, in its frame, (CHUNK, 3), of one chunk.

    Block centres are x = R (z + u), z the lattice points. Offsets lie in the primitive cell centred
    on the origin.
    """
    rng = chunk_rng(seed, step, chunk)
    rotations = draw_rotations(blocks, rng)
    u = rng.random((CHUNK, 3)) - 0.5
    offsets = u @ primitive_cell(cast(str, blocks.lattice))
    if blocks.offset == "none":
        offsets = np.zeros((CHUNK, 3))
    return rotations, offsets


def chunk_rng(seed: int, step: int, chunk: int) -> np.random.Generator:
    """The random numbers of one chunk."""
    return np.random.default_rng(np.random.SeedSequence((seed, step, chunk)))


def draw_rotations(blocks: Blocks, rng: np.random.Generator) -> Array:
    """The rotations of one chunk, (CHUNK, 3, 3): the first that is drawn."""
    quaternions = rng.standard_normal((CHUNK, 4))
    if blocks.orientation == "fixed":
        return np.broadcast_to(np.eye(3), (CHUNK, 3, 3)).copy()
    return np.asarray(Rotation.from_quat(quaternions).as_matrix(), dtype=np.float64)
