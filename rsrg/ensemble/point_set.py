"""Blocks given as points: in a periodic box, or a finite sample; and windows looking into them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.spatial import ConvexHull

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError

TRIES = 200  # centres drawn at once in a finite sample …
ROUNDS = 500  # … and how often, before the sample is called too small


@dataclass(frozen=True, eq=False)
class PointSet:
    """Points, (n, 3), in block sizes, so that each has unit volume on average.

    cell: the vectors of a periodic box as rows, (3, 3), or None for a finite sample.
    """

    points: Array
    cell: Array | None

    @cached_property
    def _walls(self) -> Array:
        """Outward unit normals and offsets of the sample's convex hull, (facets, 4)."""
        return np.unique(np.round(ConvexHull(self.points).equations, 12), axis=0)

    def centers(self, n: int, reach: float, rng: np.random.Generator) -> Array:
        """n points, uniform where a ball of radius reach finds room, (n, 3).

        Raises PhysicsError where there is none.
        """
        if self.cell is not None:
            self._check_box(self.cell, reach)
            return _times(rng.random((n, 3)), self.cell)
        low, high = self.points.min(axis=0), self.points.max(axis=0)
        centers = np.empty((0, 3))
        deepest = -np.inf
        for _ in range(ROUNDS):
            tries = low + (high - low) * rng.random((TRIES, 3))
            depth = -(_times(tries, self._walls[:, :3].T) + self._walls[:, 3]).max(axis=1)
            deepest = max(deepest, float(depth.max()))
            centers = np.concatenate((centers, tries[depth >= reach]))
            if len(centers) >= n:
                return centers[:n]
        raise PhysicsError(
            f"the sample of {len(self.points)} blocks must have room for a ball of radius "
            f"{reach:.4g} block sizes, which the super block at its largest strain needs; "
            f"the largest that was seen has radius {max(deepest, 0.0):.4g}"
        )

    def largest_ball(self) -> Array:
        """The points, or images of them, in the largest ball about the centre, from it, (p, 3).

        The centre is that of the periodic box, or the mean of a finite sample's points; the ball
        ends at the nearest face of the box, or of the convex hull of the points.
        """
        if self.cell is not None:
            return self.window(self.cell.sum(axis=0) / 2.0, _heights(self.cell).min() / 2.0)
        center = self.points.mean(axis=0)
        depths = _times(self._walls[:, :3], center[:, None])[:, 0] + self._walls[:, 3]
        return self.window(center, -float(depths.max()))

    def _check_box(self, cell: Array, reach: float) -> None:
        heights = _heights(cell)
        if heights.min() < 2.0 * reach:
            raise PhysicsError(
                f"the periodic box of {len(self.points)} blocks must be {2.0 * reach:.4g} block "
                "sizes wide, which the super block at its largest strain needs; "
                f"it is {heights.min():.4g}"
            )

    def window(self, center: Array, reach: float) -> Array:
        """The points, or images of them, within reach of a center, and about it, (p, 3)."""
        d = self.points - center
        if self.cell is not None:
            fractions = _times(d, np.linalg.inv(self.cell))
            d = _times(fractions - np.rint(fractions), self.cell)
        return np.asarray(d[(d**2).sum(axis=1) <= reach**2])


def _heights(cell: Array) -> Array:
    """Distances between opposite faces of a periodic box, (3,)."""
    return np.asarray(1.0 / np.linalg.norm(np.linalg.inv(cell), axis=0))


def _times(rows: Array, matrix: np.ndarray) -> Array:
    """rows @ matrix, by one thread in one order: what BLAS rounds may depend on its threads."""
    return np.asarray(np.einsum("ni,ij->nj", rows, matrix))
