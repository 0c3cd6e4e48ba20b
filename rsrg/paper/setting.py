"""The paper's setting (sizes, example glass, readings) and its critical strains, for e_xx = e.

Every number here is exact up to rounding: nothing is sampled.
"""

import math

from rsrg.physics.arrays import Array
from rsrg.physics.coupling_source import STRAIN_MAX, LatticeMean, LogFormula, formula_steps
from rsrg.physics.pairs import Contraction
from rsrg.physics.readings import READINGS, Reading
from rsrg.physics.recursion import whole_steps

TABLE_LOG = 20.0  # the ln(R/L₁) that Table I needs
START = 50e-10  # L₁, m
TEXT_LOG = math.log(1e-3 / START)  # R = 1 mm: 12.206
PAPER_LENGTH = 27.0  # Å, L_c of Eq. 3.6
EXAMPLE_ALPHA = 0.7  # the paper's example
COUPLED = READINGS[:2]  # the two readings with a coupling; the other two are exactly zero


FORMULA = LogFormula()


def formula_inverse_chi(
    e: float, alpha: float, log_ratio: float, contraction: Contraction = "six"
) -> Array:
    """χ⁻¹ of the paper, Eq. 4.2 plus Eq. 4.6, plain, (6, 6), in 1/ρc_t²."""
    return FORMULA.inverse_chi(e, alpha, formula_steps(log_ratio), contraction)


def formula_critical(
    alpha: float,
    log_ratio: float = TABLE_LOG,
    contraction: Contraction = "six",
    strain_max: float = STRAIN_MAX,
) -> dict[str, float]:
    """The paper's critical strains by channel, in ascending order: Table I."""
    strains = FORMULA.critical_strains(alpha, formula_steps(log_ratio), contraction, strain_max)
    return {c.channel: c.strain for c in strains}


def sum_critical(
    alpha: float,
    reading: str = "affine/sphere",
    n0: int = 3,
    log_ratio: float = TEXT_LOG,
    contraction: Contraction = "tensor",
    strain_max: float = STRAIN_MAX,
) -> dict[str, float]:
    """Critical strains by channel from the exact mean of the lattice sum, in whole steps."""
    source = LatticeMean(Reading.parse(reading), n0)
    strains = source.critical_strains(alpha, whole_steps(log_ratio, n0), contraction, strain_max)
    return {c.channel: c.strain for c in strains}
