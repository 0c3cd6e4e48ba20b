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
from rsrg.physics.errors import PhysicsError
from rsrg.sums.batch import Cases, needed_radius
from rsrg.sums.jit import apply_threads
from rsrg.sums.kernels.configurations import placed_configurations
from rsrg.sums.window_batch import Windows

Placed = tuple[
    Array, NDArray[np.int64]
]  # positions, (draws, cases, N, 3); points, (draws, cases, N)


@dataclass(frozen=True)
class LatticePlaces:
    """Lattice points enough for every case, how many of them each case looks at, and N.

    points: (3, p), contiguous. candidates: (cases,).
    """

    points: Array
    candidates: NDArray[np.int64]
    cases: Cases
    n_blocks: int

    @classmethod
    def of(
        cls, points: Array, covering_radius: float, max_offset: float, cases: Cases, n_blocks: int
    ) -> Self:
        """The places among `points`, (p, 3), ordered by |z| and reaching `needed_radius`.

        Raises PhysicsError where they end too soon.
        """
        norms = np.maximum.accumulate(np.linalg.norm(points, axis=1))
        found = []
        for i in range(len(cases.radius)):
            one = slice(i, i + 1)
            case = Cases(cases.place[one], cases.measure[one], cases.radius[one])
            reach = needed_radius(case, covering_radius, max_offset)
            if norms[-1] + 2.0 * covering_radius < reach:
                raise PhysicsError(f"`points` must reach |z| = {reach:.6g}; got {norms[-1]:.6g}")
            found.append(np.searchsorted(norms, reach, side="right"))
        return cls(np.ascontiguousarray(points.T), np.array(found), cases, n_blocks)

    def blocks(self, rotations: Array, offsets: Array) -> Placed:
        """The blocks of draws x = R (z + u)."""
        draws = len(rotations)
        candidates = np.broadcast_to(self.candidates, (draws, len(self.candidates))).copy()
        starts = np.zeros(draws, dtype=np.int64)
        placed, _ = _place(
            self.points, starts, candidates, rotations, offsets, self.cases, self.n_blocks
        )
        return placed


def window_places(
    windows: Sequence[Array], reach: float, rotations: Array, cases: Cases, n_blocks: int
) -> Placed:
    """The blocks of windows (see `window_moments`). A point is known by its rank in |z|.

    Raises PhysicsError where a window does not show the n_blocks nearest blocks.
    """
    shown = Windows(windows, reach, cases, n_blocks)
    shown.require_enough()
    offsets = np.zeros((len(rotations), 3))
    placed, farthest = _place(
        shown.points, shown.starts, shown.candidates, rotations, offsets, cases, n_blocks
    )
    shown.require_shown(farthest)
    return placed


def _place(
    points: Array,
    starts: NDArray[np.int64],
    candidates: NDArray[np.int64],
    rotations: Array,
    offsets: Array,
    cases: Cases,
    n_blocks: int,
) -> tuple[Placed, Array]:
    shape = (*candidates.shape, n_blocks)
    positions, chosen = np.empty((*shape, 3)), np.empty(shape, dtype=np.int64)
    farthest = np.empty(candidates.shape)
    apply_threads()
    placed_configurations(
        points, starts, candidates, np.ascontiguousarray(rotations), offsets,
        cases.place, cases.measure, cases.radius, farthest, positions, chosen,
    )  # fmt: skip
    return (positions, chosen), farthest
