"""Strain as a deformation gradient F: x → F x, and what follows from it."""

from typing import Literal

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError
from rsrg.physics.pairs import PAIR_NAMES, PAIRS

Component = Literal["xx", "xy", "xz", "yy", "yz", "zz"]


def strain_direction(component: Component) -> Array:
    """The symmetric unit direction of one strain component, (3, 3): F = 1 + e · direction.

    `xy` gives e_xy = e_yx = e, a pure shear. Raises ValueError for another name.
    """
    i, j = PAIRS[PAIR_NAMES.index(component)]
    direction = np.zeros((3, 3))
    direction[i, j] = direction[j, i] = 1.0
    return direction


def deformation_gradient(deformation: float | Array) -> Array:
    """F, (3, 3). A number e means diag(1 + e, 1, 1), the paper's e_xx = e (Sec. II D).

    Raises PhysicsError unless F is finite, 3×3 and det F > 0 (for a number: e > −1).
    """
    if np.ndim(deformation) == 0:
        e = float(deformation)
        if not -1.0 < e < np.inf:
            raise PhysicsError(f"`strain` e must be greater than −1 and finite; got {e!r}")
        return np.diag([1.0 + e, 1.0, 1.0])
    f = np.array(deformation, dtype=np.float64)
    if f.shape != (3, 3) or not np.all(np.isfinite(f)):
        raise PhysicsError(f"`deformation` must be a finite 3×3 matrix; got {f.tolist()!r}")
    determinant = float(np.linalg.det(f))
    if not determinant > 0.0:
        raise PhysicsError(f"`deformation` must have det F > 0; got det F = {determinant:.6g}")
    return f


def principal_stretches(deformation: Array) -> tuple[Array, Array]:
    """Stretches λ, (3,), and axes as columns, (3, 3), of the ellipsoid F·sphere.

    λ² and the axes are the eigenpairs of F Fᵀ, in ascending order of λ.
    """
    axes, stretches, _ = np.linalg.svd(deformation)
    return stretches[::-1], np.ascontiguousarray(axes[:, ::-1])


def eccentricity_squared(strain: float) -> float:
    """ε² = 1 − (1 + e)⁻² of the xy and xz cross sections under e_xx = e (Sec. II D).

    Negative for compression (e < 0): the ellipsoid is then oblate and ε imaginary.
    Raises PhysicsError unless e > −1.
    """
    if not -1.0 < strain < np.inf:
        raise PhysicsError(f"`strain` e must be greater than −1 and finite; got {strain!r}")
    return strain * (2.0 + strain) / (1.0 + strain) ** 2


def strain_from_eccentricity(eccentricity: float) -> float:
    """e = (1 − ε²)^(−1/2) − 1, the inverse of ε = √(e² + 2e)/(1 + e) (Sec. II D).

    Raises PhysicsError unless 0 ≤ ε < 1.
    """
    if not 0.0 <= eccentricity < 1.0:
        raise PhysicsError(f"`eccentricity` must lie in [0, 1); got {eccentricity!r}")
    return float(1.0 / np.sqrt(1.0 - eccentricity**2) - 1.0)
