"""The 15 quartic pair sums of any set of points, pair by pair: N²/2 terms, exact to rounding."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial import KDTree

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError
from rsrg.sums.jit import apply_threads
from rsrg.sums.kernels import (
    MOMENTS,
    close_ring,
    padded,
    parallel_moments,
    ring_size,
    serial_moments,
)

Engine = Literal["auto", "direct"]

PARALLEL_FROM = 512  # points; below, starting the threads costs more than they save
LARGEST = 1e15  # block sizes; well inside the distance of the kernel's padding


def _checked(positions: ArrayLike) -> Array:
    """Positions as (n, 3) float64, finite. Raises PhysicsError, naming the first bad row."""
    try:
        points = np.asarray(positions)
    except ValueError:
        raise PhysicsError("`positions` must be an (n, 3) array; got a ragged sequence") from None
    if points.ndim != 2 or points.shape[1] != 3 or len(points) < 2:
        raise PhysicsError(f"`positions` must be (n, 3) with n ≥ 2; got shape {points.shape}")
    if points.dtype.kind not in "fiu":
        raise PhysicsError(f"`positions` must be real numbers; got dtype {points.dtype}")
    points = points.astype(np.float64)
    good = np.abs(points).max(axis=1) <= LARGEST  # False for NaN
    if not good.all():
        row = int(np.argmin(good))
        raise PhysicsError(
            f"`positions` must be finite and at most {LARGEST:g} block sizes; "
            f"got {points[row].tolist()} in row {row}"
        )
    return points


def _refuse_coincident(points: Array) -> None:
    """Raise PhysicsError for the closest pair: its 1/r³ is not a number."""
    distances, neighbours = (np.asarray(found) for found in KDTree(points).query(points, k=2))
    first = int(np.argmin(distances[:, 1]))
    second = int(neighbours[first, 1] if neighbours[first, 0] == first else neighbours[first, 0])
    a, b = sorted((first, second))
    raise PhysicsError(
        f"`positions` must be distinct points; got points {a} and {b} both at {points[a].tolist()}"
    )


def _direct(points: Array) -> Array:
    """Q_abcd of checked points, (n, 3) → (15,). The path depends on n only, not on threads."""
    n = len(points)
    base = np.empty((3, padded(n)))
    ring = np.empty((3, ring_size(n)))
    base[:, :n] = points.T
    close_ring(base, ring, n)
    if n < PARALLEL_FROM:
        moments = np.empty(MOMENTS)
        serial_moments(base, ring, n, moments)
        return moments
    apply_threads()
    return np.asarray(parallel_moments(base, ring, n), dtype=np.float64)


def pair_moments(positions: ArrayLike, engine: Engine = "auto") -> Array:
    """Q_abcd = Σ_{s≠s'} n_a n_b n_c n_d / r³ over ordered pairs, (15,), in 1/L³.

    positions: (n, 3), n ≥ 2, in units of the block size L; integers are converted. The order of
    the 15 is that of `physics.interaction.QUARTIC_NAMES`. engine: `direct` sums pair by pair;
    `auto` chooses the fastest that is exact to rounding, today always `direct`.

    Raises PhysicsError for a wrong shape or type, a value that is not finite, two points that
    coincide, or an unknown engine.
    """
    if engine not in get_args(Engine):
        raise PhysicsError(f"`engine` must be one of {', '.join(get_args(Engine))}; got {engine!r}")
    points = _checked(positions)
    moments = _direct(points)
    if not np.isfinite(moments).all():
        _refuse_coincident(points)
    return moments
