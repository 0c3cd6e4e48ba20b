"""Sets of many points: uniform, strained, jittered, thinned."""

import numpy as np
from scipy.spatial import KDTree


def cube(n, seed=0):
    return np.random.default_rng(seed).random((n, 3)) * n ** (1 / 3)


def ball(n):
    directions = np.random.default_rng(1).normal(size=(n, 3))
    radius = np.cbrt(np.random.default_rng(2).random(n) * 3 * n / (4 * np.pi))
    return directions * (radius / np.linalg.norm(directions, axis=1))[:, None]


def jittered(n):
    reach = np.cbrt(3 * n / (4 * np.pi))
    axis = np.arange(-int(reach) - 1, int(reach) + 2)
    sites = np.stack(np.meshgrid(axis, axis, axis), axis=-1).reshape(-1, 3)
    sites = sites[np.linalg.norm(sites, axis=1) < reach]
    return sites + 0.2 * np.random.default_rng(3).uniform(-1, 1, sites.shape)


def hard_spheres(n):
    """Random points thinned to a least distance: no close pair hides an error of the rest."""
    points = np.random.default_rng(4).random((3 * n, 3)) * n ** (1 / 3)
    keep = np.ones(len(points), dtype=bool)
    for i, j in sorted(KDTree(points).query_pairs(0.75)):
        keep[j] &= not keep[i]
    return points[keep]


SETS = {
    "cube": cube,
    "ball": ball,
    "strained": lambda n: ball(n) * [1.5, 1.0, 1.0],
    "jittered": jittered,
    "hard spheres": hard_spheres,
}
