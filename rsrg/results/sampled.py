"""Results of the sums over blocks: sampled, or averaged exactly."""

from functools import cache
from typing import Any

import numpy as np

from rsrg.config.block_ensemble import block_ensemble
from rsrg.ensemble.autocorrelation import autocorrelation_time
from rsrg.ensemble.coupling import (
    CouplingMoments,
    Volume,
    exact_coupling_moments,
    plain_coupling_moments,
    sampled_coupling_moments,
)
from rsrg.ensemble.critical import CriticalStrain, sampled_critical_strains
from rsrg.ensemble.flows import ChannelFlow, lattice_flow
from rsrg.ensemble.harmonics import ChunksPerSeed, Harmonics
from rsrg.ensemble.sampling import control_means
from rsrg.physics.arrays import Array
from rsrg.physics.haar_mean import haar_mean_moments
from rsrg.physics.interaction import lambda_tilde_from_moments
from rsrg.results.chunk_means import MomentArrays
from rsrg.results.column import Setting


def _correlations(moments: Array) -> list[tuple[float, float]]:
    """Autocorrelation time and its error at each strain, of (steps, strains, chunks, 15)."""
    series = np.moveaxis(moments, (1, 2), (0, 1))  # (strains, chunks, steps, 15)
    return [autocorrelation_time(s.reshape(len(s), -1)) for s in series]


def _reduction(plain: Array, stderr: Array) -> Array:
    """(plain/stderr)²; 1 where symmetry alone makes M vanish and leaves no error but rounding."""
    rounding = stderr <= 1e-12 * plain
    return np.divide(plain, stderr, out=np.ones_like(plain), where=~rounding) ** 2


class LatticeColumn:
    """M from the sums over blocks: sampled, or averaged exactly."""

    suffix = ""

    def __init__(
        self,
        setting: Setting,
        means: MomentArrays,
        drawn_by: ChunksPerSeed | None = None,
    ) -> None:
        config, self.setting = setting.config, setting
        deformations = config.strain.deformations()
        readings, moments = setting.readings, means.moments
        self.moments: CouplingMoments
        self.plain: CouplingMoments | None = None
        self.harmonics: Harmonics | None = None
        if config.sampling.estimator == "exact":
            self.moments = exact_coupling_moments(moments[..., 0, :], readings, deformations)
        else:
            drawn = 1 if config.sampling.resample == "once" else len(moments)
            blocks = block_ensemble(config.blocks)
            seeds = drawn_by or ((config.sampling.seed, moments.shape[-2]),)
            self.harmonics = Harmonics.draw(blocks, seeds, drawn)
            volume = None
            if means.volume is not None and means.number is not None:
                known = control_means(blocks, readings, deformations)
                volume = Volume(means.volume[:drawn], means.number[:drawn], known)
            sampled = sampled_coupling_moments(
                moments[:drawn],
                means.unstrained[:drawn],
                readings,
                deformations,
                blocks.isotropic,
                self.harmonics,
                volume,
            )
            self.moments = sampled.repeated(len(moments)) if drawn == 1 else sampled
            self.plain = plain_coupling_moments(moments[:drawn], readings, deformations)
            self.tau = [_correlations(moments[:drawn, r]) for r in range(len(readings))]
        self._haar = cache(
            lambda e, i: haar_mean_moments(
                setting.deformation(e), config.blocks.n0, readings[i], config.blocks.lattice or "sc"
            )
        )

    def flow(self, alpha: float) -> ChannelFlow:
        """The flow with jackknife errors."""
        return lattice_flow(alpha, self.moments, self.setting.strains, self.setting.rule)

    def coupling(self, alpha: float) -> dict[str, Array]:
        """M of each step, its standard error, and what that gained on plain sampling."""
        m, stderr = self.moments.coupling(alpha), self.moments.coupling_stderr(alpha)
        if self.plain is None:
            return {"M": m, "M_stderr": stderr}
        plain = self.plain.coupling_stderr(alpha)
        large, small = (x.max(axis=(0, -2, -1)) for x in (plain, stderr))
        gained = {"plain_stderr": large, "variance_reduction": _reduction(large, small)}
        return {"M": m, "M_stderr": stderr, **gained}

    def raw(self) -> dict[str, Any]:
        """What belongs to the draws, not to a glass: controls drawn again, and correlations."""
        found: dict[str, Any] = {}
        if self.plain is not None:
            names = ["value", "stderr"]
            found = {"axes/estimate": names, "coupling/autocorrelation": np.array(self.tau)}
        if self.harmonics is not None:
            means, steps = self.harmonics.means, len(self.moments.mean)
            means = np.broadcast_to(means, (steps, *means.shape[1:]))
            found |= {"axes/monomial": self.harmonics.names, "coupling/harmonics": means}
        return found

    def critical(self, alpha: float, flow: ChannelFlow) -> list[list[CriticalStrain]]:
        """Roots of the exact mean to 1e-8; of the sampled one by interpolation, with an error."""
        return [self._critical(alpha, flow, i) for i in range(len(self.setting.readings))]

    def _critical(self, alpha: float, flow: ChannelFlow, i: int) -> list[CriticalStrain]:
        groups, rule = self.moments.groups, self.setting.rule
        if groups is None:
            return self.setting.critical(
                alpha, lambda e: lambda_tilde_from_moments(self._haar(e, i), alpha) / (4.0 * np.pi)
            )
        if not rule.resummed:
            return []
        return sampled_critical_strains(
            self.setting.strains,
            flow.inverse_eigenvalues[-1, i],
            flow.inverse_replicates[:, i],
            groups,
            rule.channels.names,
        )
