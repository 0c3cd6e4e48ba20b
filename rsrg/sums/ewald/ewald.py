"""The 15 quartic pair sums of many points in free space in N log N steps: 1/r³ split in two.

The part that ends at a reach r_c is summed pair by pair (`short_range`), the smooth rest over
Fourier modes (`modes`); `splitting` has the functions of both. The smooth part is cut off beyond
the diameter of the set, and its period is so long that no image is felt: no boundary enters.
"""

from dataclasses import dataclass

import numpy as np
from numpy.polynomial.polynomial import polyval

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError
from rsrg.physics.interaction import quartic_moments, quartic_tensor
from rsrg.sums.ewald.modes import grid_bytes, mode_grid, smooth_sums
from rsrg.sums.ewald.nufft import finufft
from rsrg.sums.ewald.short_range import TERMS, short_sums
from rsrg.sums.ewald.splitting import Splitting, transforms
from rsrg.sums.limits import memory_limit

TIGHTEST, LOOSEST = 1e-11, 1e-4
MAX_MEMORY = 12 * 2**30  # bytes that a plan may take: beyond, the reach grows instead

# Core seconds, measured on a Zen 5 core with AVX-512. Their ratios choose the reach.
PAIR_SECONDS = 5e-9
POINT_SECONDS = 2.2e-6
MODE_SECONDS = 20e-9
FIXED_SECONDS = 0.05

STEPS_PER_OCTAVE = 4  # of the reaches that are compared
MIN_POINTS = 100  # points; what the edge leaves beyond itself is nothing beside the sums of so many
SAMPLE_SIZE = 16384  # points that stand for all when pairs within reach are guessed


@dataclass(frozen=True)
class EwaldPlan:
    """How `ewald_moments` sums a set of points, and the time and memory that it takes.

    Lengths in the units of the points. reach: where the short part ends; cutoff: largest wave
    number times reach; period: of the Fourier modes, `modes` in each direction from 0; edge: where
    the smooth part is cut off; spreading: the tolerance asked of finufft. pairs: guess of those
    within reach. seconds: on one core; threads share them. memory_bytes: of the largest arrays.
    """

    reach: float
    cutoff: float
    edge: float
    period: float
    modes: int
    spreading: float
    pairs: float
    seconds: float
    memory_bytes: int


