"""Critical strains: where an eigenvalue of χ⁻¹ crosses zero and χ jumps from +∞ to −∞."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.interpolate import BSpline, CubicSpline, make_interp_spline
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
SUBDIVISIONS = 8  # of an interval between sampled strains, where its crossings are looked for
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

    def table_row(self) -> dict[str, str]:
        """Its row in a table: texts by heading.

        Example:
            >>> import rsrg
            >>> rsrg.Crossing(0.4711, "xx+yy+zz").table_row()["channel"]
            'xx+yy+zz'
        """
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
    unstrained: Array | None = None,
) -> list[Crossing]:
    """Zeros of the eigenvalues of χ⁻¹(e), (6, 6), between neighbours of an ascending grid, (n,).

    The ordered eigenvalues are continuous in e, so each is followed on its own and no crossing of
    two eigenvalues can hide one; two zeros of one eigenvalue between neighbours are missed.
    inverse_chi: strain → χ⁻¹, plain, in 1/ρc_t². channels: the names at zero strain (see
    `strain_channels`). unstrained: χ⁻¹ without strain; by default that of the function. Roots to
    1e-12, in ascending order.
    """
    path = np.array([inverse_chi(float(e)) for e in grid])
    eigenvalues = _sorted_eigenvalues(path, contraction)
    changes = np.argwhere(np.diff(eigenvalues <= 0.0, axis=0))
    if not len(changes):
        return []
    # names are followed from the origin to the changes, no further
    origin = int(np.argmin(np.abs(grid)))
    low, high = min(origin, changes[0, 0]), max(origin, changes[-1, 0]) + 1
    near, start = slice(low, high), inverse_chi(0.0) if unstrained is None else unstrained
    _, vectors = follow_channels(path[near], grid[near], start, contraction, channels)
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


def interpolated_crossings(
    strains: Array, path: Array, unstrained: Array, contraction: Contraction, channels: Channels
) -> list[Crossing]:
    """`crossings` of a χ⁻¹ that is known at ascending strains, (n,), alone: path, (n, 6, 6), plain.

    The components of χ⁻¹ are smooth in e, and are interpolated; its eigenvalues need not be, as
    where two avoid each other. unstrained: χ⁻¹ without strain, (6, 6).
    """
    if len(strains) < 2:
        return []
    curve, shares = interpolated(strains, path), np.arange(SUBDIVISIONS) / SUBDIVISIONS
    fine = np.append((strains[:-1, None] + np.diff(strains)[:, None] * shares).ravel(), strains[-1])
    changes = np.diff(_sorted_eigenvalues(curve(fine), contraction) <= 0.0, axis=0).any(axis=1)
    inside = np.repeat(changes.reshape(-1, SUBDIVISIONS).any(axis=1), SUBDIVISIONS)
    grid = np.union1d(strains, fine[:-1][inside])
    return crossings(curve, grid, contraction, channels, unstrained)


def interpolation_error(strains: Array, curve: Array, zero: float) -> float:
    """How uncertain interpolation makes a zero of a curve known at ascending strains, (n,), n ≥ 2.

    How far it moves when one of the four nearest inner samples is left out, and in the first and
    the last interval also where the spline ends straight; at most the interval. Below four points
    the distance to the far end of the interval.
    """
    place = int(np.clip(np.searchsorted(strains, zero), 1, len(strains) - 1))
    low, high = strains[place - 1 : place + 1]
    if len(strains) < 4:
        return float(max(zero - low, high - zero))
    inner = range(max(1, place - 2), min(len(strains) - 1, place + 2))
    others = [CubicSpline(np.delete(strains, k), np.delete(curve, k)) for k in inner]
    if place in (1, len(strains) - 1):
        others.append(CubicSpline(strains, curve, bc_type="natural"))
    slope = float(CubicSpline(strains, curve)(zero, 1))
    shifts = np.array([other(zero) for other in others]) / slope
    return float(min(np.abs(shifts).max(), high - low))


def interpolated(strains: Array, values: Array) -> BSpline | CubicSpline:
    """A curve through values, (n, ...), at ascending strains, (n,), n ≥ 2.

    A cubic spline (straight lines below four points).
    """
    if len(strains) < 4:
        return make_interp_spline(strains, values, k=1)
    return CubicSpline(strains, values)


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
