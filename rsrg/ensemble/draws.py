"""Draws of the disorder: a pure function of (seed, step, chunk).

A chunk is a fixed number of draws. Nothing depends on threads, order, or where a run was resumed.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.spatial.transform import Rotation

from rsrg.physics.arrays import Array
from rsrg.physics.lattices import Lattice, primitive_cell
from rsrg.physics.readings import Count

CHUNK = 16  # draws; part of what a seed means, so never to be changed

Orientation = Literal["haar", "fixed"]
Offset = Literal["random", "none"]


@dataclass(frozen=True)
class Blocks:
    """How the N0³ blocks of a super block are drawn.

    orientation: Haar-random rotation of the lattice, or the lattice as it is. offset: uniform in
    the primitive cell, or none. count: exactly the N0³ nearest blocks, or all inside the body.
    """

    n0: int
    lattice: Lattice = "sc"
    orientation: Orientation = "haar"
    offset: Offset = "random"
    count: Count = "exact"

    @property
    def isotropic(self) -> bool:
        """Whether the unstrained ensemble is isotropic, as a glass is."""
        return self.orientation == "haar"


def draw_chunk(blocks: Blocks, seed: int, step: int, chunk: int) -> tuple[Array, Array]:
    """Rotations, (CHUNK, 3, 3), and offsets in the lattice frame, (CHUNK, 3), of one chunk.

    Block centres are x = R (z + u), z the lattice points. Offsets lie in the primitive cell centred
    on the origin.
    """
    rng = np.random.default_rng(np.random.SeedSequence((seed, step, chunk)))
    quaternions = rng.standard_normal((CHUNK, 4))
    u = rng.random((CHUNK, 3)) - 0.5
    rotations = np.asarray(Rotation.from_quat(quaternions).as_matrix(), dtype=np.float64)
    offsets = u @ primitive_cell(blocks.lattice)
    if blocks.orientation == "fixed":
        rotations = np.broadcast_to(np.eye(3), (CHUNK, 3, 3)).copy()
    if blocks.offset == "none":
        offsets = np.zeros((CHUNK, 3))
    return rotations, offsets


def offset_reach(blocks: Blocks) -> float:
    """The largest |u| that `draw_chunk` can give, or a bound on it."""
    if blocks.offset == "none":
        return 0.0
    return float(0.5 * np.linalg.norm(primitive_cell(blocks.lattice), axis=1).sum())
