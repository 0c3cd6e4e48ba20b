"""The sums beneath the Monte Carlo: draws of a lattice, each cut out and placed in many ways."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError
from rsrg.physics.readings import Count
from rsrg.sums.direct import direct_seconds
from rsrg.sums.jit import apply_threads
from rsrg.sums.kernels.configurations import configurations
from rsrg.sums.kernels.quartics import MOMENTS
from rsrg.sums.lattice import ROW_SECONDS

BatchEngine = Literal["auto", "pairs", "rows"]

SLACK = 1e-9  # relative, on radii: candidates may be too many, never too few by rounding
ROWS_FROM = 125  # blocks, N0 = 5; measured, see docs/performance.md
ROWS_OF_BALL = 1.21  # π (3/4π)^⅔, rows of a ball by n^⅔
NEVER = 2**62  # blocks
GROUP = 16  # configurations that share one scratch space …
TASKS = 64  # … as long as there are this many groups to spread over threads


@dataclass(frozen=True)
class Cases:
    """Ways to cut a body of blocks out of one draw of the lattice and to place it.

    A draw puts lattice points at x = R (z + u). A case is one reading at one strain:

    place: A, (cases, 3, 3). The chosen blocks are at y = A x.
    measure: B, (cases, 3, 3). The body is |B x| ≤ radius.
    radius: (cases,), in block sizes as `measure` has them; the body's volume in x-space,
        4π/3 radius³ / |det B|, is that of n_blocks blocks.
    """

    place: Array
    measure: Array
    radius: Array

    def __post_init__(self) -> None:
        """Convert and check. Raises PhysicsError for shapes, and what is not finite or singular."""
        radius = _array("radius", self.radius, (None,))
        for name in ("place", "measure"):
            matrix = _array(name, getattr(self, name), (len(radius), 3, 3))
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

    @cached_property
    def stretches(self) -> Array:
        """Singular values σ of B, largest first, (cases, 3)."""
        return np.asarray(np.linalg.svd(self.measure, compute_uv=False), dtype=np.float64)


def _array(name: str, values: Array, shape: tuple[int | None, ...]) -> Array:
    """Values as a contiguous, finite float64 array of this shape, None standing for any length."""
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


def _reach(cases: Cases, covering_radius: float, offsets: Array) -> Array:
    """|z| beyond which no point can belong to the body of a case, (offsets, cases), offsets |u|.

    Voronoi cells reach covering_radius from their points and fill space. So the body, grown by
    covering_radius σ_max(B) in the measure's coordinates, holds at least n_blocks points.
    """
    sigma = cases.stretches
    grown = cases.radius + covering_radius * sigma[:, 0]
    return np.asarray((1.0 + SLACK) * (grown / sigma[:, 2] + offsets[:, None]), dtype=np.float64)


def needed_radius(cases: Cases, covering_radius: float, max_offset: float) -> float:
    """Radius of `lattice_points` that holds every body of the cases, in block sizes.

    max (radius + covering_radius σ_max(B)) / σ_min(B) + max_offset, σ the singular values and
    max_offset the largest |u|.
    """
    return float(_reach(cases, covering_radius, np.array([max_offset])).max())


def _check_rotations(rotations: Array) -> Array:
    rotations = _array("rotations", rotations, (None, 3, 3))
    error = np.abs(rotations @ np.swapaxes(rotations, 1, 2) - np.eye(3)).max(axis=(1, 2))
    if error.max() > SLACK:
        draw = int(np.argmax(error))
        raise PhysicsError(
            f"`rotations` must be orthogonal; got {rotations[draw].tolist()} in draw {draw}"
        )
    return rotations


def _check_count(cases: Cases, n_blocks: int, count: Count) -> None:
    if count not in get_args(Count):
        raise PhysicsError(f"`count` must be one of {', '.join(get_args(Count))}; got {count!r}")
    if isinstance(n_blocks, bool) or int(n_blocks) != n_blocks or n_blocks < 2:
        raise PhysicsError(f"`n_blocks` must be an integer ≥ 2; got {n_blocks!r}")
    volume = 4.0 * np.pi / 3.0 * cases.radius**3 / np.abs(np.linalg.det(cases.measure))
    wrong = np.abs(volume - n_blocks) > 1e-6 * n_blocks  # a mistake, not the rounding of a root
    if wrong.any():
        case = int(np.argmax(wrong))
        raise PhysicsError(
            f"`radius` must give the body the volume of {n_blocks} blocks; "
            f"got {volume[case]:.6g} in case {case}"
        )


def _candidates(
    norms: Array, reach: Array, covering_radius: float, n_blocks: int
) -> NDArray[np.intp]:
    """How many of the points, ordered by |z| = norms, each body must look at, (draws, cases).

    Raises PhysicsError where the points plainly end too soon: a ball of lattice points always
    has one within two covering radii of its surface.
    """
    if (np.diff(norms) < -SLACK * norms[-1]).any():
        raise PhysicsError("`points` must be ordered by |z|; got a shorter one after a longer")
    if norms[-1] + 2.0 * covering_radius < reach.max():
        raise PhysicsError(
            f"`points` must reach |z| = {reach.max():.6g} (see needed_radius); got {norms[-1]:.6g}"
        )
    # The norms of one shell differ by rounding; the slack in reach keeps shells whole.
    found = np.searchsorted(np.maximum.accumulate(norms), reach, side="right")
    if found.min() < n_blocks:
        raise PhysicsError(f"`points` must hold {n_blocks} in each body; got {found.min()}")
    return found


def _sites(points: Array, primitive: Array) -> NDArray[np.int32]:
    """Integer coordinates of lattice points, (3, p): points.T = primitive @ sites.

    Raises PhysicsError for points that are not of this lattice.
    """
    if abs(np.linalg.det(primitive)) < np.finfo(np.float64).tiny:
        raise PhysicsError(f"`primitive` must be invertible; got {primitive.tolist()}")
    exact = np.linalg.solve(primitive, points.T)
    sites = np.rint(exact)
    error = np.abs(exact - sites).max(axis=0)
    if error.max() > SLACK * max(np.abs(sites).max(), 1.0):
        worst = int(np.argmax(error))
        raise PhysicsError(
            f"`points` must be of the lattice `primitive`; "
            f"got {points[worst].tolist()} in row {worst}"
        )
    return sites.astype(np.int32)


def _same_body(cases: Cases) -> NDArray[np.bool_]:
    """Whether a case cuts out the very body of the one before it, (cases,)."""
    same = np.zeros(len(cases.radius), dtype=np.bool_)
    same[1:] = (cases.measure[1:] == cases.measure[:-1]).all(axis=(1, 2))
    same[1:] &= cases.radius[1:] == cases.radius[:-1]
    return same


def batch_engine(n_blocks: int) -> str:
    """Which engine `auto` takes for bodies of so many blocks: `pairs` or `rows`."""
    return "rows" if n_blocks >= ROWS_FROM else "pairs"


def batch_seconds(n_blocks: int) -> float:
    """Time of the sum over one body on one core, roughly; for large bodies, about that of rows."""
    if batch_engine(n_blocks) == "pairs":
        return direct_seconds(n_blocks)
    rows = ROWS_OF_BALL * n_blocks ** (2.0 / 3.0)
    return 0.5 * ROW_SECONDS * rows**2


def batch_moments(
    points: Array,
    primitive: Array,
    covering_radius: float,
    rotations: Array,
    offsets: Array,
    cases: Cases,
    n_blocks: int,
    count: Count,
    engine: BatchEngine = "auto",
) -> Array:
    """Σ_{s≠s'} n_a n_b n_c n_d / r³ over ordered pairs of each configuration, (draws, cases, 15).

    points: (p, 3), lattice points z of unit volume each, by |z|, then index, as
    `lattice_points(lattice, needed_radius(…))` gives them. primitive: vectors of that lattice, as
    columns, (3, 3); covering_radius: of that lattice.
    rotations R, (draws, 3, 3) and offsets u, (draws, 3), in the lattice frame: x = R (z + u).
    count: `exact` takes the n_blocks points of smallest |B x|², those that agree to 1e-10 of
    radius² in the order of points; `volume` all with |B x| ≤ radius, to the same precision.
    engine: `pairs` sums pair by pair, `rows` by rows of lattice sites (each displacement once,
    exact too); `auto` takes rows from ROWS_FROM blocks.

    Each configuration is summed by one thread: the bits depend on neither threads nor batch.
    Raises PhysicsError for wrong shapes, what is not finite, rotations that are not, points that
    are too few, out of order or not of the lattice, or a radius that does not belong to n_blocks.
    """
    lattice = points, primitive, covering_radius
    return _sums(*lattice, rotations, offsets, cases, n_blocks, count, engine, 0)[0]


def batch_both_counts(
    points: Array,
    primitive: Array,
    covering_radius: float,
    rotations: Array,
    offsets: Array,
    cases: Cases,
    n_blocks: int,
    controlled: int,
) -> tuple[Array, Array, Array]:
    """`batch_moments` with `count: exact`; of the first cases, with `count: volume`; their blocks.

    Shapes (draws, cases, 15), (draws, controlled, 15), (draws, controlled). The two bodies differ
    by a few blocks: only the pairs of those are summed on top.
    """
    lattice, drawn = (points, primitive, covering_radius), (rotations, offsets)
    exact, beyond = _sums(*lattice, *drawn, cases, n_blocks, "exact", "auto", controlled)
    more = np.split(beyond, [MOMENTS], axis=-1)
    return exact, exact[:, :controlled] + more[0], n_blocks + more[1][..., 0]


def _sums(
    points: Array,
    primitive: Array,
    covering_radius: float,
    rotations: Array,
    offsets: Array,
    cases: Cases,
    n_blocks: int,
    count: Count,
    engine: BatchEngine,
    controlled: int,
) -> tuple[Array, Array]:
    """The sums of all cases, and what `count: volume` has beyond them in the controlled ones."""
    _check_count(cases, n_blocks, count)
    if engine not in get_args(BatchEngine):
        raise PhysicsError(
            f"`engine` must be one of {', '.join(get_args(BatchEngine))}; got {engine!r}"
        )
    if not 0.0 < covering_radius < np.inf:
        raise PhysicsError(f"`covering_radius` must be positive; got {covering_radius!r}")
    points = _array("points", points, (None, 3))
    primitive = _array("primitive", primitive, (3, 3))
    rotations = _check_rotations(rotations)
    draws = len(rotations)
    offsets = _array("offsets", offsets, (draws, 3))
    reach = _reach(cases, covering_radius, np.linalg.norm(offsets, axis=1))
    candidates = _candidates(np.linalg.norm(points, axis=1), reach, covering_radius, n_blocks)
    total = draws * len(cases.radius)
    out = np.empty((draws, len(cases.radius), MOMENTS))
    beyond = np.empty((draws, controlled, MOMENTS + 1))
    apply_threads()
    configurations(
        np.ascontiguousarray(points.T),
        _sites(points, primitive),
        primitive,
        candidates,
        rotations,
        offsets,
        cases.place,
        cases.measure,
        cases.radius,
        _same_body(cases),
        int(n_blocks) if count == "exact" else 0,
        {"auto": ROWS_FROM, "pairs": NEVER, "rows": 0}[engine],
        min(GROUP, max(1, total // TASKS)),
        out,
        beyond,
    )
    return out, beyond
