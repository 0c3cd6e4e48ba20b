"""The points of a perfect lattice out of which bodies are cut, checked once for all draws."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError
from rsrg.sums.bodies import RADIUS_MARGIN, finite_array

BINS = 1024  # of lengths: fine enough that hardly a point more is looked at
SITE_ERROR = 1e-9  # relative to the largest coordinate in units of the cell: rounding


@dataclass(frozen=True, eq=False)
class LatticePoints:
    """Lattice points z about the origin, in block sizes, and the lattice that they belong to.

    points: (p, 3), one per unit volume, ordered by |z|, as `physics.lattices.lattice_points` gives
        them; those that are equally far from a body's centre are chosen in this order.
    primitive: vectors of the lattice as columns, (3, 3).
    covering_radius: the largest distance of any place in space from its nearest lattice point.

    Raises PhysicsError for wrong shapes, what is not finite, points out of order or not of the
    lattice, and a covering radius that is not positive.
    """

    points: Array
    primitive: Array
    covering_radius: float

    def __post_init__(self) -> None:
        """Convert to contiguous float64 and check."""
        if not 0.0 < self.covering_radius < np.inf:
            raise PhysicsError(f"`covering_radius` must be positive; got {self.covering_radius!r}")
        object.__setattr__(self, "points", finite_array("points", self.points, (None, 3)))
        object.__setattr__(self, "primitive", finite_array("primitive", self.primitive, (3, 3)))
        lengths = np.linalg.norm(self.points, axis=1)
        if (np.diff(lengths) < -RADIUS_MARGIN * lengths[-1]).any():
            raise PhysicsError("`points` must be ordered by |z|; got a shorter one after a longer")
        _ = self.sites

    @cached_property
    def columns(self) -> Array:
        """The points as the kernels take them, (3, p)."""
        return np.ascontiguousarray(self.points.T)

    @cached_property
    def lengths(self) -> Array:
        """|z|, (p,), never falling: what rounding makes of one shell counts as its largest."""
        return np.maximum.accumulate(np.linalg.norm(self.points, axis=1))

    @cached_property
    def bin_width(self) -> float:
        """The largest |z| over BINS."""
        return float(self.lengths[-1] / BINS)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many of the points are within 1, 2, …, BINS bin widths, (BINS,): a table of `within`.

        The lengths of one shell differ by rounding, so each radius counts as a little larger.
        """
        edges = np.linspace(self.bin_width, self.lengths[-1], BINS)
        return self.within((1.0 + RADIUS_MARGIN) * edges).astype(np.int64)

    @cached_property
    def sites(self) -> NDArray[np.int32]:
        """Integer coordinates of the points, (3, p): points.T = primitive @ sites.

        Raises PhysicsError for points that are not of this lattice.
        """
        if abs(np.linalg.det(self.primitive)) < np.finfo(np.float64).tiny:
            raise PhysicsError(f"`primitive` must be invertible; got {self.primitive.tolist()}")
        exact = np.linalg.solve(self.primitive, self.points.T)
        sites = np.rint(exact)
        error = np.abs(exact - sites).max(axis=0)
        if error.max() > SITE_ERROR * max(np.abs(sites).max(), 1.0):
            worst = int(np.argmax(error))
            raise PhysicsError(
                f"`points` must be of the lattice `primitive`; "
                f"got {self.points[worst].tolist()} in row {worst}"
            )
        return sites.astype(np.int32)

    def within(self, radii: Array) -> NDArray[np.intp]:
        """How many of the points have |z| ≤ radii, which may be of any shape."""
        # The lengths of one shell differ by rounding; RADIUS_MARGIN in the radii keeps it whole.
        return np.searchsorted(self.lengths, radii, side="right")

    def candidates(self, radii: Array, n_blocks: int) -> NDArray[np.intp]:
        """How many of the points are within each of these radii; radii of any shape.

        Raises PhysicsError where there are fewer than n_blocks, and where the points plainly end
        too soon: a ball of lattice points always has one within two covering radii of its surface.
        """
        farthest = self.lengths[-1]
        if farthest + 2.0 * self.covering_radius < radii.max():
            raise PhysicsError(
                f"`points` must reach |z| = {radii.max():.6g} (see needed_radius); "
                f"got {farthest:.6g}"
            )
        counts = self.within(radii)
        if counts.min() < n_blocks:
            raise PhysicsError(f"`points` must hold {n_blocks} in each body; got {counts.min()}")
        return counts
