"""The sums of draws of a perfect lattice, each cut out and placed in many ways."""

from typing import Literal, get_args

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError
from rsrg.physics.readings import Count
from rsrg.sums.bodies import Bodies, checked_array
from rsrg.sums.cost import ROWS_FROM, batch_engine
from rsrg.sums.kernels.configurations import configurations
from rsrg.sums.kernels.quartics import MOMENTS
from rsrg.sums.lattice_points import LatticePoints

BatchEngine = Literal["auto", "pairs", "rows"]

ORTHOGONALITY_ERROR = 1e-9  # largest element of R Rᵀ − 1


def batch_moments(
    lattice: LatticePoints,
    rotations: Array,
    offsets: Array,
    bodies: Bodies,
    n_blocks: int,
    count: Count,
    engine: BatchEngine = "auto",
) -> Array:
    """Σ_{s≠s'} n_a n_b n_c n_d / r³ over ordered pairs of each configuration, (draws, cases, 15).

    lattice: the points of `lattice_points(lattice, needed_radius(…))`. A draw has them at
    x = R (z + u): rotations R, (draws, 3, 3), and offsets u, (draws, 3), in block sizes.
    count: `exact` takes the n_blocks points of smallest |B x|², those that agree to 1e-10 of
    radius² in the order of points; `volume` all with |B x| ≤ radius, to the same precision.
    engine: `pairs` sums pair by pair, `rows` by rows of lattice sites (each displacement once,
    exact too); `auto` takes rows from ROWS_FROM blocks. The result is in 1/(block size)³.

    The bits of a configuration do not depend on the others of its batch.
    Raises PhysicsError for wrong shapes, what is not finite, rotations that are not, points that
    are too few, or a radius that does not belong to n_blocks.
    """
    return _sums(lattice, rotations, offsets, bodies, n_blocks, count, engine, 0)[0]


def batch_both_counts(
    lattice: LatticePoints,
    rotations: Array,
    offsets: Array,
    bodies: Bodies,
    n_blocks: int,
    controlled: int,
) -> tuple[Array, Array, Array]:
    """`batch_moments` with `count: exact`; of the first cases, with `count: volume`; their blocks.

    Shapes (draws, cases, 15), (draws, controlled, 15), (draws, controlled). The two bodies differ
    by a few blocks: only the pairs of those are summed on top. Raises as `batch_moments`.
    """
    exact, beyond = _sums(
        lattice, rotations, offsets, bodies, n_blocks, "exact", "auto", controlled
    )
    more = np.split(beyond, [MOMENTS], axis=-1)
    return exact, exact[:, :controlled] + more[0], n_blocks + more[1][..., 0]


def _sums(
    lattice: LatticePoints,
    rotations: Array,
    offsets: Array,
    bodies: Bodies,
    n_blocks: int,
    count: Count,
    engine: BatchEngine,
    controlled: int,
) -> tuple[Array, Array]:
    """The sums of all cases, and what `count: volume` has beyond them in the controlled ones."""
    _check_choice("count", count, get_args(Count))
    _check_choice("engine", engine, get_args(BatchEngine))
    bodies.require_volume(n_blocks)
    rotations = _checked_rotations(rotations)
    draws, cases = len(rotations), len(bodies)
    offsets = checked_array("offsets", offsets, (draws, 3))
    radii = bodies.search_radii(lattice.covering_radius, np.linalg.norm(offsets, axis=1))
    out = np.full((draws, cases, MOMENTS), np.nan)
    beyond = np.full((draws, controlled, MOMENTS + 1), np.nan)
    configurations(
        lattice.columns,
        lattice.sites,
        lattice.primitive,
        lattice.candidates(radii, n_blocks),
        rotations,
        offsets,
        bodies.place,
        bodies.measure,
        bodies.radius,
        bodies.same_as_previous,
        int(n_blocks) if count == "exact" else 0,
        _rows_from(engine, n_blocks),
        out,
        beyond,
    )
    return out, beyond


def _rows_from(engine: BatchEngine, n_blocks: int) -> int | None:
    """From how many blocks on a body is summed by rows; None where no body is."""
    if engine == "auto" and batch_engine(n_blocks) == "rows":
        return ROWS_FROM
    return 0 if engine == "rows" else None


def _check_choice(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise PhysicsError(f"`{name}` must be one of {', '.join(allowed)}; got {value!r}")


def _checked_rotations(rotations: Array) -> Array:
    rotations = checked_array("rotations", rotations, (None, 3, 3))
    error = np.abs(rotations @ np.swapaxes(rotations, 1, 2) - np.eye(3)).max(axis=(1, 2))
    if error.max() > ORTHOGONALITY_ERROR:
        draw = int(np.argmax(error))
        raise PhysicsError(
            f"`rotations` must be orthogonal; got {rotations[draw].tolist()} in draw {draw}"
        )
    return rotations
