"""From the moments of every step to χ, eigenvalues and critical strains of every glass.

A pure function of the config and the raw chunk means: wherever a run was resumed, the numbers are
the same. Each glass is followed in up to three columns: the lattice sum (no suffix), the exact
continuum (`_continuum`), and the paper's formula (`_log`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np

from rsrg.config.block_ensemble import block_ensemble
from rsrg.config.schema import Config
from rsrg.ensemble.autocorrelation import autocorrelation_time
from rsrg.ensemble.coupling import (
    CouplingMoments,
    Volume,
    exact_coupling_moments,
    plain_coupling_moments,
    sampled_coupling_moments,
)
from rsrg.ensemble.critical import CriticalStrain, sampled_critical_strains
from rsrg.ensemble.flows import ChannelFlow, FlowRule, formula_flow, lattice_flow
from rsrg.ensemble.harmonics import DrawnBy, Harmonics
from rsrg.ensemble.sampling import Means, control_means
from rsrg.physics.arrays import Array
from rsrg.physics.channels import strain_channels
from rsrg.physics.continuum import continuum_moments
from rsrg.physics.criticality import crossings
from rsrg.physics.elastic import elastic_susceptibility, inverse_elastic_susceptibility
from rsrg.physics.haar_mean import haar_mean_moments
from rsrg.physics.interaction import lambda_tilde_from_moments
from rsrg.physics.log_formula import log_formula_coupling
from rsrg.physics.readings import Reading
from rsrg.physics.strain import strain_direction

CROSSINGS = 6  # kept per material and reading: the lowest
HUGE = 1e100
FINE = 60  # strains at least, between which the zeros of a formula are bracketed


@dataclass(frozen=True)
class Setting:
    """What is the same for every glass of a run."""

    config: Config
    strains: Array
    readings: tuple[Reading, ...]
    direction: Array
    weights: Array
    rule: FlowRule

    @classmethod
    def of(cls, config: Config) -> "Setting":
        """The setting of a config."""
        direction = config.strain.direction()
        flow = config.flow
        rule = FlowRule(flow.annealed_update, flow.contraction, strain_channels(direction))
        strains, readings = config.strain.strains(), config.reading_list()
        return cls(config, strains, readings, direction, config.step_weights(), rule)

    def deformation(self, e: float) -> Array:
        """F at a strain e."""
        return np.eye(3) + e * self.direction

    def critical(self, alpha: float, coupling: Callable[[float], Array]) -> list[CriticalStrain]:
        """Zeros of the eigenvalues of χ⁻¹ at the end of the flow, M a function of strain."""
        if not self.rule.resummed:
            return []
        start = inverse_elastic_susceptibility(alpha, self.rule.contraction)
        grid = self.strains
        if len(grid) < FINE:
            grid = np.unique(np.concatenate((grid, np.linspace(grid[0], grid[-1], FINE))))
        n = float(self.weights.sum())
        found = crossings(
            lambda e: start + n * coupling(e), grid, self.rule.contraction, self.rule.channels
        )
        return [CriticalStrain(c.strain, c.channel) for c in found]


def _correlations(moments: Array) -> list[tuple[float, float]]:
    """Autocorrelation time and its error at each strain, of (steps, strains, chunks, 15)."""
    series = np.moveaxis(moments, (1, 2), (0, 1))  # (strains, chunks, steps, 15)
    return [autocorrelation_time(s.reshape(len(s), -1)) for s in series]


def _reduction(plain: Array, stderr: Array) -> Array:
    """(plain/stderr)²; 1 where symmetry alone makes M vanish and leaves no error but rounding."""
    rounding = stderr <= 1e-12 * plain
    return np.divide(plain, stderr, out=np.ones_like(plain), where=~rounding) ** 2


class Column(Protocol):
    """One way to get M, followed to its end."""

    suffix: str

    def flow(self, alpha: float) -> ChannelFlow:
        """The flow of χ with its errors; leading axes (steps + 1, readings) or (steps + 1,)."""

    def coupling(self, alpha: float) -> dict[str, Array]:
        """The `/coupling` datasets of one glass."""

    def critical(self, alpha: float, flow: ChannelFlow) -> list[list[CriticalStrain]]:
        """Critical strains, one list per reading (or one list)."""


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


class LatticeColumn:
    """M from the sums over blocks: sampled, or averaged exactly."""

    suffix = ""

    def __init__(
        self,
        setting: Setting,
        means: Means,
        drawn_by: DrawnBy | None = None,
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


def _columns(config: Config, means: Means | None, drawn_by: DrawnBy | None) -> Iterator[Column]:
    setting = Setting.of(config)
    if means is not None:
        yield LatticeColumn(setting, means, drawn_by)
    yield _continuum_column(setting)
    if np.array_equal(setting.direction, strain_direction("xx")):  # all that (4.5) is for
        yield _log_column(setting)


def derive(config: Config, means: Means | None, drawn_by: DrawnBy | None = None) -> dict[str, Any]:
    """Every derived dataset of the run file, by path (see `layout`), materials first.

    means: all raw chunk means; None where the config asks for the formulas alone. drawn_by: the
    seeds of the chunks, and how many each drew; by default all by the config's own.
    """
    columns = list(_columns(config, means, drawn_by))
    rows = []
    for material in config.glasses():
        flows = {c.suffix: c.flow(material.alpha) for c in columns}
        row: dict[str, Any] = {"flow/chi_start": elastic_susceptibility(material.alpha)}
        for column in columns:
            row |= _datasets(column, material.alpha, flows[column.suffix])
        rows.append(row | _deviations(flows))
    found = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    sums = [column for column in columns if isinstance(column, LatticeColumn)]
    return found | (sums[0].raw() if sums else {})


def _datasets(column: Column, alpha: float, flow: ChannelFlow) -> dict[str, Any]:
    s = column.suffix
    found = {f"coupling/{name}{s}": values for name, values in column.coupling(alpha).items()}
    for name in ("chi", "eigenvalues", "inverse_eigenvalues"):
        found[f"flow/{name}{s}"] = getattr(flow, name)[1:]
        if s == "":
            found[f"flow/{name}_stderr"] = getattr(flow, f"{name}_stderr")[1:]
    found[f"flow/transition_step{s}"] = flow.transition_step
    found[f"flow/runaway_step{s}"] = flow.runaway_step
    found |= _critical_arrays(s, column.critical(alpha, flow))
    if s == "_log":  # one formula, whatever the reading: no such axis
        found = {name: _without_reading(name, v) for name, v in found.items()}
    return found


def _without_reading(name: str, values: Array) -> Array:
    per_step = name.startswith("flow/") and "_step_" not in name
    return values[:, 0] if per_step else values[0]


def _critical_arrays(suffix: str, found: list[list[CriticalStrain]]) -> dict[str, Any]:
    """`/critical` rows, (readings, crossings); NaN and "" where there is no crossing."""
    strain = np.full((len(found), CROSSINGS), np.nan)
    stderr, sampling, bootstrap = strain.copy(), strain.copy(), strain.copy()
    channel = np.full(strain.shape, "", dtype=object)
    for i, row in enumerate(found):
        for j, crossing in enumerate(row[:CROSSINGS]):
            strain[i, j], channel[i, j] = crossing.strain, crossing.channel
            stderr[i, j], sampling[i, j] = crossing.stderr, crossing.sampling
            bootstrap[i, j] = crossing.bootstrap
    arrays = {f"critical/strain{suffix}": strain, f"critical/channel{suffix}": channel}
    if suffix:
        return arrays
    errors = {"strain_stderr": stderr, "sampling_stderr": sampling, "bootstrap_stderr": bootstrap}
    return arrays | {f"critical/{name}": values for name, values in errors.items()}


def _deviations(flows: dict[str, ChannelFlow]) -> dict[str, Array]:
    """(lattice − formula) / standard error of the eigenvalues of χ⁻¹, where there is an error."""
    if "" not in flows or not np.any(flows[""].inverse_eigenvalues_stderr):
        return {}
    lattice = flows[""]
    stderr = lattice.inverse_eigenvalues_stderr[1:]
    deviations = {}
    for suffix in flows.keys() - {""}:
        gap = lattice.inverse_eigenvalues[1:] - flows[suffix].inverse_eigenvalues[1:]
        gap = np.clip(gap, -HUGE, HUGE)  # second order runs away: keep what follows finite
        rounding = np.abs(gap) <= 1e-12 * np.abs(lattice.inverse_eigenvalues[1:])
        gap[rounding] = 0.0  # without strain both are χ_el⁻¹, with no error
        infinite = np.where(gap == 0.0, 0.0, np.copysign(np.inf, gap))
        deviations[f"flow/deviation{suffix}"] = np.divide(
            gap, stderr, out=infinite, where=stderr > 0.0
        )
    return deviations
