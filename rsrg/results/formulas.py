"""Results of the formulas: the exact continuum and the paper's log formula."""

from collections.abc import Callable
from functools import cache

import numpy as np

from rsrg.ensemble.critical import CriticalStrain
from rsrg.ensemble.flows import ChannelFlow, formula_flow
from rsrg.physics.arrays import Array
from rsrg.physics.continuum import continuum_moments
from rsrg.physics.interaction import lambda_tilde_from_moments
from rsrg.physics.log_formula import log_formula_coupling
from rsrg.results.column import Setting


class FormulaColumn:
    """M from a formula, (alpha, strain) → (readings, 6, 6) or (1, 6, 6)."""

    def __init__(
        self, setting: Setting, suffix: str, formula: Callable[[float, float], Array]
    ) -> None:
        self.setting, self.suffix, self.formula = setting, suffix, formula

    def _step(self, alpha: float) -> Array:
        """M of a whole step, (readings or 1, strains, 6, 6)."""
        return np.stack([self.formula(alpha, float(e)) for e in self.setting.strains], axis=1)

    def flow(self, alpha: float) -> ChannelFlow:
        """The flow; the last step may be a fraction of one."""
        weights = self.setting.weights[:, None, None, None, None]
        return formula_flow(
            alpha, weights * self._step(alpha), self.setting.strains, self.setting.rule
        )

    def coupling(self, alpha: float) -> dict[str, Array]:
        """M of a whole step."""
        return {"M": self._step(alpha)}

    def critical(self, alpha: float, flow: ChannelFlow) -> list[list[CriticalStrain]]:
        """Roots to 1e-8."""
        count = flow.chi.shape[1]
        return [
            self.setting.critical(alpha, lambda e, i=i: self.formula(alpha, e)[i])  # type: ignore[misc]
            for i in range(count)
        ]


def _continuum_column(setting: Setting) -> FormulaColumn:
    moments = cache(lambda e: continuum_moments(setting.deformation(e)))
    signs = np.array([r.continuum_sign for r in setting.readings])[:, None, None]
    return FormulaColumn(
        setting, "_continuum", lambda alpha, e: signs * lambda_tilde_from_moments(moments(e), alpha)
    )


def _log_column(setting: Setting) -> FormulaColumn:
    n0 = setting.config.blocks.n0
    return FormulaColumn(setting, "_log", lambda alpha, e: log_formula_coupling(e, alpha, n0)[None])
