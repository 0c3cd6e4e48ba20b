"""The pair sums of any set of points, by the engine that is fastest for it."""

import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial import KDTree

from rsrg.formatting import duration_text
from rsrg.physics.arguments import check_word
from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError
from rsrg.sums.cost import direct_seconds
from rsrg.sums.direct import direct_bytes, direct_moments
from rsrg.sums.ewald.ewald import check_tolerance, choose_plan, moments_by_plan
from rsrg.sums.ewald.nufft import finufft, is_installed
from rsrg.sums.lattice import LatticeSet, find_lattice, lattice_moments, lattice_seconds
from rsrg.sums.limits import refuse_beyond_memory
from rsrg.sums.threads import available_threads

Engine = Literal["auto", "direct", "lattice", "ewald"]

LATTICE_FROM = 2000  # points; below, looking for a lattice takes as long as all pairs
SLOW = 5.0  # s of a sum pair by pair; of longer ones a user is told what would be faster
SUGGESTED_TOLERANCE = 1e-7
MAX_COORDINATE = 1e15  # block sizes; beyond, it is a mistake of units

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Choice:
    """An engine for one set of points, why, and the sum itself, still to be called.

    faster: a sentence on what would be faster, where that takes long; else "".
    """

    engine: str
    reason: str
    moments: Callable[[], Array]
    faster: str = ""


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
    refuse_beyond_memory(
        f"the sum over {n:,} blocks", needed, direct_seconds(n) / available_threads()
    )
    points = points.astype(np.float64)
    good = np.abs(points).max(axis=1) <= MAX_COORDINATE  # False for NaN
    if not good.all():
        row = int(np.argmin(good))
        raise PhysicsError(
            f"`positions` must be finite and at most {MAX_COORDINATE:g} block sizes; "
            f"got {points[row].tolist()} in row {row}"
        )
    return points


def _scaled(points: Array) -> tuple[Array, int]:
    """Points / 2^exponent in the unit cube, where no power of r overflows; the exponent."""
    exponent = int(np.frexp(np.abs(points).max())[1])
    return np.ldexp(points, -exponent), exponent


def _refuse_coincident(points: Array) -> None:
    """Raise PhysicsError for the closest pair: its 1/r³ is not a number."""
    distances, neighbours = map(np.asarray, KDTree(points).query(points, k=2))
    first = int(np.argmin(distances[:, 1]))
    second = int(neighbours[first, 1] if neighbours[first, 0] == first else neighbours[first, 0])
    a, b = sorted((first, second))
    raise PhysicsError(
        f"`positions` must be distinct points; got points {a} and {b} both at {points[a].tolist()}"
    )


def _direct(points: Array, reason: str, faster: str = "") -> Choice:
    return Choice("direct", reason, lambda: direct_moments(points), faster)


def _lattice(lattice: LatticeSet, reason: str) -> Choice:
    return Choice("lattice", reason, lambda: lattice_moments(lattice))


def _ewald(points: Array, tolerance: float, reason: str) -> Choice:
    """Raises PhysicsError for a tolerance or a number of points that ewald does not serve."""
    plan = choose_plan(points, tolerance)
    what = f"the split sum over {len(points):,} blocks"
    refuse_beyond_memory(what, plan.memory_bytes, plan.seconds / available_threads())
    finufft()
    return Choice("ewald", reason, lambda: moments_by_plan(points, plan))


def _automatic(points: Array, tolerance: float | None) -> Choice:
    """The engine that is fastest for these points, among those as exact as the tolerance asks."""
    n = len(points)
    if n < LATTICE_FROM:
        return _direct(points, f"fewer than {LATTICE_FROM:,} blocks")
    lattice = find_lattice(points)
    if lattice is not None and lattice_seconds(lattice) < direct_seconds(n):
        return _lattice(lattice, "all blocks are sites of one lattice")
    if tolerance is None:
        faster = _faster(points, SUGGESTED_TOLERANCE, f"`tolerance={SUGGESTED_TOLERANCE:g}`")
        return _direct(points, "no well-filled lattice, no tolerance given", faster)
    seconds = choose_plan(points, tolerance).seconds
    if seconds > direct_seconds(n):
        return _direct(points, f"ewald would take longer at tolerance {tolerance:g}")
    if not is_installed():
        faster = _faster(points, tolerance, 'finufft (pip install "rsrg[nufft]")')
        gain = f"{direct_seconds(n) / seconds:.2g} times as fast"
        reason = f"ewald would be {gain}, but needs pip install 'rsrg[nufft]'"
        return _direct(points, reason, faster)
    return _ewald(points, tolerance, f"no well-filled lattice, tolerance {tolerance:g}")


