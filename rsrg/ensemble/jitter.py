"""Lattices whose points are displaced at random, but not onto one another."""

import numpy as np
from scipy.spatial import KDTree

from rsrg.ensemble.blocks import CUT, Jitter
from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError

ROUNDS = 1000  # of drawing again before a jitter is called impossible


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
