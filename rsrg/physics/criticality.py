"""Critical strains: where an eigenvalue of χ⁻¹ crosses zero and χ jumps from +∞ to −∞."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

from rsrg.formatting import NONE, with_error
from rsrg.physics.arguments import (
    check_positive,
    checked_array,
    checked_number,
    is_moderate,
    shown,
)
from rsrg.physics.arrays import Array
from rsrg.physics.channels import (
    Channels,
    eigenchannels,
    follow_channels,
    strain_channels,
)
from rsrg.physics.elastic import inverse_start
from rsrg.physics.errors import PhysicsError
from rsrg.physics.pairs import Contraction, weighted
from rsrg.physics.sign import Sign, sign_factor
from rsrg.physics.strain import strain_direction
from rsrg.physics.strain_text import strain_components, strain_text
from rsrg.records import Records

INTERVALS = 200  # of the search; two crossings of one eigenvalue closer than this are missed
XTOL = 1e-12
DEGENERATE = 1e-9  # crossings closer than this belong to one degenerate eigenspace


@dataclass(frozen=True, order=True)
class Crossing:
    """A critical strain: where an eigenvalue of χ⁻¹ crosses zero, and in which channel.

    strain: e. channel: the name of the failing eigenvector by its form at zero strain, such as
    `xx+yy+zz` (a change of volume) or `yz` (shear). direction: that eigenvector as it is at e,
    written as a sum of strain components. components: the same as numbers e_xx, e_xy, e_xz, e_yy,
    e_yz, e_zz, the largest 1. Crossings are ordered by strain.

    Example:
        >>> import rsrg
        >>> steps = 12  # of N0 = 3: from 50 Å to beyond 1 mm
        >>> exact = lambda e: rsrg.exact_coupling(e, 0.7, 3, positions="fixed", domain="ellipsoid")
        >>> (first,) = rsrg.critical_strains(exact, 0.7, steps)
        >>> round(first.strain, 4), first.channel, first.direction
        (0.4711, 'xx+yy+zz', 'xx+0.14yy+0.14zz')
    """

    strain: float
    channel: str
    direction: str = ""
    components: tuple[float, ...] = ()

    def _table_row(self) -> dict[str, str]:
        return {
            "critical strain e (dimensionless)": with_error(self.strain, 0.0),
            "channel": self.channel,
            "strain that fails": self.direction or NONE,
        }


def _sorted_eigenvalues(x: Array, contraction: Contraction) -> Array:
    return np.asarray(np.linalg.eigvalsh(weighted(x, contraction)))


def critical_strains(
    coupling: Callable[[float], Array],
    alpha: float,
    steps: float,
    contraction: Contraction = "tensor",
    strain_max: float = 2.0,
    sign: Sign = "paper",
    amplitude: float = 1.0,
    strain_min: float = 0.0,
) -> Records[Crossing]:
    """Critical strains: where an eigenvalue of χ⁻¹ crosses zero and χ jumps from +∞ to −∞.

    The flow is Eq. 3.8, χ_n⁻¹ = (f χ_el)⁻¹ ± n M(e), with the elastic susceptibility χ_el of
    Eq. 2.10 times an amplitude f as its start.

    coupling: a function that takes a strain e and gives the coupling matrix M of one step at that
    strain, in units of 1/ρc_t², (6, 6), plain tensor components; for instance `exact_coupling`.
    alpha: α = 1 − c_t²/c_l², between 1/4 and 1.
    steps: n, positive; may be a fraction, such as ln(R/L₁)/ln N0.
    contraction: `tensor` counts shear pairs twice in matrix products, as the sum over all nine
    pairs of Eq. 3.3 does; `six` counts them once, as the paper's own 6×6 algebra does.
    strain_max, strain_min: the ends of the search. A strain_min between −1 and 0 finds critical
    compressions, too.
    sign: `paper` adds M at each step, as Eq. 3.8 does; `hamiltonian` takes it away, as follows from
    the Hamiltonian of Eq. 2.14.
    amplitude: f, positive. The paper has f = 1. Critical strains depend on f n alone.

    Returns a list of Crossing(strain, channel, direction, components) in ascending order of strain,
    to 1e-8 or better; a degenerate one is listed once for each of its channels. Channels are named
    as for a strain e_xx.

    Raises PhysicsError for α outside (1/4, 1), an unknown sign, and steps, strain_max or amplitude
    not positive, and strain_min outside (−1, 0].

    Example:
        The critical strains that Table I prints for α = 0.7; it needs ln(R/L₁) = 20:

        >>> import math, rsrg
        >>> log_formula = lambda e: rsrg.log_formula_coupling(e, 0.7, n0=2)
        >>> for c in rsrg.critical_strains(log_formula, 0.7, 20 / math.log(2), contraction="six"):
        ...     print(f"{c.strain:.4f} {c.channel}")
        0.1788 yy-zz
        0.2278 xx+yy+zz
        1.4404 yz

        With the Hamiltonian's sign the sum over 27 blocks fails at another strain (0.4711 above):

        >>> exact = lambda e: rsrg.exact_coupling(e, 0.7, 3, positions="fixed", domain="ellipsoid")
        >>> first, *_ = rsrg.critical_strains(exact, 0.7, 12, sign="hamiltonian")
        >>> round(first.strain, 4), first.channel
        (1.8536, 'yy-zz')
    """
    n = sign_factor(sign) * check_positive("steps", steps)
    high = check_positive("strain_max", strain_max)
    start = inverse_start(alpha, contraction, amplitude)
    rule = "`strain_min` must lie in (−1, 0]"
    low = checked_number(strain_min, rule, lambda e: -1.0 < e <= 0.0)
    if not callable(coupling):
        raise PhysicsError(f"`coupling` must be a function of the strain e; got {shown(coupling)}")
    grid = np.unique(np.concatenate([np.linspace(0.0, e, INTERVALS + 1) for e in (low, high)]))
    channels = strain_channels(strain_direction("xx"))

    def inverse_chi(e: float) -> Array:
        return start + n * _checked_coupling(coupling(e), e)

    return Records(crossings(inverse_chi, grid, contraction, channels))


def _checked_coupling(m: Array, e: float) -> Array:
    """M as a caller's function gives it at e, if it is one. Raises PhysicsError."""
    rule = f"`coupling` must give a finite 6×6 matrix, at e = {e:.6g} too"
    return checked_array(m, rule, lambda a: a.shape == (6, 6) and is_moderate(a))


