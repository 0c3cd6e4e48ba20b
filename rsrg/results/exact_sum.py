"""M as the exact mean of the sums over blocks of a lattice: nothing is sampled, so no errors."""

from typing import Any

import numpy as np

from rsrg.ensemble.coupling import exact_coupling_moments
from rsrg.ensemble.critical import CriticalStrain
from rsrg.ensemble.flows import ChannelFlow, lattice_flow
from rsrg.physics.arrays import Array
from rsrg.physics.coupling_source import LatticeMean
from rsrg.results.chunk_means import MomentArrays
from rsrg.results.source import Setting


class ExactSumSource:
    """The sums over blocks, averaged exactly over orientation and offset of their lattice."""

    suffix = ""

    def __init__(self, setting: Setting, arrays: MomentArrays) -> None:
        self.setting, blocks = setting, setting.config.blocks
        deformations = setting.config.strain.deformations()
        self.moments = exact_coupling_moments(
            arrays.moments[..., 0, :], setting.readings, deformations
        )
        lattice = blocks.lattice or "sc"
        self.means = [LatticeMean(r, blocks.n0, lattice) for r in setting.readings]

    def coupling(self, alpha: float) -> dict[str, Array]:
        """M of each step, (steps, readings, strains, 6, 6), and its largest errors, zero."""
        m = self.moments.coupling(alpha)
        return {"M": m, "largest_stderr": np.zeros(m.shape[1:-2])}

    def flow(self, alpha: float) -> ChannelFlow:
        """The flow, without errors."""
        return lattice_flow(alpha, self.moments, self.setting.strains, self.setting.rule)

    def critical_strains(self, alpha: float) -> list[list[CriticalStrain]]:
        """Critical strains of each reading, exact to 1e-8."""
        return [self._roots(mean, alpha) for mean in self.means]

    def _roots(self, mean: LatticeMean, alpha: float) -> list[CriticalStrain]:
        setting = self.setting
        return setting.critical_strains(
            alpha, lambda e: mean.coupling(setting.deformation(e), alpha)
        )

    def shared_datasets(self) -> dict[str, Any]:
        """No datasets: every one belongs to a glass."""
        return {}
