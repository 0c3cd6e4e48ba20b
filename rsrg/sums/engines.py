"""The pair sums of any set of points, by the engine that suits it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial import KDTree

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError
from rsrg.sums.direct import direct_bytes, direct_moments, direct_seconds
from rsrg.sums.jit import threads
from rsrg.sums.lattice import find_lattice, lattice_moments, lattice_seconds
from rsrg.sums.limits import refuse_beyond_memory

Engine = Literal["auto", "direct", "lattice"]

LATTICE_FROM = 2000  # points; below, looking for a lattice takes as long as all pairs
LARGEST = 1e15  # block sizes; beyond, it is a mistake of units

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Choice:
    """An engine for one set of points, why, and the sum itself, still to be called."""

    engine: str
    reason: str
    moments: Callable[[], Array]


def _array(positions: ArrayLike) -> np.ndarray:
    """Positions as an (n, 3) array of real numbers, not copied. Raises PhysicsError."""
    try:
        points = np.asarray(positions)
    except ValueError:
        raise PhysicsError("`positions` must be an (n, 3) array; got a ragged sequence") from None
    if points.ndim != 2 or points.shape[1] != 3 or len(points) < 2:
        raise PhysicsError(f"`positions` must be (n, 3) with n ≥ 2; got shape {points.shape}")
    if points.dtype.kind not in "fiu":
        raise PhysicsError(f"`positions` must be real numbers; got dtype {points.dtype}")
    return points


def _checked(positions: ArrayLike) -> Array:
    """Positions as (n, 3) float64, finite. Raises PhysicsError, naming the first bad row."""
    points = _array(positions)
    n = len(points)
    needed = 24 * n + direct_bytes(n)
    refuse_beyond_memory(f"the sum over {n:,} blocks", needed, direct_seconds(n) / threads())
    points = points.astype(np.float64)
    good = np.abs(points).max(axis=1) <= LARGEST  # False for NaN
    if not good.all():
        row = int(np.argmin(good))
        raise PhysicsError(
            f"`positions` must be finite and at most {LARGEST:g} block sizes; "
            f"got {points[row].tolist()} in row {row}"
        )
    return points


def _scaled(points: Array) -> tuple[Array, int]:
    """Points / 2^exponent in the unit cube, where no power of r overflows; the exponent."""
    exponent = int(np.frexp(np.abs(points).max())[1])
    return np.ldexp(points, -exponent), exponent


def _refuse_coincident(points: Array) -> None:
    """Raise PhysicsError for the closest pair: its 1/r³ is not a number."""
    distances, neighbours = (np.asarray(found) for found in KDTree(points).query(points, k=2))
    first = int(np.argmin(distances[:, 1]))
    second = int(neighbours[first, 1] if neighbours[first, 0] == first else neighbours[first, 0])
    a, b = sorted((first, second))
    raise PhysicsError(
        f"`positions` must be distinct points; got points {a} and {b} both at {points[a].tolist()}"
    )


def _direct(points: Array, reason: str) -> Choice:
    return Choice("direct", reason, lambda: direct_moments(points))


def _automatic(points: Array, tolerance: float | None) -> Choice:
    """The engine that is fastest for these points among those exact to the tolerance."""
    n = len(points)
    if n < LATTICE_FROM:
        return _direct(points, f"fewer than {LATTICE_FROM} blocks")
    lattice = find_lattice(points)
    if lattice is None:
        return _direct(points, "no lattice")
    if lattice_seconds(lattice) > direct_seconds(n):
        return _direct(points, "a lattice with too few of its sites")
    return Choice(
        "lattice", "all blocks are sites of one lattice", lambda: lattice_moments(lattice)
    )


def choose_engine(points: Array, engine: Engine = "auto", tolerance: float | None = None) -> Choice:
    """The engine for checked points, (n, 3). Raises PhysicsError where it cannot serve them."""
    if engine not in get_args(Engine):
        raise PhysicsError(f"`engine` must be one of {', '.join(get_args(Engine))}; got {engine!r}")
    if engine == "auto":
        return _automatic(points, tolerance)
    if engine == "direct":
        return _direct(points, "asked for")
    lattice = find_lattice(points)
    if lattice is None:
        raise PhysicsError(
            "engine `lattice` must have all `positions` on one lattice, to rounding; they are not"
        )
    return Choice("lattice", "asked for", lambda: lattice_moments(lattice))


def pair_moments(
    positions: ArrayLike, engine: Engine = "auto", tolerance: float | None = None
) -> Array:
    """Q_abcd = Σ_{s≠s'} n_a n_b n_c n_d / r³ over ordered pairs, (15,), in 1/L³.

    positions: (n, 3), n ≥ 2, in units of the block size L; integers are converted. The order of
    the 15 is that of `physics.interaction.QUARTIC_NAMES`.

    engine: `direct` sums pair by pair; `lattice`, where all points are sites of one lattice
    (strained or not), displacement by displacement; both are exact to rounding. `auto` takes the
    fastest; the logger `rsrg.sums.engines` says which and why (level INFO).

    Raises PhysicsError for a wrong shape or type, a value that is not finite, two points that
    coincide (naming them), more points than fit into memory, or an engine that cannot serve.
    """
    points, exponent = _scaled(_checked(positions))
    choice = choose_engine(points, engine, tolerance)
    log.info("%s blocks: engine %s (%s)", f"{len(points):,}", choice.engine, choice.reason)
    moments = choice.moments()
    if not np.isfinite(moments).all():
        _refuse_coincident(np.ldexp(points, exponent))
    return np.asarray(np.ldexp(moments, -3 * exponent))
