"""Lattices whose points are displaced at random, but not onto one another."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.spatial import KDTree

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError

Distribution = Literal["gaussian", "uniform"]
CUT = (
    5.0  # widths: a Gaussian component beyond (once in 10⁶) is drawn to it, so that reach is finite
)
ROUNDS = 1000  # of drawing again before a jitter is called impossible


@dataclass(frozen=True)
class Jitter:
    """Independent displacements of lattice points, in block sizes.

    gaussian: each component normal, of standard deviation width. uniform: in a ball of radius
    width. Displacements that bring two points nearer than min_separation are both drawn again,
    as often as needed: without that 1/r³ of Gaussian displacements would have no variance.
    """

    distribution: Distribution
    width: float
    min_separation: float

    @property
    def reach(self) -> float:
        """The largest displacement."""
        return self.width * (1.0 if self.distribution == "uniform" else CUT * np.sqrt(3.0))

    def closest(self, nearest: float) -> float:
        """No two points come nearer, where the lattice has them nearest apart."""
        return max(self.min_separation, nearest - 2.0 * self.reach, 0.0)


def _displacements(jitter: Jitter, rng: np.random.Generator, n: int) -> Array:
    """n displacements, (n, 3). The first of them do not depend on how many follow."""
    if jitter.distribution == "gaussian":
        return jitter.width * np.clip(rng.standard_normal((n, 3)), -CUT, CUT)
    # three coordinates of a point uniform on the sphere in five dimensions fill the ball evenly
    five = rng.standard_normal((n, 5))
    return np.asarray(jitter.width * five[:, :3] / np.linalg.norm(five, axis=1, keepdims=True))


def jittered(points: Array, jitter: Jitter, seeds: np.random.SeedSequence) -> Array:
    """The points, (n, 3), displaced.

    Raises PhysicsError where some are still too near after ROUNDS rounds of drawing again.
    """
    moved = points + _displacements(jitter, np.random.default_rng(seeds), len(points))
    if jitter.min_separation == 0.0:
        return moved
    for _ in range(ROUNDS):
        tree = KDTree(moved, balanced_tree=False, compact_nodes=False)
        near = np.unique(tree.query_pairs(jitter.min_separation, output_type="ndarray"))
        if len(near) == 0:
            return moved
        rng = np.random.default_rng(seeds.spawn(1)[0])
        moved[near] = points[near] + _displacements(jitter, rng, len(points))[near]
    raise PhysicsError(
        f"`min_separation` must be small enough for `width` {jitter.width:g}; {len(near)} blocks "
        f"are still nearer than {jitter.min_separation:g} after {ROUNDS} new displacements"
    )
