"""Ways to strain a glass: a path of deformations F(e), through e = 0, with a name.

e > 0 stretches and e < 0 compresses, along

    xx, yy, zz      F = 1 + e x xᵀ and the like: the paper's e_xx = e (Sec. II D),
    xy, xz, yz      F = 1 + e (x yᵀ + y xᵀ): pure shear, γ = 2e,
    biaxial         F = diag(1 + e, 1 + e, 1),
    isochoric       F = diag(1 + e, (1 + e)^−½, (1 + e)^−½): the volume stays,
    hydrostatic     F = (1 + e) 1: the form stays,

or F = 1 + e D for a matrix D.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

import numpy as np
from scipy.optimize import brentq

from rsrg.physics.arguments import SCALE, checked_array, is_moderate
from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError
from rsrg.physics.strain import Component, strain_direction

MOST_STRETCHED = 20.0  # ratio of two principal stretches, or of one to 1, up to which to search
LARGEST = 3.0  # e beyond which no strain is searched
KINDS = (*get_args(Component), "biaxial", "isochoric", "hydrostatic")


@dataclass(frozen=True)
class StrainPath:
    """F(e) along one kind of strain. direction: dF/de at e = 0, (3, 3)."""

    name: str
    direction: Array
    gradient: Callable[[float], Array]

    def deformation(self, e: float) -> float | Array:
        """F, (3, 3); for `xx` the number e itself, to which the paper's formula applies, too."""
        return e if self.name == "xx" else self.gradient(e)

    @property
    def scale(self) -> float:
        """The largest principal strain for e = 1: 1 for all that have a name."""
        return float(np.linalg.norm(self.direction, 2))

    def limits(self) -> tuple[float, float]:
        """The lowest and the largest strain e up to which the ellipsoid is not too flat or long.

        No stretch, and no ratio of two, is beyond MOST_STRETCHED, and |e| ≤ LARGEST/`scale`.
        """
        return -self._reach(-1.0), self._reach(1.0)

    def _reach(self, side: float) -> float:
        def room(e: float) -> float:
            f = self.gradient(side * e)
            if not np.linalg.det(f) > 0.0:
                return -1.0
            stretches = np.append(np.linalg.svd(f, compute_uv=False), 1.0)
            with np.errstate(divide="ignore"):  # a stretch may be zero by rounding: no room at all
                return float(MOST_STRETCHED - stretches.max() / stretches.min())

        largest = LARGEST / self.scale
        grid = np.linspace(0.0, largest, 301)
        beyond = [k for k, e in enumerate(grid) if room(float(e)) < 0.0]
        if not beyond:
            return largest
        limit = float(brentq(room, grid[beyond[0] - 1], grid[beyond[0]]))
        return round(limit, 10)  # a limit of −0.95 is −0.95


def strain_path(strain: str | Array) -> StrainPath:
    """The path of a kind of strain by its name, or F = 1 + e D for a matrix D, (3, 3).

    Raises PhysicsError for another name, and a matrix that is not finite, 3×3 and non-zero.
    """
    if not isinstance(strain, str):
        rule = "`strain` must be a finite 3×3 matrix that is not zero, or a name"
        d = checked_array(strain, rule, _is_direction)
        return _linear(_matrix_text(d), d)
    if strain not in KINDS:
        raise PhysicsError(f"`strain` must be one of {', '.join(KINDS)}, or 3×3; got {strain!r}")
    if strain == "isochoric":
        return StrainPath(strain, np.diag([1.0, -0.5, -0.5]), _isochoric)
    if strain == "biaxial":
        return _linear(strain, np.diag([1.0, 1.0, 0.0]))
    if strain == "hydrostatic":
        return _linear(strain, np.eye(3))
    return _linear(strain, strain_direction(strain))  # type: ignore[arg-type]


def _is_direction(d: Array) -> bool:
    """Whether D is 3×3, and neither zero nor so small or large that F = 1 + e D loses it."""
    if d.shape != (3, 3) or not is_moderate(d):
        return False
    return bool(np.abs(d).max() >= 1.0 / SCALE)


def _linear(name: str, direction: Array) -> StrainPath:
    return StrainPath(name, direction, lambda e: np.eye(3) + e * direction)


def _isochoric(e: float) -> Array:
    stretch = 1.0 + e
    if not stretch > 0.0:
        return np.diag([stretch, 1.0, 1.0])  # det F ≤ 0: refused where it is used
    return np.diag([stretch, stretch**-0.5, stretch**-0.5])


def _matrix_text(d: Array) -> str:
    return "[" + ", ".join("[" + ", ".join(f"{x:g}" for x in row) + "]" for row in d) + "]"
