"""Where the N blocks of a super block are, and which points of its draw they stand at.

As in the sums over equal blocks, N blocks of each draw are cut out and placed in many ways, the
cases; here the places are wanted, for blocks that differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from rsrg.physics.arrays import Array
from rsrg.sums.bodies import Bodies
from rsrg.sums.kernels.arrays import DrawArrays, WindowPoints
from rsrg.sums.kernels.window_configurations import placed_configurations
from rsrg.sums.lattice_points import LatticePoints
from rsrg.sums.window_batch import Windows

# Positions in block sizes, (draws, cases, N, 3), and the points of the draw, (draws, cases, N).
Placed = tuple[Array, NDArray[np.int64]]


@dataclass(frozen=True, eq=False)
class Sites:
    """The places of blocks as sites of a lattice: N whole numbers z for each, at x = cell z + x₀.

    numbers: (draws, cases, N, 3). cells: lattice vectors as columns, (draws, cases, 3, 3).
    """

    numbers: NDArray[np.int32]
    cells: Array


@dataclass(frozen=True, eq=False)
class PlacedBlocks:
    """Which blocks of a pool super blocks are made of, and where these are.

    positions: (draws, cases, N, 3). block_index: of the pool, (draws, cases, N). sites: the places
    as sites of a lattice; None where they are on none.
    """

    positions: Array
    block_index: NDArray[np.int64]
    sites: Sites | None = None


@dataclass(frozen=True, eq=False)
class LatticePlaces:
    """Where N blocks are in draws of a perfect lattice.

    candidates: (cases,), how many points, nearest to the origin, each case looks at.
    """

    lattice: LatticePoints
    candidates: NDArray[np.int64]
    bodies: Bodies
    n_blocks: int

    @classmethod
    def from_lattice(
        cls, lattice: LatticePoints, max_offset: float, bodies: Bodies, n_blocks: int
    ) -> Self:
        """The places for draws whose offsets are at most max_offset long, in block sizes.

        Raises PhysicsError where the points end too soon (see `needed_radius`).
        """
        radii = bodies.search_radii(lattice.covering_radius, np.array([max_offset]))[0]
        return cls(lattice, lattice.candidates(radii, n_blocks), bodies, n_blocks)

    def blocks(self, rotations: Array, offsets: Array) -> Placed:
        """The blocks of draws x = R (z + u); R (draws, 3, 3), u (draws, 3)."""
        draws = len(rotations)
        candidates = np.broadcast_to(self.candidates, (draws, len(self.candidates))).copy()
        starts = np.zeros(draws, dtype=np.int64)
        points = WindowPoints(self.lattice.columns, starts, candidates)
        placed, _ = _place(points, rotations, offsets, self.bodies, self.n_blocks)
        return placed

    def sites(self, rotations: Array, chosen: NDArray[np.int64]) -> Sites:
        """The sites of the blocks of draws; chosen (draws, cases, N), as `blocks` gives them."""
        cells = self.bodies.place @ rotations[:, None] @ self.lattice.primitive
        return Sites(self.lattice.sites.T[chosen], cells)


def window_places(
    windows: Sequence[Array], reach: float, rotations: Array, bodies: Bodies, n_blocks: int
) -> Placed:
    """The blocks of windows (see `window_moments`). A point is known by its rank in |z|.

    Raises PhysicsError where a window does not show the n_blocks nearest blocks.
    """
    shown = Windows(windows, reach, bodies, n_blocks)
    shown.require_enough()
    offsets = np.zeros((len(rotations), 3))
    placed, farthest = _place(shown.arrays, rotations, offsets, bodies, n_blocks)
    shown.require_shown(farthest)
    return placed


def _place(
    points: WindowPoints, rotations: Array, offsets: Array, bodies: Bodies, n_blocks: int
) -> tuple[Placed, Array]:
    """The places, and the largest |B x| of the blocks of each draw and case."""
    shape = (*points.candidates.shape, n_blocks)
    positions, chosen = np.full((*shape, 3), np.nan), np.full(shape, -1, dtype=np.int64)
    farthest = np.full(points.candidates.shape, np.nan)
    draws = DrawArrays(np.ascontiguousarray(rotations), offsets)
    placed_configurations(points, draws, bodies.arrays, farthest, positions, chosen)
    return (positions, chosen), farthest
