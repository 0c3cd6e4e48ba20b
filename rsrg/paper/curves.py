"""Figures 1 and 3 to 9: the curves, and the values that the paper states about them.

The paper's figures show, for e_xx = e and α = 0.7, eigenvalues of χ and coefficients of its
eigenvectors against ε. All are in the paper's own 6×6 algebra: the same quantities.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import minimize_scalar

from rsrg.paper.agreement import rounds_to, same_order
from rsrg.paper.setting import (
    COUPLED,
    EXAMPLE_ALPHA,
    TABLE_LOG,
    formula_critical,
    formula_inverse_chi,
)
from rsrg.physics.arrays import Array
from rsrg.physics.coupling_source import Continuum, ExactCoupling, LatticeMean, LogFormula
from rsrg.physics.recursion import whole_steps
from rsrg.physics.strain import eccentricity_squared, strain_from_eccentricity
from rsrg.physics.stress_strain import StressStrain, stress_strain

NEEDLE = 1e8  # the strain that stands for ε = 1: 1 − ε = 5e-17
LAST = 0.98  # the largest ε of the second panels, e = 4
SHOWN_N0 = (2, 3, 8)

Agreement = Literal["digits", "order"]


def paper_quantities(inverse_chi: Array) -> dict[int, float]:
    """What Figures 3 to 9 plot, by figure, from χ⁻¹ in the pattern of Eq. 4.2, plain, (6, 6).

    3: C'⁻¹; 4, 6: ((A' + D' + E' ± √Δ)/2)⁻¹; 7: (D' − E')⁻¹; 8: F'⁻¹, in ρc_t²;
    5, 9: (A' − D' − E' ± √Δ)/2B', Δ = 8B'² + (A' − D' − E')². Infinite where χ is.
    """
    x = inverse_chi
    a, b, c, d, e, f = x[0, 0], x[0, 3], x[1, 1], x[3, 3], x[3, 5], x[4, 4]
    root = np.sqrt(8.0 * b**2 + (a - d - e) ** 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = (
            1.0 / c,
            2.0 / (a + d + e + root),
            (a - d - e + root) / (2.0 * b),
            2.0 / (a + d + e - root),
            1.0 / (d - e),
            1.0 / f,
            (a - d - e - root) / (2.0 * b),
        )
    return {figure: float(v) for figure, v in enumerate(values, start=3)}


def formula_quantity(figure: int, strain: float, log_ratio: float = TABLE_LOG) -> float:
    """One quantity of the paper's formula at a strain, α = 0.7."""
    return paper_quantities(formula_inverse_chi(strain, EXAMPLE_ALPHA, log_ratio))[figure]


def critical_eccentricity(channel: str, log_ratio: float = TABLE_LOG) -> float:
    """ε where a channel of the paper's formula crosses, α = 0.7; NaN if it never does."""
    strain = formula_critical(EXAMPLE_ALPHA, log_ratio).get(channel, math.nan)
    return math.nan if math.isnan(strain) else math.sqrt(eccentricity_squared(strain))


def smallest_coefficient(figure: int, log_ratio: float = TABLE_LOG) -> tuple[float, float]:
    """ε and value of the smallest coefficient of Fig. 5 or 9 over ε in [0, 1], α = 0.7."""

    def coefficient(ecc: float) -> float:
        return formula_quantity(figure, strain_from_eccentricity(ecc), log_ratio)

    minimum = minimize_scalar(
        coefficient, bounds=(0.5, 1.0 - 1e-9), method="bounded", options={"xatol": 1e-9}
    )
    return float(minimum.x), float(minimum.fun)


@dataclass(frozen=True)
class Marked:
    """A value that the paper states about a curve, and the same from the curve itself.

    `digits`: agrees if ours rounds to what is printed. `order`: if within a factor √10.
    at: the ε where it is marked; None for a value of ε itself.
    """

    figure: int
    label: str
    paper: float
    ours: float
    decimals: int
    agreement: Agreement
    at: float | None

    @property
    def agrees(self) -> bool:
        """Whether ours is the paper's, to the precision it states."""
        if self.agreement == "digits":
            return rounds_to(self.ours, self.paper, self.decimals)
        return same_order(self.ours, self.paper)

    @property
    def tenth_agrees(self) -> bool:
        """Whether one tenth of ours rounds to the paper's (PHYSICS §6.8)."""
        return rounds_to(self.ours / 10, self.paper, self.decimals)


