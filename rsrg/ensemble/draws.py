"""Draws of the disorder: a pure function of (seed, step, chunk).

A chunk is a fixed number of draws. Nothing depends on threads, order, or where a run was resumed.
"""

from collections.abc import Sequence
from typing import cast

import numpy as np
from scipy.spatial.transform import Rotation

from rsrg.ensemble.blocks import CHUNK, Blocks
from rsrg.physics.arrays import Array
from rsrg.physics.lattices import primitive_cell


def draw_chunks(blocks: Blocks, seed: int, step: int, chunks: range) -> tuple[Array, Array]:
    """Rotations R, (draws, 3, 3), and offsets u of a lattice, in its frame, (draws, 3).

    CHUNK draws of each chunk, one chunk after another. Block centres are x = R (z + u), z the
    lattice points. Offsets lie in the primitive cell centred on the origin.
    """
    rngs = [chunk_rng(seed, step, chunk) for chunk in chunks]
    rotations = draw_rotations(blocks, rngs)
    u = np.array([rng.random((CHUNK, 3)) - 0.5 for rng in rngs])
    offsets = (u @ primitive_cell(cast(str, blocks.lattice))).reshape(-1, 3)
    if blocks.offset == "none":
        offsets = np.zeros_like(offsets)
    return rotations, offsets


def chunk_rng(seed: int, step: int, chunk: int) -> np.random.Generator:
    """The random numbers of one chunk."""
    return np.random.default_rng(np.random.SeedSequence((seed, step, chunk)))


def draw_rotations(blocks: Blocks, rngs: Sequence[np.random.Generator]) -> Array:
    """The rotations of some chunks, (draws, 3, 3): the first that is drawn of each."""
    quaternions = np.concatenate([rng.standard_normal((CHUNK, 4)) for rng in rngs])
    if blocks.orientation == "fixed":
        return np.broadcast_to(np.eye(3), (len(quaternions), 3, 3)).copy()
    return np.asarray(Rotation.from_quat(quaternions).as_matrix(), dtype=np.float64)
