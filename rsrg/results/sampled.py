"""M from sampled sums over blocks, with standard errors and the gain by control variates."""

from functools import cached_property
from typing import Any

import numpy as np

from rsrg.ensemble.autocorrelation import autocorrelation_time
from rsrg.ensemble.blocks import Blocks
from rsrg.ensemble.coupling import (
    CouplingMoments,
    Volume,
    plain_coupling_moments,
    sampled_coupling_moments,
)
from rsrg.ensemble.critical import CriticalStrain, SampledPath, sampled_critical_strains
from rsrg.ensemble.flows import ChannelFlow, chi_stderr, lattice_flow
from rsrg.ensemble.harmonics import ChunksPerSeed, Harmonics
from rsrg.ensemble.sampling import control_means
from rsrg.physics.arrays import Array
from rsrg.physics.elastic import inverse_start
from rsrg.physics.sign import sign_factor
from rsrg.results.chunk_means import MomentArrays
from rsrg.results.source import Setting


def _variance_ratio(plain: Array, stderr: Array) -> Array:
    """(plain/stderr)², the gain in variance; 1 where M vanishes by symmetry up to rounding."""
    rounding = stderr <= 1e-12 * plain
    return np.divide(plain, stderr, out=np.ones_like(plain), where=~rounding) ** 2


class SampledSource:
    """The sums over blocks of a Monte Carlo run.

    chunks_per_seed: the seeds, and how many chunks each drew; by default the config's own seed
    drew all of them.
    """

    suffix = ""

    def __init__(
        self,
        setting: Setting,
        arrays: MomentArrays,
        chunks_per_seed: ChunksPerSeed | None = None,
    ) -> None:
        self.setting, self.arrays = setting, arrays
        sampling, steps = setting.config.sampling, len(arrays.moments)
        self.steps = steps
        self.drawn = 1 if sampling.resample == "once" else steps  # steps with their own draws
        self.deformations = setting.config.strain.deformations()
        blocks = setting.config.blocks.blocks()  # a file of positions was for the draws alone
        seeds = chunks_per_seed or ((sampling.seed, arrays.moments.shape[-2]),)
        self.harmonics = Harmonics.draw(blocks, seeds, self.drawn)
        self.moments = self._controlled_moments(blocks)

    def _controlled_moments(self, blocks: Blocks) -> CouplingMoments:
        """Means and replicates of the moments of each step, with all controls applied."""
        arrays, readings, drawn = self.arrays, self.setting.readings, self.drawn
        volume = None
        if arrays.volume is not None and arrays.number is not None:
            known = control_means(blocks, readings, self.deformations)
            volume = Volume(arrays.volume[:drawn], arrays.number[:drawn], known)
        moments = sampled_coupling_moments(
            arrays.moments[:drawn],
            arrays.unstrained[:drawn],
            readings,
            self.deformations,
            blocks.isotropic,
            self.harmonics,
            volume,
        )
        return moments.repeated(self.steps) if drawn == 1 else moments

    @cached_property
    def plain(self) -> CouplingMoments:
        """The moments from the same draws without control variates, for comparison."""
        sums = self.arrays.moments[: self.drawn]
        return plain_coupling_moments(sums, self.setting.readings, self.deformations)

    def coupling(self, alpha: float) -> dict[str, Array]:
        """M of each step, its largest standard errors, and the gain over plain sampling."""
        m, stderr = self.moments.coupling(alpha), self.moments.coupling_stderr(alpha)
        plain = self.plain.coupling_stderr(alpha)
        large, small = (x.max(axis=(0, -2, -1)) for x in (plain, stderr))
        return {
            "M": m,
            "largest_stderr": small,
            "plain_stderr": large,
            "variance_reduction": _variance_ratio(large, small),
        }

    def flow(self, alpha: float) -> ChannelFlow:
        """The flow of χ with jackknife errors."""
        return lattice_flow(alpha, self.moments, self.setting.strains, self.setting.rule)

    def critical_strains(self, alpha: float) -> list[list[CriticalStrain]]:
        """Zeros by interpolation between the strains of the grid, with their errors."""
        groups, rule = self.moments.groups, self.setting.rule
        if not rule.resummed or groups is None:
            return [[] for _ in self.setting.readings]
        start = inverse_start(alpha, rule.contraction, rule.amplitude)
        factor, sums = sign_factor(rule.sign), self.moments.summed()
        mean = start + factor * sums.coupling(alpha)[0]
        replicates = start + factor * sums.coupling_replicates(alpha)[:, 0]
        rest = groups, start, rule.contraction, rule.channels
        return [
            sampled_critical_strains(
                SampledPath(self.setting.strains, mean[i], replicates[:, i], *rest)
            )
            for i in range(len(mean))
        ]

    def shared_datasets(self) -> dict[str, Any]:
        """The datasets of the draws: autocorrelation times, the names of the harmonics."""
        names = {} if self.harmonics is None else {"axes/monomial": self.harmonics.names}
        return {
            "axes/estimate": ["value", "stderr"],
            "coupling/autocorrelation": self._autocorrelation(),
            **names,
        }

    def component_errors(self, alpha: float) -> dict[str, Array]:
        """Standard errors of the components of M and of χ, by path."""
        return {
            "coupling/M_stderr": self.moments.coupling_stderr(alpha),
            "flow/chi_stderr": chi_stderr(alpha, self.moments, self.setting.rule)[1:],
        }

    def harmonic_means(self) -> dict[str, Array]:
        """The harmonics of the rotations of each step, by path; none where nothing is turned."""
        if self.harmonics is None:
            return {}
        means = self.harmonics.means
        return {"coupling/harmonics": np.broadcast_to(means, (self.steps, *means.shape[1:]))}

    def _autocorrelation(self) -> Array:
        """Autocorrelation time of the chunk means and its error, (readings, strains, 2)."""
        series = np.moveaxis(self.arrays.moments[: self.drawn], (1, 2, 3), (0, 1, 2))
        chunks = series.reshape(*series.shape[:3], -1)  # (readings, strains, chunks, steps × 15)
        return np.array([[autocorrelation_time(x) for x in row] for row in chunks])
