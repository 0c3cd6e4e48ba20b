"""The bodies that are cut out of a draw of blocks, and how their blocks are placed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError
from rsrg.sums.kernels.arrays import BodyArrays

RADIUS_MARGIN = 1e-9  # relative: candidates may be too many, never too few by rounding
VOLUME_ERROR = 1e-6  # relative, of a body's volume: a mistake, not the rounding of a root


@dataclass(frozen=True, eq=False)
class Bodies:
    """Ways to cut a body of blocks out of one draw and to place it: the cases of a run.

    A draw puts blocks at x = R (z + u). A case is one reading at one strain:

    place: A, (cases, 3, 3). The chosen blocks are at y = A x.
    measure: B, (cases, 3, 3). The body is |B x| ≤ radius.
    radius: (cases,), in block sizes as `measure` has them; the body's volume in x-space,
        4π/3 radius³ / |det B|, is that of n_blocks blocks.

    Raises PhysicsError for wrong shapes, and for what is not finite, singular or not positive.
    """

    place: Array
    measure: Array
    radius: Array

    def __post_init__(self) -> None:
        """Convert to contiguous float64 and check."""
        radius = finite_array("radius", self.radius, (None,))
        for name in ("place", "measure"):
            matrix = finite_array(name, getattr(self, name), (len(radius), 3, 3))
            singular = np.abs(np.linalg.det(matrix)) < np.finfo(np.float64).tiny
            if singular.any():
                case = int(np.argmax(singular))
                raise PhysicsError(
                    f"`{name}` must be invertible; got {matrix[case].tolist()} in case {case}"
                )
            object.__setattr__(self, name, matrix)
        if not (radius > 0.0).all():
            raise PhysicsError(f"`radius` must be positive; got {radius.min()!r}")
        object.__setattr__(self, "radius", radius)

    def __len__(self) -> int:
        return len(self.radius)

    def select(self, cases: slice | Sequence[int]) -> "Bodies":
        """Some of the cases."""
        return Bodies(self.place[cases], self.measure[cases], self.radius[cases])

    @cached_property
    def stretches(self) -> Array:
        """Singular values σ of B, largest first, (cases, 3)."""
        return np.asarray(np.linalg.svd(self.measure, compute_uv=False), dtype=np.float64)

    @cached_property
    def volumes(self) -> Array:
        """4π/3 radius³ / |det B|, (cases,): how many blocks of unit volume fill each body."""
        return np.asarray(4.0 * np.pi / 3.0 * self.radius**3 / np.abs(np.linalg.det(self.measure)))

    @cached_property
    def same_as_previous(self) -> NDArray[np.bool_]:
        """Whether a case cuts out the very body of the case before it, (cases,)."""
        same = np.zeros(len(self), dtype=np.bool_)
        same[1:] = (self.measure[1:] == self.measure[:-1]).all(axis=(1, 2))
        same[1:] &= self.radius[1:] == self.radius[:-1]
        return same

    @property
    def arrays(self) -> BodyArrays:
        """The cases as the kernels take them."""
        return BodyArrays(self.place, self.measure, self.radius, self.same_as_previous)

    def search_radii(self, covering_radius: float, offsets: Array) -> Array:
        """|z| beyond which no lattice point belongs to a body, (draws, cases); offsets |u|.

        (radius + covering_radius σ_max(B)) / σ_min(B) + |u|. Voronoi cells reach covering_radius
        from their points and fill space. So the body, grown by covering_radius σ_max(B) in the
        measure's coordinates, holds at least n_blocks points.
        """
        sigma = self.stretches
        radius = (self.radius + covering_radius * sigma[:, 0]) / sigma[:, 2]
        return np.asarray((1.0 + RADIUS_MARGIN) * (radius + offsets[:, None]), dtype=np.float64)

    def reach(self, stretch: float) -> Array:
        """|x| beyond which |B x| > stretch · radius, (cases,): stretch · radius / σ_min(B)."""
        return np.asarray((1.0 + RADIUS_MARGIN) * stretch * self.radius / self.stretches[:, 2])

    def require_volume(self, n_blocks: int) -> None:
        """Raise PhysicsError unless each body has the volume of n_blocks blocks, an integer ≥ 2."""
        if isinstance(n_blocks, bool) or int(n_blocks) != n_blocks or n_blocks < 2:
            raise PhysicsError(f"`n_blocks` must be an integer ≥ 2; got {n_blocks!r}")
        wrong = np.abs(self.volumes - n_blocks) > VOLUME_ERROR * n_blocks
        if wrong.any():
            case = int(np.argmax(wrong))
            raise PhysicsError(
                f"`radius` must give the body the volume of {n_blocks} blocks; "
                f"got {self.volumes[case]:.6g} in case {case}"
            )


def needed_radius(bodies: Bodies, covering_radius: float, max_offset: float) -> float:
    """Radius of `lattice_points` that holds every body, in block sizes.

    max (radius + covering_radius σ_max(B)) / σ_min(B) + max_offset, σ the singular values and
    max_offset the largest |u|.
    """
    return float(bodies.search_radii(covering_radius, np.array([max_offset])).max())


def finite_array(name: str, values: Array, shape: tuple[int | None, ...]) -> Array:
    """Values as a contiguous float64 array of this shape, None standing for any length.

    Raises PhysicsError, with this name, for another shape, no values, and what is not finite.
    """
    array = np.ascontiguousarray(values, dtype=np.float64)
    fits = array.ndim == len(shape) and all(
        want is None or have == want for have, want in zip(array.shape, shape, strict=True)
    )
    if not fits or array.size == 0:
        wanted = ", ".join("any" if want is None else str(want) for want in shape)
        raise PhysicsError(f"`{name}` must have shape ({wanted}); got {array.shape}")
    if not np.isfinite(array).all():
        raise PhysicsError(f"`{name}` must be finite; got {array[~np.isfinite(array)][0]!r}")
    return array
