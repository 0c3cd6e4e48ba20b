"""From the moments of every step to χ, eigenvalues and critical strains of every glass.

A pure function of the config and the raw chunk means, so the numbers do not depend on where a
run was stopped and resumed. Each glass is followed with every source of M: the sum over blocks
(datasets without a suffix), the exact continuum (`_continuum`), and the paper's formula (`_log`).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from rsrg.config.schema import Config
from rsrg.ensemble.critical import CriticalStrain
from rsrg.ensemble.flows import ChannelFlow
from rsrg.ensemble.harmonics import ChunksPerSeed
from rsrg.physics.arrays import Array
from rsrg.physics.loading import Side, outward, side_of
from rsrg.results.axes import CROSSINGS, crossings_kept
from rsrg.results.chunk_means import MomentArrays
from rsrg.results.exact_sum import ExactSumSource
from rsrg.results.formulas import FORMULAS
from rsrg.results.sampled import SampledSource
from rsrg.results.side_by_side import glasses_at_once
from rsrg.results.source import CouplingSource, Setting
from rsrg.storage.layout import ENTRIES
from rsrg.sums.threads import ordered_map

SUM = ""  # the suffix of the sum over blocks
MAX_GAP = 1e100  # second order runs away: limits the differences, so that all stays finite


def coupling_sources(
    config: Config, moments: MomentArrays | None, chunks_per_seed: ChunksPerSeed | None = None
) -> Iterator[CouplingSource]:
    """The sources of M of a run: the sums over blocks, if there are any, and the formulas."""
    setting = Setting.from_config(config)
    if moments is not None:
        exact = config.sampling.estimator == "exact"
        yield (
            ExactSumSource(setting, moments)
            if exact
            else SampledSource(setting, moments, chunks_per_seed)
        )
    for make in FORMULAS:
        if (source := make(setting)) is not None:
            yield source


def compute_results(
    config: Config,
    moments: MomentArrays | None,
    chunks_per_seed: ChunksPerSeed | None = None,
    threads: int | None = None,
) -> dict[str, Any]:
    """Every derived dataset of the run file, by path (see `storage.layout`), materials first.

    moments: all raw chunk means; None where the config asks only for the formulas.
    chunks_per_seed: see `SampledSource`. threads: of glasses side by side; by default one for each
    processor, fewer where they would take much memory together.
    """
    sources = list(coupling_sources(config, moments, chunks_per_seed))
    start, crossings = Setting.from_config(config).rule.start, crossings_kept(config)
    task = partial(_glass_datasets, sources, start, crossings)
    alphas = [material.alpha for material in config.glasses()]
    rows = list(ordered_map(task, alphas, glasses_at_once(config, threads)))
    datasets = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    for source in sources:
        datasets |= source.shared_datasets()
    return datasets


def _glass_datasets(
    sources: Sequence[CouplingSource],
    start: Callable[[float], Array],
    crossings: int,
    alpha: float,
) -> dict[str, Any]:
    """The datasets of one glass from all sources, by path. start: gives the first χ of a glass."""
    flows = {source.suffix: source.flow(alpha) for source in sources}
    datasets: dict[str, Any] = {"flow/chi_start": start(alpha)}
    for source in sources:
        datasets |= _datasets(source, alpha, flows[source.suffix], crossings)
    return datasets | _deviations(flows)


def _datasets(
    source: CouplingSource, alpha: float, flow: ChannelFlow, crossings: int
) -> dict[str, Any]:
    """The datasets of one glass from one source, by path."""
    is_sum = source.suffix == SUM  # formulas have no errors
    datasets = {f"coupling/{name}": values for name, values in source.coupling(alpha).items()}
    for name in ("chi", "eigenvalues", "inverse_eigenvalues"):
        datasets[f"flow/{name}"] = getattr(flow, name)[1:]
        if is_sum and name != "chi":
            datasets[f"flow/{name}_stderr"] = getattr(flow, f"{name}_stderr")[1:]
    datasets["flow/transition_step"] = flow.transition_step
    datasets["flow/runaway_step"] = flow.runaway_step
    datasets |= _critical_arrays(source.critical_strains(alpha), is_sum, crossings)
    return {
        f"{name}{source.suffix}": _as_in_layout(name, source.suffix, values)
        for name, values in datasets.items()
    }


def _as_in_layout(name: str, suffix: str, values: Array) -> Array:
    """Values without the axis of readings where a source has none: one formula for all."""
    if "reading" in ENTRIES[f"{name}{suffix}"].dims:
        return values
    dims = [d for d in ENTRIES[name].dims if d != "material"]
    if name == "coupling/M":
        dims.remove("step")  # a formula gives the same M for every step
    return np.take(values, 0, axis=dims.index("reading"))


def _critical_arrays(
    rows: list[list[CriticalStrain]], errors: bool, crossings: int
) -> dict[str, Any]:
    """`/critical` of each reading, (readings, crossings), from e = 0 outwards; NaN, "" for none."""
    names = {"strain": "strain"}
    if errors:
        names |= {
            "strain_stderr": "stderr",
            "sampling_stderr": "sampling",
            "bootstrap_stderr": "bootstrap",
        }
    arrays: dict[str, Any] = {
        f"critical/{name}": np.full((len(rows), crossings), np.nan) for name in names
    }
    channel = np.full((len(rows), crossings), "", dtype=object)
    failing = np.full((len(rows), crossings, 6), np.nan)
    for i, row in enumerate(rows):
        for j, crossing in enumerate(_nearest(row)):
            channel[i, j], failing[i, j] = crossing.channel, crossing.components
            for name, field in names.items():
                arrays[f"critical/{name}"][i, j] = getattr(crossing, field)
    return arrays | {"critical/channel": channel, "critical/failing_strain": failing}


def _nearest(row: list[CriticalStrain]) -> list[CriticalStrain]:
    """Those from e = 0 outwards, at most CROSSINGS on each side."""
    ordered = [row[k] for k in outward([c.strain for c in row])]
    count: Counter[Side] = Counter()
    kept = []
    for crossing in ordered:
        count[side_of(crossing.strain)] += 1
        if count[side_of(crossing.strain)] <= CROSSINGS:
            kept.append(crossing)
    return kept


def _deviations(flows: dict[str, ChannelFlow]) -> dict[str, Array]:
    """The deviation of every formula from the sum over blocks, where there is an error."""
    if SUM not in flows or not np.any(flows[SUM].inverse_eigenvalues_stderr):
        return {}
    sums = flows[SUM].inverse_eigenvalues[1:]
    stderr = flows[SUM].inverse_eigenvalues_stderr[1:]
    return {
        f"flow/deviation{suffix}": deviation(sums, stderr, flows[suffix].inverse_eigenvalues[1:])
        for suffix in flows.keys() - {SUM}
    }


def deviation(sums: Array, stderr: Array, formula: Array) -> Array:
    """(sum − formula) / standard error of the eigenvalues of χ⁻¹; infinite without an error."""
    gap = np.clip(sums - formula, -MAX_GAP, MAX_GAP)
    rounding = np.abs(gap) <= 1e-12 * np.abs(sums)
    gap[rounding] = 0.0  # without strain both are χ_el⁻¹, with no error
    infinite = np.where(gap == 0.0, 0.0, np.copysign(np.inf, gap))
    return np.divide(gap, stderr, out=infinite, where=stderr > 0.0)
