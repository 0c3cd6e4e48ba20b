"""Results that a run file leaves out, as they follow from those that it holds.

A file holds no number twice. χ follows from M, its eigenvalues are one over those of its inverse,
and deviations are differences in units of the standard error: each is computed here when it is
read, by the functions that gave it at the end of the run, so with the same bits. The standard
errors of single components of M and χ, and the harmonics of the draws, follow from the chunk
means: that takes as long as all results of the run.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from rsrg.config.schema import Config
from rsrg.ensemble.harmonics import ChunksPerSeed
from rsrg.physics.arrays import Array
from rsrg.physics.recursion import flow
from rsrg.physics.sign import sign_factor
from rsrg.results.chunk_means import MomentArrays
from rsrg.results.compute import deviation
from rsrg.results.derivable import LARGEST, parts
from rsrg.results.sampled import SampledSource
from rsrg.results.side_by_side import glasses_at_once
from rsrg.results.source import Setting
from rsrg.storage.layout import FROM_CHUNK_MEANS
from rsrg.sums.threads import ordered_map

if TYPE_CHECKING:
    from rsrg.results.run import Run


def derive(run: "Run", name: str) -> dict[str, Any]:
    """The values of a path among those that are derivable; and of others where they come along."""
    if name == LARGEST:
        return {name: run.read("coupling/M_stderr").max(axis=(1, 4, 5))}
    if name in FROM_CHUNK_MEANS:
        return _from_chunk_means(run)
    word, source = parts(name)
    if word == "chi":
        return {name: _chi(run, source)}
    if word == "deviation":
        return {name: _deviation(run, source)}
    inverse = run.values("flow/inverse_eigenvalues", source)
    if name.endswith("_stderr"):
        return {name: run.read("flow/inverse_eigenvalues_stderr") / inverse**2}
    with np.errstate(divide="ignore"):
        return {name: 1.0 / inverse}


def _from_chunk_means(run: "Run") -> dict[str, Any]:
    if run.config.sampling.estimator == "exact":  # nothing is sampled: no errors
        m = run.read("coupling/M")
        return {"coupling/M_stderr": np.zeros_like(m), "flow/chi_stderr": np.zeros_like(m)}
    moments = MomentArrays.from_run_file(run, run.config)
    return from_chunk_means(run.config, moments, run.chunks_per_seed)


def from_chunk_means(
    config: Config, moments: MomentArrays, chunks_per_seed: ChunksPerSeed | None = None
) -> dict[str, Any]:
    """The datasets FROM_CHUNK_MEANS of a Monte Carlo run, by path; otherwise as `compute_results`.

    There are no harmonics where nothing is turned.
    """
    source = SampledSource(Setting.from_config(config), moments, chunks_per_seed)
    alphas, threads = [m.alpha for m in config.glasses()], glasses_at_once(config)
    rows = list(ordered_map(source.component_errors, alphas, threads))
    errors = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    return errors | source.harmonic_means()


def _chi(run: "Run", source: str) -> Array:
    """χ after each step (3.3 or 3.8), (materials, steps, ..., strains, 6, 6)."""
    setting = Setting.from_config(run.config)
    rule, weights = setting.rule, setting.weights[:, None, None, None, None]
    rows = []
    for start, m in zip(run.read("flow/chi_start"), run.values("coupling/M", source), strict=True):
        of_readings = m[None] if source == "log" else m  # one formula for all readings
        couplings = of_readings if source == "lattice" else weights * of_readings
        chi = flow(start, sign_factor(rule.sign) * couplings, rule.update, rule.contraction).chi[1:]
        rows.append(chi[:, 0] if source == "log" else chi)
    return np.stack(rows)


def _deviation(run: "Run", source: str) -> Array:
    """The sum less a formula, in standard errors, (materials, steps, readings, strains, 6)."""
    formula = run.values("flow/inverse_eigenvalues", source)
    sums, errors = (run.read(f"flow/inverse_eigenvalues{s}") for s in ("", "_stderr"))
    return deviation(sums, errors, formula[:, :, None] if source == "log" else formula)
