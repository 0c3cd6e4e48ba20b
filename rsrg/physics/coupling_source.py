"""Where a coupling M comes from: the paper's formula, the exact continuum, or a lattice sum."""

import math
from dataclasses import dataclass
from functools import cache
from typing import Literal

from rsrg.physics.arrays import Array
from rsrg.physics.continuum import continuum_moments
from rsrg.physics.criticality import Crossing, critical_strains
from rsrg.physics.elastic import inverse_elastic_susceptibility
from rsrg.physics.errors import PhysicsError
from rsrg.physics.haar_mean import check_n0, haar_mean_moments
from rsrg.physics.interaction import lambda_tilde_from_moments
from rsrg.physics.log_formula import log_formula_coupling
from rsrg.physics.pairs import Contraction
from rsrg.physics.readings import Reading

Kind = Literal["formula", "continuum", "sum"]

ROOT_ERROR = 1e-8  # what `critical_strains` promises
STRAIN_MAX = 3.0  # to which critical strains are looked for

_continuum = cache(continuum_moments)
_lattice = cache(haar_mean_moments)


@dataclass(frozen=True)
class Source:
    """One way to get M: its kind, and for the last two the reading of V(e) (for a sum also N0)."""

    kind: Kind
    reading: Reading | None = None
    n0: int = 3

    def coupling(self, e: float, alpha: float) -> Array:
        """M of one step of factor N0 at the strain e, plain, (6, 6), in 1/ρc_t²."""
        if self.kind == "formula":
            return log_formula_coupling(e, alpha, self.n0)
        if self.reading is None:
            raise PhysicsError(f"`reading` must be given for a {self.kind}; got None")
        if self.kind == "continuum":
            return self.reading.continuum_sign * lambda_tilde_from_moments(_continuum(e), alpha)
        return lambda_tilde_from_moments(_lattice(e, self.n0, self.reading), alpha) / (4 * math.pi)

    def inverse_chi(self, e: float, alpha: float, steps: float, contraction: Contraction) -> Array:
        """χ⁻¹ = (χ_el)⁻¹ + n M(e), Eq. 3.8, plain, (6, 6), in 1/ρc_t²."""
        return inverse_elastic_susceptibility(alpha, contraction) + steps * self.coupling(e, alpha)

    def critical(
        self, alpha: float, steps: float, contraction: Contraction, strain_max: float
    ) -> list[Crossing]:
        """Strains in (0, strain_max] where χ⁻¹ turns singular, ascending."""
        return critical_strains(
            lambda e: self.coupling(e, alpha), alpha, steps, contraction, strain_max
        )


def formula_steps(log_ratio: float, n0: int = 3) -> float:
    """n = ln(R/L₁)/ln N0, a real number: a formula is continuous in ln L."""
    return log_ratio / math.log(check_n0(n0))
