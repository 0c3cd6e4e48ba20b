"""Claims held against the sum over blocks itself, which the paper replaces by an integral."""

import math

import numpy as np

from rsrg.physics.haar_mean import exact_coupling
from rsrg.runs.paper.claims import Claim, Number, between, equal, shown
from rsrg.runs.paper.sources import (
    COUPLED,
    EXAMPLE_ALPHA,
    ROOT_ERROR,
    TABLE_LOG,
    TEXT_LOG,
    Source,
    formula_critical,
    formula_steps,
    sum_critical,
)
from rsrg.runs.paper.tables import SUM_N0

HERE = "rsrg.runs.paper.claims_sums"
STRAIN = 0.2
ENDLESS = 1e6  # strain: M of affine/sphere is within 1e-9 of its limit


def growth(reading: str = "affine/sphere", small: int = 2, large: int = 8) -> float:
    """M_xxxx of one step at N0 = large over N0 = small, e = 0.2, α = 0.7, exact lattice mean."""
    positions, domain = reading.split("/")
    m = [
        exact_coupling(STRAIN, EXAMPLE_ALPHA, n0, positions, domain)[0, 0]  # type: ignore[arg-type]
        for n0 in (small, large)
    ]
    return float(m[1] / m[0])


def continuum_growth(small: int, large: int) -> float:
    """The same ratio in the exact continuum, affine/sphere: one step of any factor is −G."""
    m = [
        Source("continuum", COUPLED[1], n0).coupling(STRAIN, EXAMPLE_ALPHA)[0, 0]
        for n0 in (small, large)
    ]
    return float(m[1] / m[0])


def log_growth() -> Claim:
    """M ∝ ln N0."""
    return Claim(
        "log-growth",
        "Eqs. 3.7, 4.1 and 4.2",
        "M of one step grows as ln N0, so the flow to R does not depend on N0",
        (
            *(
                equal(f"M(N0 = 8)/M(N0 = 2), {r}", growth(str(r)), math.log(8) / math.log(2), 0.05)
                for r in COUPLED[::-1]
            ),
            shown("M(N0 = 64)/M(N0 = 8), affine/sphere", growth(small=8, large=64)),
            shown("the same in the exact continuum, ±G", continuum_growth(8, 64)),
        ),
        f"{HERE}.growth()",
        finding="4",
        comment="Similar shells cancel (Λ̃ averages to zero): M tends to a constant.",
    )


def literal_largest() -> float:
    """max |M| for affine/ellipsoid, N0 = 3, e = 0.2, α = 0.7, in 1/ρc_t²."""
    return float(np.abs(exact_coupling(STRAIN, EXAMPLE_ALPHA, 3, "affine", "ellipsoid")).max())


def literal() -> Claim:
    """Sec. II D."""
    m = Source("formula").coupling(STRAIN, EXAMPLE_ALPHA)
    paper = float(np.abs(m).max())
    value = literal_largest()
    agrees = abs(value - paper) < 0.1 * paper
    return Claim(
        "literal",
        "Secs. II D and IV",
        "Blocks and body deformed together, sphere to ellipsoid, couple through M of (4.2)",
        (Number("largest entry of M, e = 0.2, N0 = 3 (1/ρc_t²)", value, paper, 1e-12, agrees),),
        f"{HERE}.literal_largest()",
        finding="4",
        comment="Exactly zero at every strain and N0, for any glass that is isotropic at rest.",
    )


def first_strain(reading: str, n0: int, log_ratio: float = TEXT_LOG) -> float:
    """The lowest critical strain below 3 from the exact mean of the sum, α = 0.7; NaN for none."""
    found = sum_critical(EXAMPLE_ALPHA, reading, n0, log_ratio)
    return min(found.values(), default=math.nan)


def sum_itself() -> Claim:
    """The critical strains of the sum."""
    formula = min(formula_critical(EXAMPLE_ALPHA, TEXT_LOG, "tensor").values())
    cases = [(str(r), n0) for r in COUPLED for n0 in SUM_N0]
    numbers = tuple(
        Number(f"{r}, N0 = {n0}", v, formula, ROOT_ERROR, abs(v - formula) < 0.1 * formula)
        for r, n0 in cases
        for v in (first_strain(r, n0),)
    )
    at_20 = tuple(
        between(f"{r}, N0 = {n0}, ln(R/L₁) = 20", first_strain(r, n0, TABLE_LOG), 0.15, 0.25)
        for r, n0 in cases
    )
    return Claim(
        "sum-itself",
        "Eqs. 3.3, 3.7 and 4.2, Table I",
        "The formula stands for the sum over blocks: the strain that breaks α = 0.7",
        numbers,
        f"{HERE}.first_strain('fixed/ellipsoid', 2)",
        "every reading and N0 gives 0.15 to 0.25 at ln(R/L₁) = 20",
        at_20,
        finding="4",
        comment="NaN: no strain below 3. Agrees: within a tenth of the formula at 12.206, tensor.",
    )


def needed_steps(strain: float = ENDLESS) -> float:
    """Steps that bring yz and yy−zz to zero at a strain: affine/sphere, exact continuum, α = 0.7.

    (χ_el)⁻¹_yzyz = 1/4 (`tensor`), so n = 1/(4 |M_yzyz|); as e → ∞ it is 100/17.
    """
    m = Source("continuum", COUPLED[1]).coupling(strain, EXAMPLE_ALPHA)
    return float(-0.25 / m[4, 4])


def saturation() -> Claim:
    """N0 ≥ 8."""
    needed = needed_steps()

    def available(n0: int) -> Number:
        n = formula_steps(TEXT_LOG, n0)
        return Number(f"steps from 50 Å to 1 mm at N0 = {n0}", n, needed, 1e-12, n > needed)

    return Claim(
        "saturation",
        "Sec. IV; affine/sphere",
        "yz and yy−zz fail at some strain, whatever N0",
        (shown("steps that they need at infinite strain", needed, 1e-7), available(8)),
        f"{HERE}.needed_steps()",
        "N0 ≤ 7: M saturates with strain, and from N0 = 8 on there are too few steps at any strain",
        (available(7),),
        finding="d",
        comment="In whole steps N0 = 8 goes beyond 1 mm, 6 steps, and needs e > 10 there.",
    )


SUMS = (log_growth, literal, sum_itself, saturation)
