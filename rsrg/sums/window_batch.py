"""The sums of draws that each have points of their own: jittered lattices, packings, samples."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError
from rsrg.physics.readings import Count
from rsrg.sums.bodies import RADIUS_MARGIN, Bodies
from rsrg.sums.kernels.arrays import DrawArrays, WindowPoints
from rsrg.sums.kernels.quartics import MOMENTS
from rsrg.sums.kernels.window_configurations import window_configurations

HOLE_MARGIN = 1.2  # in 1/N0: how much farther than the body's radius its last block may lie


def window_reach(bodies: Bodies, n_blocks: int) -> float:
    """Radius of the ball about the centre that a window must show whole, in block sizes.

    max radius (1 + HOLE_MARGIN/N0)/σ_min(B). A body that has no n_blocks blocks within it is an
    error of `window_moments`: with Poisson's statistics, the widest, once in 10⁷ for N0 = 2, less
    for more.
    """
    radius = float((_inverse_stretch(bodies) * bodies.radius).max())
    return radius * (1.0 + HOLE_MARGIN / float(np.cbrt(n_blocks)))


def _inverse_stretch(bodies: Bodies) -> Array:
    """1/σ_min(B), (cases,): |z| ≤ |B x|/σ_min."""
    return np.asarray(1.0 / bodies.stretches[:, 2])


class Windows:
    """The blocks of each draw about the centre of its body, and how many each case looks at.

    windows: all blocks with |z| ≤ reach of each draw, (p, 3), at x = R z.
    """

    def __init__(
        self, windows: Sequence[Array], reach: float, bodies: Bodies, n_blocks: int
    ) -> None:
        windows = [w[np.argsort((w**2).sum(axis=1), kind="stable")] for w in windows]
        self.reach, self.n_blocks, self.inverse_stretch = reach, n_blocks, _inverse_stretch(bodies)
        margin = (1.0 + RADIUS_MARGIN) * (1.0 + HOLE_MARGIN / np.cbrt(n_blocks))
        self.shown = np.asarray(margin * bodies.radius * self.inverse_stretch)
        self.arrays = WindowPoints(
            np.ascontiguousarray(np.concatenate(windows).T),
            np.concatenate(([0], np.cumsum([len(w) for w in windows]))),
            np.array([_within(w, self.shown) for w in windows]),
        )

    def require_enough(self) -> None:
        """Raise PhysicsError where a case has too few candidates."""
        if self.arrays.candidates.min() < self.n_blocks:
            raise _hole_error(self.n_blocks, float(self.shown.min()))

    def require_shown(self, farthest: Array) -> None:
        """Raise PhysicsError where blocks beyond the window may be nearer than |B x| = farthest."""
        limit = np.minimum(self.shown, self.reach) * (1.0 + RADIUS_MARGIN)
        if (farthest * self.inverse_stretch > limit).any():
            raise _hole_error(self.n_blocks, self.reach)


def window_moments(
    windows: Sequence[Array],
    reach: float,
    rotations: Array,
    bodies: Bodies,
    n_blocks: int,
    count: Count,
) -> Array:
    """Σ_{s≠s'} n_a n_b n_c n_d / r³ over ordered pairs of each configuration, (draws, cases, 15).

    windows: the blocks of each draw, (p, 3), about the centre of the body, at x = R z; all of them
    with |z| ≤ reach. rotations R, (draws, 3, 3). count: as `batch_moments`, ties by |z|.

    The bits of a configuration do not depend on the others of its batch.
    Raises PhysicsError where a window does not show the n_blocks nearest blocks.
    """
    shown = Windows(windows, reach, bodies, n_blocks)
    if count == "exact":
        shown.require_enough()
    farthest = np.full(shown.arrays.candidates.shape, np.nan)
    out = np.full((*shown.arrays.candidates.shape, MOMENTS), np.nan)
    draws = DrawArrays(np.ascontiguousarray(rotations), np.zeros((len(windows), 3)))
    chosen = n_blocks if count == "exact" else 0
    window_configurations(shown.arrays, draws, bodies.arrays, chosen, farthest, out)
    shown.require_shown(farthest)
    return out


def _within(window: Array, radii: Array) -> NDArray[np.intp]:
    """How many blocks of a window, which are by |z|, have |z| ≤ radii."""
    return np.searchsorted(np.linalg.norm(window, axis=1), radii, side="right")


def _hole_error(n_blocks: int, reach: float) -> PhysicsError:
    return PhysicsError(
        f"the blocks must be spread evenly enough that a body finds its {n_blocks} within "
        f"{reach:.4g} block sizes; one did not"
    )
