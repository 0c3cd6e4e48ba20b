"""Draws of the disorder: a pure function of (seed, step, chunk).

A chunk is a fixed number of draws. Nothing depends on threads, order, or where a run was resumed.
"""

from collections.abc import Iterable
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
    quaternions, u = np.empty((len(chunks), CHUNK, 4)), np.empty((len(chunks), CHUNK, 3))
    for k, chunk in enumerate(chunks):
        rng = chunk_rng(seed, step, chunk)
        rng.standard_normal(out=quaternions[k])
        rng.random(out=u[k])
    if blocks.offset == "none":
        offsets = np.zeros((CHUNK * len(chunks), 3))
    else:
        u -= 0.5
        offsets = (u @ primitive_cell(cast(str, blocks.lattice))).reshape(-1, 3)
    return _rotations(blocks, quaternions), offsets


def chunk_rng(seed: int, step: int, chunk: int) -> np.random.Generator:
    """The random numbers of one chunk."""
    return np.random.default_rng(np.random.SeedSequence((seed, step, chunk)))


def draw_rotations(blocks: Blocks, rngs: Iterable[np.random.Generator]) -> Array:
    """The rotations of some chunks, (draws, 3, 3): the first that is drawn of each."""
    return _rotations(blocks, np.array([rng.standard_normal((CHUNK, 4)) for rng in rngs]))


def _rotations(blocks: Blocks, quaternions: Array) -> Array:
    """Those of quaternions, (chunks, CHUNK, 4), as matrices, (draws, 3, 3)."""
    flat = quaternions.reshape(-1, 4)
    if blocks.orientation == "fixed":
        return np.broadcast_to(np.eye(3), (len(flat), 3, 3)).copy()
    return np.asarray(Rotation.from_quat(flat).as_matrix(), dtype=np.float64)