def _pairs_within(points: Array, reach: float) -> float:
    """About how many pairs are nearer than reach: those in one cube as large as the ball."""
    some = points[:: -(-len(points) // SAMPLE_SIZE)]
    cells = np.floor((some - some.min(axis=0)) / (np.cbrt(4.0 * np.pi / 3.0) * reach))
    rank = cells @ (cells.max() + 1.0) ** np.arange(3)
    count = np.unique(rank, return_counts=True)[1].astype(np.float64)
    return float(0.5 * np.sum(count * (count - 1.0)) * (len(points) / len(some)) ** 2)


def check_tolerance(tolerance: float) -> None:
    """Raise PhysicsError unless the Ewald sums can meet this tolerance."""
    number = isinstance(tolerance, float | int) and not isinstance(tolerance, bool)
    if not (number and TIGHTEST <= tolerance <= LOOSEST):
        raise PhysicsError(
            f"`tolerance` must be from {TIGHTEST:g} to {LOOSEST:g}; got {tolerance!r}"
        )


def choose_plan(points: Array, tolerance: float) -> EwaldPlan:
    """The plan that is fastest for these points, (n, 3); allocates next to nothing.

    The cutoff follows from the tolerance alone: the error of the splitting falls by ten with each
    2.83 of it (measured; see the tests). Raises PhysicsError for a tolerance out of range and
    for too few points.
    """
    check_tolerance(tolerance)
    if len(points) < MIN_POINTS:
        raise PhysicsError(
            f"engine `ewald` must have at least {MIN_POINTS} points; got {len(points)}"
        )
    cutoff = 6.2 - 2.83 * float(np.log10(tolerance))
    low, high = points.min(axis=0), points.max(axis=0)
    radius = float(np.sqrt(np.square(points - 0.5 * (low + high)).sum(axis=1).max()))
    diameter = 2.0 * radius or 1.0  # all in one place: the short part will show it
    best: EwaldPlan | None = None
    most_memory = min(MAX_MEMORY, limit.bytes) if (limit := memory_limit()) else MAX_MEMORY
    reach = 2.0 * diameter  # so that few points lie well inside, and their sums are those of pairs
    while True:
        edge = diameter + reach
        period = edge + reach + float((high - low).max())
        modes = int(cutoff * period / (2.0 * np.pi * reach))
        fixed = FIXED_SECONDS + MODE_SECONDS * (2 * modes + 1) ** 3
        memory = grid_bytes((high - low) / period, modes) + 200 * len(points)
        if best is not None and (fixed > best.seconds or memory > most_memory):
            return best
        pairs = _pairs_within(points, reach)
        seconds = fixed + POINT_SECONDS * len(points) + PAIR_SECONDS * pairs
        if best is None or seconds < best.seconds:
            best = EwaldPlan(reach, cutoff, edge, period, modes, tolerance, pairs, seconds, memory)
        reach *= 2.0 ** (-1.0 / STEPS_PER_OCTAVE)


def _join_parts(sums: Array) -> Array:
    """Q from A = Σ w₄ nnnn (15), B = Σ w₂ nn (6) and Σ w₀ (1): their l = 4, 2, 0 parts, added."""
    d = np.eye(3)
    quartic = quartic_tensor(sums[:15])
    xx, xy, xz, yy, yz, zz = sums[15:21]
    b = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    a = np.einsum("abcc->ab", quartic)
    part = (b - a) / 7.0 + d * (np.trace(a) / 70.0 - np.trace(b) / 21.0 + sums[21] / 30.0)
    pairs = ("ab,cd", "ac,bd", "ad,bc", "bc,ad", "bd,ac", "cd,ab")
    return quartic_moments(quartic + sum(np.einsum(f"{p}->abcd", d, part) for p in pairs))


def moments_by_plan(points: Array, plan: EwaldPlan) -> Array:
    """Q_abcd, (15,), by this plan. Plans of other reach differ by the tolerance at most."""
    x = (points - points.min(axis=0)) / plan.reach
    splitting = Splitting(plan.cutoff)
    edge, period = plan.edge / plan.reach, plan.period / plan.reach
    table = transforms(splitting, edge, period, plan.modes) / period**3
    polynomials = splitting.polynomials(TERMS)
    grid = mode_grid(np.ptp(x, axis=0), period, plan.modes, plan.spreading)
    smooth = smooth_sums(x, grid, table)
    smooth[21] -= len(x) * polyval(-1.0, polynomials[0])  # of each point with itself; l = 0 only
    return _join_parts(2.0 * short_sums(x, polynomials) + smooth) / plan.reach**3


def ewald_moments(points: Array, tolerance: float) -> Array:
    """Q_abcd = Σ_{s≠s'} n_a n_b n_c n_d / r³ over ordered pairs, (15,), in free space.

    points: (n, 3) float64, finite, n ≥ 100, in any units. All of Q is computed: l = 0 (its trace
    Σ 1/r³), 2 and 4. tolerance, from 1e-11 to 1e-4: the error of the trace is at most
    tolerance · trace, and that of the rest, Frobenius norm of the (3, 3, 3, 3) tensor, at most
    tolerance · max(‖Q_{l=2,4}‖, (Σ_{s≠s'} r⁻⁶)^½): the second is what ‖Q_{l=2,4}‖ would be about
    if the directions of pairs were random, and takes over where it vanishes by symmetry. Besides,
    coordinates are rounded to 1e-16 of the extent, which shows where points nearly coincide.

    Bitwise the same for any number of threads. Not finite where two points coincide. Raises
    PhysicsError for a tolerance out of range, fewer points, or where finufft is not installed.
    """
    plan = choose_plan(points, tolerance)
    finufft()
    return moments_by_plan(points, plan)
