"""From the moments of every step to χ, eigenvalues and critical strains of every glass.

A pure function of the config and the raw chunk means: wherever a run was resumed, the numbers are
the same. Each glass is followed in up to three columns: the lattice sum (no suffix), the exact
continuum (`_continuum`), and the paper's formula (`_log`).
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from rsrg.config.schema import Config
from rsrg.ensemble.critical import CriticalStrain
from rsrg.ensemble.flows import ChannelFlow
from rsrg.ensemble.harmonics import ChunksPerSeed
from rsrg.physics.arrays import Array
from rsrg.physics.elastic import elastic_susceptibility
from rsrg.physics.strain import strain_direction
from rsrg.results.axes import CROSSINGS
from rsrg.results.chunk_means import MomentArrays
from rsrg.results.column import Column, Setting
from rsrg.results.formulas import _continuum_column, _log_column
from rsrg.results.sampled import LatticeColumn

HUGE = 1e100


def _columns(
    config: Config, moments: MomentArrays | None, drawn_by: ChunksPerSeed | None
) -> Iterator[Column]:
    setting = Setting.of(config)
    if moments is not None:
        yield LatticeColumn(setting, moments, drawn_by)
    yield _continuum_column(setting)
    if np.array_equal(setting.direction, strain_direction("xx")):  # all that (4.5) is for
        yield _log_column(setting)


def compute_results(
    config: Config, moments: MomentArrays | None, drawn_by: ChunksPerSeed | None = None
) -> dict[str, Any]:
    """Every derived dataset of the run file, by path (see `layout`), materials first.

    moments: all raw chunk means; None where the config asks for the formulas alone. drawn_by: the
    seeds of the chunks, and how many each drew; by default all by the config's own.
    """
    columns = list(_columns(config, moments, drawn_by))
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