def crossings(
    inverse_chi: Callable[[float], Array],
    grid: Array,
    contraction: Contraction,
    channels: Channels,
) -> list[Crossing]:
    """Zeros of the eigenvalues of χ⁻¹(e), (6, 6), between neighbours of an ascending grid, (n,).

    The ordered eigenvalues are continuous in e, so each is followed on its own and no crossing of
    two eigenvalues can hide one; two zeros of one eigenvalue between neighbours are missed.
    inverse_chi: strain → χ⁻¹, plain, in 1/ρc_t². channels: the names at zero strain (see
    `strain_channels`). Roots to 1e-12, in ascending order.
    """
    path = np.array([inverse_chi(float(e)) for e in grid])
    eigenvalues = _sorted_eigenvalues(path, contraction)
    changes = np.argwhere(np.diff(eigenvalues <= 0.0, axis=0))
    if not len(changes):
        return []
    # names are followed from the origin to the changes, no further
    origin = int(np.argmin(np.abs(grid)))
    low, high = min(origin, changes[0, 0]), max(origin, changes[-1, 0]) + 1
    unstrained, near = inverse_chi(0.0), slice(low, high)
    _, vectors = follow_channels(path[near], grid[near], unstrained, contraction, channels)
    roots: list[tuple[float, int, Channels]] = []
    for i, rank in changes:

        def eigenvalue(e: float, rank: int = int(rank)) -> float:
            return float(_sorted_eigenvalues(inverse_chi(e), contraction)[rank])

        root = float(brentq(eigenvalue, grid[i], grid[i + 1], xtol=XTOL))
        roots.append((root, int(rank), Channels(channels.names, vectors[i - low])))
    return _named(sorted(roots, key=lambda r: r[:2]), inverse_chi, contraction)


