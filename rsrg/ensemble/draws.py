"""Draws of the disorder: a pure function of (seed, step, chunk).

A chunk is a fixed number of draws. Nothing depends on threads, order, or where a run was resumed.
"""

from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
from scipy.spatial.transform import Rotation

from rsrg.ensemble.jitter import Jitter
from rsrg.ensemble.point_set import PointSet
from rsrg.physics.arrays import Array
from rsrg.physics.lattices import lattice_record, primitive_cell
from rsrg.physics.readings import Count

CHUNK = 16  # draws; part of what a seed means, so never to be changed

Orientation = Literal["haar", "fixed"]
Offset = Literal["random", "none"]


@dataclass(frozen=True)
class Packing:
    """Blocks placed at random: random sequential addition, or a Poisson-disk packing.

    rsa: spheres one after another where there is room, none nearer than min_separation block
    sizes. poisson_disk: Bridson's packing, whose separation, 0.83, follows from its density.
    """

    kind: Literal["rsa", "poisson_disk"]
    min_separation: float | None


@dataclass(frozen=True)
class Blocks:
    """How the N0³ blocks of a super block are drawn: exactly one of lattice, packing and sample.

    orientation: Haar-random rotation, or the blocks as they are. offset: the body's centre uniform
    in the primitive cell (or in the packing or sample), or none. count: exactly the N0³ nearest
    blocks, or all inside the body. jitter: of the lattice. sample: positions of one's own.
    """

    n0: int
    lattice: str | None = "sc"
    orientation: Orientation = "haar"
    offset: Offset = "random"
    count: Count = "exact"
    jitter: Jitter | None = None
    packing: Packing | None = None
    sample: PointSet | None = None

    @property
    def isotropic(self) -> bool:
        """Whether the unstrained ensemble is isotropic, as a glass is.

        A Haar-random rotation about a centre that is independent of it makes any blocks so.
        """
        return self.orientation == "haar"

    @property
    def perfect(self) -> bool:
        """Whether the blocks form a lattice, one and the same up to rotation and offset."""
        return self.lattice is not None and self.jitter is None

    @property
    def bravais(self) -> bool:
        """Whether they form a Bravais lattice: then every row of it is without gaps."""
        return self.perfect and lattice_record(cast(str, self.lattice)).bravais

    @property
    def known_mean(self) -> bool:
        """Whether the mean over draws is known exactly once `count` is `volume`."""
        return self.perfect and self.orientation == "haar" and self.offset == "random"

    @property
    def volume_control(self) -> bool:
        """Whether the sum over a body of fixed volume is another than asked for, of known mean."""
        return self.known_mean and self.count == "exact"

    @property
    def independent(self) -> bool:
        """Whether draws are independent; windows into one finite sample overlap."""
        return self.sample is None


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


def offset_reach(blocks: Blocks) -> float:
    """The largest |u| that `draw_chunk` can give, or a bound on it."""
    if blocks.offset == "none":
        return 0.0
    cell = primitive_cell(cast(str, blocks.lattice))
    return float(0.5 * np.linalg.norm(cell, axis=1).sum())