def marked_values() -> tuple[Marked, ...]:
    """Every number that the captions of Figures 3 to 9 state."""
    zero, end = 0.0, NEEDLE

    def crossing(figure: int, channel: str, paper: float) -> Marked:
        ours = critical_eccentricity(channel)
        return Marked(figure, f"ε_crit of {channel}", paper, ours, 3, "digits", None)

    def value(figure: int, label: str, paper: float, e: float, decimals: int = 1) -> Marked:
        how: Agreement = "digits" if figure in (5, 9) else "order"
        at = 0.0 if e == zero else 1.0
        return Marked(figure, label, paper, formula_quantity(figure, e), decimals, how, at)

    def lowest(figure: int, paper: float, decimals: int) -> Marked:
        at, ours = smallest_coefficient(figure)
        return Marked(figure, "smallest coefficient", paper, ours, decimals, "digits", at)

    return (
        value(3, "first and second eigenvalue at ε = 0", 0.1, zero),
        value(4, "third eigenvalue at ε = 0", 0.2, zero),
        value(4, "third eigenvalue at ε = 1", 0.02, end, 2),
        value(5, "coefficient at ε = 0", -2.0, zero, 0),
        lowest(5, -6.0, 0),
        crossing(6, "xx+yy+zz", 0.580),
        value(6, "fourth eigenvalue at ε = 0", 0.6, zero),
        crossing(7, "yy-zz", 0.529),
        value(7, "fifth eigenvalue at ε = 0", 0.2, zero),
        crossing(8, "yz", 0.912),
        value(8, "sixth eigenvalue at ε = 0", 0.1, zero),
        value(9, "coefficient at ε = 0", 1.0, zero),
        lowest(9, 0.4, 1),
    )


@dataclass(frozen=True)
class Curve:
    """The quantities of Figures 3 to 9 against ε from one source of M, each (n,)."""

    kind: str
    reading: str
    n0: int | None
    steps: float
    eccentricity: Array
    quantities: dict[int, Array]


def _curve(
    source: ExactCoupling,
    steps: float,
    eccentricity: Array,
    reading: str = "",
    n0: int | None = None,
) -> Curve:
    def x(ecc: float) -> Array:
        e = strain_from_eccentricity(ecc) if ecc < 1.0 else NEEDLE
        return source.inverse_chi(e, EXAMPLE_ALPHA, steps, "six")

    rows = [paper_quantities(x(float(ecc))) for ecc in eccentricity]
    return Curve(
        source.kind,
        reading,
        n0,
        steps,
        eccentricity,
        {figure: np.array([row[figure] for row in rows]) for figure in rows[0]},
    )


def paper_curve() -> Curve:
    """The formula, from ε = 0 to 1, ln(R/L₁) = 20."""
    eccentricity = np.concatenate((np.linspace(0.0, 0.995, 399), [0.998, 0.9995, 1.0]))
    return _curve(LogFormula(), TABLE_LOG / np.log(3), eccentricity)


def reading_curves() -> tuple[Curve, ...]:
    """Exact continuum (fine) and lattice sum (coarse) for each reading and N0, same n for both."""
    fine, coarse = np.linspace(0.0, LAST, 393), np.linspace(0.0, LAST, 29)
    curves = []
    for reading in COUPLED:
        for n0 in SHOWN_N0:
            steps = whole_steps(TABLE_LOG, n0)
            curves += [
                _curve(Continuum(reading), steps, fine, str(reading), n0),
                _curve(LatticeMean(reading, n0), steps, coarse, str(reading), n0),
            ]
    return tuple(curves)


@dataclass(frozen=True)
class StressCurve:
    """Fig. 1 from one source: the curve, and the strain where the glass fails first, how."""

    label: str
    curve: StressStrain
    first_strain: float | None
    first_channel: str


def _stress_curve(
    label: str, source: ExactCoupling, steps: float, strain_max: float
) -> StressCurve:
    def x(e: float) -> Array:
        return source.inverse_chi(e, EXAMPLE_ALPHA, steps, "tensor")

    strains = source.critical_strains(EXAMPLE_ALPHA, steps, "tensor", strain_max)
    first = strains[0] if strains else None
    return StressCurve(
        label,
        stress_strain(x, EXAMPLE_ALPHA, strain_max),
        first.strain if first else None,
        first.direction if first else "",
    )


def stress_curves(strain_max: float = 0.6) -> tuple[StressCurve, ...]:
    """Fig. 1: the formula at ln(R/L₁) = 20, the sums of both coupled readings, N0 = 3."""
    n = whole_steps(TABLE_LOG, 3)
    return (
        _stress_curve("log formula", LogFormula(), TABLE_LOG / np.log(3), strain_max),
        _stress_curve("sum, fixed/ellipsoid", LatticeMean(COUPLED[0]), n, strain_max),
        _stress_curve("sum, affine/sphere", LatticeMean(COUPLED[1]), n, strain_max),
    )