def _named(
    roots: list[tuple[float, int, Channels]],
    inverse_chi: Callable[[float], Array],
    contraction: Contraction,
) -> list[Crossing]:
    """Name each root (strain, rank of its eigenvalue); degenerate ones are named at one strain."""
    crossings: list[Crossing] = []
    at = -np.inf
    for strain, rank, channels in roots:
        if strain - at > DEGENERATE:
            at = strain
            values, vectors = eigenchannels(inverse_chi(at), contraction, channels)
            order = np.argsort(values, kind="stable")
        c = order[rank]
        e = strain_components(vectors[c], contraction)
        crossings.append(Crossing(at, channels.names[c], strain_text(e), tuple(e.tolist())))
    return sorted(crossings)


@dataclass(frozen=True)
class CurveZero:
    """A zero of a curve known at points: its strain, the slope there, the interpolation's error."""

    strain: float
    slope: float
    interpolation_error: float


def curve_zeros(strains: Array, values: Array) -> list[CurveZero]:
    """Zeros of a smooth curve sampled at ascending strains, (n,), n ≥ 2.

    A cubic spline (a straight line below four points). The error is how far the zero moves when one
    of the four nearest inner samples is left out, at most the interval; below four points the
    distance to the far end of the interval.
    """
    if len(strains) < 4:
        return _linear_crossings(strains, values)
    spline = CubicSpline(strains, values)
    zeros = []
    for root in _zeros(spline):
        place = int(np.clip(np.searchsorted(strains, root), 1, len(strains) - 1))
        width = float(strains[place] - strains[place - 1])
        error = 0.0
        for left_out in range(max(1, place - 2), min(len(strains) - 1, place + 2)):
            rest = CubicSpline(np.delete(strains, left_out), np.delete(values, left_out))
            error = max(error, float(np.min(np.abs(_zeros(rest) - root), initial=width)))
        zeros.append(CurveZero(float(root), float(spline(root, 1)), error))
    return zeros


def _zeros(curve: CubicSpline) -> Array:
    roots = np.asarray(curve.roots(extrapolate=False))
    return roots[np.isfinite(roots)]


def _linear_crossings(strains: Array, values: Array) -> list[CurveZero]:
    zeros = []
    for i in np.flatnonzero(np.diff(values < 0.0)):
        width = strains[i + 1] - strains[i]
        slope = (values[i + 1] - values[i]) / width
        root = strains[i] - values[i] / slope
        error = max(root - strains[i], strains[i + 1] - root)
        zeros.append(CurveZero(float(root), float(slope), float(error)))
    return zeros


def first_negative(strains: Array, values: Array) -> float:
    """The strain where a sampled curve, (n,), falls below zero first, by straight lines.

    The first strain where it is negative there already; NaN where it never is.
    """
    after = int(np.argmax(values < 0.0))
    if not values[after] < 0.0 or after == 0:
        return float(strains[0]) if values[after] < 0.0 else np.nan
    low, high = values[after - 1], values[after]
    share = low / (low - high)
    return float(strains[after - 1] + share * (strains[after] - strains[after - 1]))


def first_below_zero(
    curve: Callable[[float], float], end: float, step: float, error: float
) -> float:
    """The least e in [0, end] where a continuous function is ≤ 0, to `error`; infinite for none.

    Looked for in steps of at most `step`, between which it must not change its sign twice.
    """
    if curve(0.0) <= 0.0:
        return 0.0
    grid = np.linspace(0.0, end, 1 + max(1, math.ceil(end / step * (1.0 - 1e-12))))
    for low, high in pairwise(grid):
        if curve(float(high)) <= 0.0:
            return float(brentq(curve, low, high, xtol=error))
    return float(np.inf)


def spline_values(strains: Array, curves: Array, at: float) -> Array:
    """Curves, (..., n), at one strain, (...,), by the interpolation of `curve_zeros`."""
    if len(strains) < 4:
        flat = curves.reshape(-1, len(strains))
        return np.array([np.interp(at, strains, c) for c in flat]).reshape(curves.shape[:-1])
    return np.asarray(CubicSpline(strains, curves, axis=-1)(at))
