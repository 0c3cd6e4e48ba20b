"""The strains at which a glass fails first, in the plane of two kinds of strain."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.coupling_source import Continuum, ExactCoupling, LatticeMean
from rsrg.physics.criticality import first_below_zero
from rsrg.physics.errors import PhysicsError
from rsrg.physics.first_failure import Loading
from rsrg.physics.pairs import Contraction, weighted
from rsrg.physics.readings import READINGS, Reading
from rsrg.physics.sign import Sign
from rsrg.physics.strain_path import StrainPath, strain_path

RAYS = 72  # directions in the plane, 5° apart
SPACING = 0.1  # of strains along a ray between which the first failure is sought
XTOL = 1e-6
DRAWN_RTOL = 1e-6  # of M: far below what a picture shows


@dataclass(frozen=True)
class Plane:
    """F = 1 + e_a D_a + e_b D_b: the plane of two strains that are not multiples of each other."""

    names: tuple[str, str]
    directions: tuple[Array, Array]

    @classmethod
    def from_names(cls, first: str, second: str) -> "Plane":
        """The plane of two kinds of strain, such as xx and yy.

        Raises PhysicsError where both are the same, and for `isochoric`: its path is not straight.
        """
        names = (first, second)
        if "isochoric" in names or first == second:
            raise PhysicsError(
                f"`plane` must name two strains, neither isochoric; got {first},{second}"
            )
        return cls(names, (strain_path(first).direction, strain_path(second).direction))

    def ray(self, angle: float) -> StrainPath:
        """The straight path from zero strain along (e_a, e_b) = t (cos θ, sin θ)."""
        a, b = self.directions
        return strain_path(np.cos(angle) * a + np.sin(angle) * b)


@dataclass(frozen=True)
class Surface:
    """Where a glass fails first along each ray of a plane.

    angles θ, (rays,). strain: the distance √(e_a² + e_b²) of the first failure, NaN where there is
    none up to `limit`, the largest that was searched; both (rays,).
    """

    angles: Array
    strain: Array
    limit: Array


def failure_surface(
    plane: Plane,
    source: ExactCoupling,
    alpha: float,
    steps: float,
    contraction: Contraction = "tensor",
    sign: Sign = "paper",
) -> Surface:
    """The first strain along each ray where χ_n⁻¹ = χ_el⁻¹ ± n M is no longer positive definite.

    Raises PhysicsError for α outside (1/4, 1) and an unknown sign.
    """

    def lowest(path: StrainPath, t: float) -> float:
        x = source.inverse_chi(path.gradient(t), alpha, steps, contraction, sign)
        return float(np.linalg.eigvalsh(weighted(x, contraction))[0])

    angles = np.linspace(0.0, 2.0 * np.pi, RAYS, endpoint=False)
    paths = [plane.ray(float(angle)) for angle in angles]
    limits = np.array([path.limits()[1] for path in paths])
    strain = np.array(
        [
            first_below_zero(partial(lowest, path), end, SPACING, XTOL)
            for path, end in zip(paths, limits, strict=True)
        ]
    )
    return Surface(angles, np.where(np.isfinite(strain), strain, np.nan), limits)


def reading_surfaces(
    plane: Plane, alpha: float, loading: Loading, signs: Sequence[Sign]
) -> dict[tuple[Reading, str, Sign], Surface]:
    """The surfaces of the coupled readings, by reading, kind of source and sign.

    Of the exact mean of the lattice sum, to DRAWN_RTOL, and of the continuum, after the steps of a
    loading, whose own path does not matter. Raises as `failure_surface`.
    """

    def sources(reading: Reading) -> tuple[ExactCoupling, ...]:
        return LatticeMean(reading, loading.n0, rtol=DRAWN_RTOL), Continuum(reading)

    return {
        (reading, source.kind, sign): failure_surface(
            plane, source, alpha, loading.steps, loading.contraction, sign
        )
        for reading in READINGS
        if reading.continuum_sign
        for source in sources(reading)
        for sign in signs
    }
