"""The sums of draws of a perfect lattice, each cut out and placed in many ways."""

from typing import Literal, get_args

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError
from rsrg.physics.readings import Count
from rsrg.sums.bodies import Bodies, finite_array
from rsrg.sums.cost import batch_engine
from rsrg.sums.kernels.arrays import ChunkSums, DrawArrays, NearPoints
from rsrg.sums.kernels.lane_configurations import lane_configurations
from rsrg.sums.kernels.quartics import MOMENTS
from rsrg.sums.kernels.row_configurations import row_configurations
from rsrg.sums.kernels.select import KEY_OF_RADIUS
from rsrg.sums.lattice_points import LatticePoints

BatchEngine = Literal["auto", "pairs", "rows"]

# In 1/N0: how much farther than the body's radius blocks are looked for at first. The last of them
# was never farther than half of it; if one is, all points that may be are looked at.
NEAR_MARGIN = 0.25
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
    exact too); `auto` takes rows from ROWS_FROM blocks on. The result is in 1/(block size)³.

    The bits of a configuration do not depend on the others of its batch.
    Raises PhysicsError for wrong shapes, what is not finite, rotations that are not, points that
    are too few, or a radius that does not belong to n_blocks.
    """
    given = lattice, rotations, offsets, bodies, n_blocks, count
    return batch_means(*given, draws=1, engine=engine).sums


def batch_means(
    lattice: LatticePoints,
    rotations: Array,
    offsets: Array,
    bodies: Bodies,
    n_blocks: int,
    count: Count,
    draws: int,
    controlled: int = 0,
    engine: BatchEngine = "auto",
) -> ChunkSums:
    """Means of `batch_moments` over each `draws` draws, in their order, (chunks, cases, 15).

    Of the first `controlled` cases also those with `count: volume`, and how many blocks these are
    over. The two bodies differ by a few blocks: only the pairs of those are summed on top. Raises
    as `batch_moments`.
    """
    _check_choice("count", count, get_args(Count))
    _check_choice("engine", engine, get_args(BatchEngine))
    bodies.require_volume(n_blocks)
    rotations = _checked_rotations(rotations)
    offsets = finite_array("offsets", offsets, (len(rotations), 3))
    if draws < 1 or len(rotations) % draws != 0:
        raise PhysicsError(
            f"`draws` must divide how many there are, {len(rotations)}; got {draws!r}"
        )
    chunks, cases = len(rotations) // draws, len(bodies)
    require_points(lattice, offsets, bodies, n_blocks)
    means = ChunkSums(
        np.full((chunks, cases, MOMENTS), np.nan),
        np.full((chunks, controlled, MOMENTS), np.nan),
        np.full((chunks, controlled), np.nan),
    )
    near = near_points(lattice, bodies, n_blocks)
    chosen = int(n_blocks) if count == "exact" else 0
    drawn = DrawArrays(rotations, offsets), bodies.arrays, chosen, means
    if (batch_engine(n_blocks) if engine == "auto" else engine) == "rows":
        row_configurations(near, lattice.sites, lattice.primitive, *drawn)
    else:
        lane_configurations(near, *drawn)
    return means


def require_points(lattice: LatticePoints, offsets: Array, bodies: Bodies, n_blocks: int) -> None:
    """Raise PhysicsError where a body may need points that there are not."""
    lengths = np.linalg.norm(offsets, axis=1)
    ends = np.array([lengths.min(), lengths.max()])
    lattice.candidates(bodies.search_radii(lattice.covering_radius, ends), n_blocks)


def near_points(lattice: LatticePoints, bodies: Bodies, n_blocks: int) -> NearPoints:
    """The points of a lattice, and how far from a body's centre its blocks are looked for first.

    To `NEAR_MARGIN` beyond the radius. A key is |B x|²/radius² times KEY_OF_RADIUS.
    """
    stretch = float(1.0 + NEAR_MARGIN / np.cbrt(n_blocks))
    trusted = float(np.floor(KEY_OF_RADIUS * stretch**2))
    return NearPoints(
        lattice.columns, lattice.counts, lattice.bin_width, bodies.reach(stretch), trusted
    )


def _check_choice(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise PhysicsError(f"`{name}` must be one of {', '.join(allowed)}; got {value!r}")


def _checked_rotations(rotations: Array) -> Array:
    rotations = finite_array("rotations", rotations, (None, 3, 3))
    error = rotations @ np.swapaxes(rotations, 1, 2)
    error -= np.eye(3)
    np.abs(error, out=error)
    if error.max() > ORTHOGONALITY_ERROR:
        draw = int(np.argmax(error.max(axis=(1, 2))))
        raise PhysicsError(
            f"`rotations` must be orthogonal; got {rotations[draw].tolist()} in draw {draw}"
        )
    return rotations
