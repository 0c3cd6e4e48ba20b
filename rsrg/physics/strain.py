"""Strain as a deformation gradient F: x → F x, and what follows from it."""

from typing import Literal

import numpy as np

from rsrg.physics.arguments import checked_array, checked_number, real_number
from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError
from rsrg.physics.pairs import PAIR_NAMES, PAIRS

LARGEST_STRETCH = 1e15  # of a direction, and its inverse the least: beyond, it is a mistake
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

    Raises PhysicsError unless F is finite, 3×3 and det F > 0 (for a number: e > −1), and no stretch
    is beyond LARGEST_STRETCH.
    """
    if (e := real_number(deformation)) is not None:
        return np.diag([1.0 + check_strain(e), 1.0, 1.0])
    rule = "`deformation` must be a finite 3×3 matrix"
    f = checked_array(deformation, rule, lambda a: a.shape == (3, 3) and bool(np.isfinite(a).all()))
    stretches = np.linalg.svd(f, compute_uv=False)
    if stretches[0] > LARGEST_STRETCH:
        raise PhysicsError(
            f"`deformation` must stretch by at most {LARGEST_STRETCH:.0e}; got {stretches[0]:.6g}"
        )
    determinant = float(np.linalg.det(f))
    if not determinant > 0.0:
        raise PhysicsError(f"`deformation` must have det F > 0; got det F = {determinant:.6g}")
    if stretches[-1] < 1.0 / LARGEST_STRETCH:
        raise PhysicsError(
            f"`deformation` must leave at least {1.0 / LARGEST_STRETCH:.0e} of each length; "
            f"got {stretches[-1]:.6g}"
        )
    return f


def check_strain(strain: float) -> float:
    """A strain e itself, if above −1 and not beyond LARGEST_STRETCH. Raises PhysicsError."""
    checked_number(
        strain, "`strain` e must be greater than −1 and finite", lambda e: -1.0 < e < np.inf
    )
    rule = f"`strain` e must be at most {LARGEST_STRETCH:.0e}"
    return checked_number(strain, rule, lambda e: e <= LARGEST_STRETCH)


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
    e = check_strain(strain)
    return e * (2.0 + e) / (1.0 + e) ** 2


def strain_from_eccentricity(eccentricity: float) -> float:
    """e = (1 − ε²)^(−1/2) − 1, the inverse of ε = √(e² + 2e)/(1 + e) (Sec. II D).

    Raises PhysicsError unless 0 ≤ ε < 1.
    """
    rule = "`eccentricity` must lie in [0, 1)"
    e = checked_number(eccentricity, rule, lambda number: 0.0 <= number < 1.0)
    return float(1.0 / np.sqrt(1.0 - e**2) - 1.0)