def _faster(points: Array, tolerance: float, remedy: str) -> str:
    """Of a sum pair by pair that takes long, how ewald with this tolerance would take less."""
    n, threads = len(points), available_threads()
    direct = direct_seconds(n) / threads
    if direct < SLOW or (ewald := choose_plan(points, tolerance).seconds / threads) > direct:
        return ""
    return (
        f"the sum over {n:,} blocks goes pair by pair, which takes about {duration_text(direct)}; "
        f"with {remedy} it would take about {duration_text(ewald)}"
    )


def choose_engine(points: Array, engine: Engine = "auto", tolerance: float | None = None) -> Choice:
    """The engine for checked points, (n, 3). Raises PhysicsError where it cannot serve them."""
    check_word("engine", engine, get_args(Engine))
    if tolerance is not None:
        check_tolerance(tolerance)
    if engine == "auto":
        return _automatic(points, tolerance)
    if engine == "direct":
        return _direct(points, "asked for")
    if engine == "ewald":
        if tolerance is None:
            raise PhysicsError("engine `ewald` must be given a `tolerance`, such as 1e-7; got none")
        return _ewald(points, tolerance, "asked for")
    lattice = find_lattice(points)
    if lattice is None:
        raise PhysicsError(
            "engine `lattice` must have all `positions` on one lattice, to rounding; they are not"
        )
    return _lattice(lattice, "asked for")


def pair_sum(
    positions: ArrayLike, engine: Engine = "auto", tolerance: float | None = None
) -> Choice:
    """The sum that `pair_moments` does, still to be called; it raises as that does."""
    points, exponent = _scaled(_checked(positions))
    choice = choose_engine(points, engine, tolerance)
    log.info("%s blocks: engine %s (%s)", f"{len(points):,}", choice.engine, choice.reason)

    def moments() -> Array:
        sums = choice.moments()
        if not np.isfinite(sums).all():
            _refuse_coincident(np.ldexp(points, exponent))
        with np.errstate(over="ignore"):
            sums = np.ldexp(sums, -3 * exponent)
        if not np.isfinite(sums).all():
            raise PhysicsError(
                "`positions` must be so far apart that Σ 1/r³ is below 1.8e308; all are within "
                f"{np.ldexp(np.abs(points).max(), exponent):.3g} block sizes of the origin"
            )
        return np.asarray(sums)

    return replace(choice, moments=moments)


def pair_moments(
    positions: ArrayLike, engine: Engine = "auto", tolerance: float | None = None
) -> Array:
    """Sums over all pairs of blocks from which the coupling matrix follows, for every material.

        Q_abcd = Σ_{s≠s'} n_a n_b n_c n_d / r³

    over ordered pairs, so each pair counts twice; n is the direction and r the distance of a pair.
    The coupling of Eq. 3.7 needs nothing else of the positions (see `coupling_matrix`).

    positions: block centres in units of the block size L, (n, 3), n ≥ 2; integers are converted.
    engine: how the sum is done. `direct` goes pair by pair. `lattice`, for points that are sites of
    one lattice, strained or not, goes displacement by displacement. Both are exact to rounding.
    `ewald` takes of the order of n log n steps and is exact to `tolerance`; it needs the extra
    `nufft`. `auto` takes the fastest that is exact to rounding or, where a tolerance is given, to
    that; the logger `rsrg.sums.engines` says which and why (level INFO). A sum that goes pair by
    pair for more than 5 s, where `ewald` would be faster, warns (RuntimeWarning) and says how.
    tolerance: of `ewald`, from 1e-11 to 1e-4; relative to the trace Σ 1/r³ for the trace, and to
    themselves for the parts of angular momentum 2 and 4 (see `ewald_moments`).

    Returns the 15 distinct components of Q in units of 1/L³, (15,), in the order xxxx, xxxy, xxxz,
    xxyy, xxyz, xxzz, xyyy, xyyz, xyzz, xzzz, yyyy, yyyz, yyzz, yzzz, zzzz.

    Raises PhysicsError for a wrong shape or type, a value that is not finite, two points that
    coincide (naming them), more points than fit into memory, or an engine that cannot be used.

    Example:
        Two blocks at distance 2 along x, as two ordered pairs: Q_xxxx = 2/2³.

        >>> import rsrg
        >>> moments = rsrg.pair_moments([[0, 0, 0], [2, 0, 0]])
        >>> moments.shape, round(float(moments[0]), 6)
        ((15,), 0.25)
    """
    choice = pair_sum(positions, engine, tolerance)
    if choice.faster:
        warnings.warn(choice.faster, RuntimeWarning, stacklevel=2)
    return choice.moments()
