"""The points that are summed over, made without rsrg: of every commit the same."""

import numpy as np

SHEAR = np.array([[1.2, 0.15, -0.05], [0.02, 0.9, 0.1], [0.07, -0.12, 1.05]])


def cloud(n: int) -> np.ndarray:
    """n random points, one per unit volume, (n, 3)."""
    return np.random.default_rng(0).uniform(0.0, n ** (1 / 3), (n, 3))


def ball(n0: int) -> np.ndarray:
    """A strained ball of about N0³ points of a cubic lattice, (n, 3)."""
    radius = (0.75 * n0**3 / np.pi) ** (1 / 3)
    reach = int(radius) + 2
    points = np.stack(np.indices((2 * reach,) * 3), axis=-1).reshape(-1, 3) - reach + 0.3
    return points[np.linalg.norm(points, axis=1) < radius] @ SHEAR.T
