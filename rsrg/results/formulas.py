"""Sources of M that need no sum over blocks: the exact continuum, and the paper's log formula."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from rsrg.ensemble.critical import CriticalStrain
from rsrg.ensemble.flows import ChannelFlow, formula_flow
from rsrg.physics.arrays import Array
from rsrg.physics.coupling_source import Continuum, ExactCoupling, LogFormula
from rsrg.results.source import CouplingSource, Setting


class FormulaSource:
    """M as an exact function of strain: one function for each reading, or one for all of them."""

    def __init__(self, setting: Setting, suffix: str, formulas: Sequence[ExactCoupling]) -> None:
        self.setting, self.suffix, self.formulas = setting, suffix, formulas

    def _coupling(self, formula: ExactCoupling, alpha: float, e: float) -> Array:
        return formula.coupling(self.setting.deformation(e), alpha)

    def coupling(self, alpha: float) -> dict[str, Array]:
        """M of a whole step, (readings, strains, 6, 6)."""
        rows = [
            [self._coupling(formula, alpha, float(e)) for e in self.setting.strains]
            for formula in self.formulas
        ]
        return {"M": np.array(rows)}

    def flow(self, alpha: float) -> ChannelFlow:
        """The flow of χ, whose last step may be a fraction of a step; without errors."""
        weights = self.setting.weights[:, None, None, None, None]
        couplings = weights * self.coupling(alpha)["M"]
        return formula_flow(alpha, couplings, self.setting.strains, self.setting.rule)

    def critical_strains(self, alpha: float) -> list[list[CriticalStrain]]:
        """Critical strains of each reading, exact to 1e-8."""
        return [
            self.setting.critical_strains(alpha, partial(self._coupling, formula, alpha))
            for formula in self.formulas
        ]

    def shared_datasets(self) -> dict[str, Any]:
        """No datasets: every one belongs to a glass."""
        return {}


def continuum_source(setting: Setting) -> CouplingSource:
    """The exact continuum limit of each reading, ±G or 0."""
    return FormulaSource(setting, "_continuum", [Continuum(r) for r in setting.readings])


def log_formula_source(setting: Setting) -> CouplingSource | None:
    """The paper's Eqs. 4.2 to 4.5, the same for every reading; None for strains other than e_xx."""
    if not setting.along_x:
        return None
    return FormulaSource(setting, "_log", [LogFormula(setting.config.blocks.n0)])


FORMULAS: list[Callable[[Setting], CouplingSource | None]] = [continuum_source, log_formula_source]
