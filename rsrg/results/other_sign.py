"""The end of a run's flow with the other sign: the same sums, taken away where they were added."""

from dataclasses import dataclass

import numpy as np

from rsrg.ensemble.coupling import CouplingMoments
from rsrg.ensemble.flows import formula_flow, lattice_flow
from rsrg.physics.arrays import Array
from rsrg.physics.sign import Sign
from rsrg.results.chunk_means import MomentArrays
from rsrg.results.run import Run
from rsrg.results.sampled import SampledSource
from rsrg.results.source import Setting


@dataclass(frozen=True)
class OtherSign:
    """Eigenvalues of χ⁻¹ at the final length, 1/ρc_t², with the sign that the run has not.

    inverse_eigenvalues: by source, (materials, readings, strains, 6). stderr: of the sum over
    blocks, of that shape; zero where M is exact.
    """

    sign: Sign
    inverse_eigenvalues: dict[str, Array]
    stderr: Array


def other_sign(run: Run) -> OtherSign | None:
    """From the moments and M that a run holds; None unless its update is the resummed one.

    χ⁻¹ = χ_el⁻¹/f ± Σ M is linear in M, so all steps are taken as one. None, too, for draws whose
    chunk means were left out: only they give the errors.
    """
    flow = run.config.flow
    sign: Sign = "hamiltonian" if flow.sign == "paper" else "paper"
    config = run.config.model_copy(update={"flow": flow.model_copy(update={"sign": sign})})
    setting = Setting.from_config(config)
    drawn = config.sampling.estimator == "montecarlo" and "lattice" in run.sources()
    if not setting.rule.resummed or (drawn and "coupling/moments" not in run):
        return None
    curves = {source: _formula(run, setting, source) for source in run.sources()}
    stderr = np.zeros_like(curves[run.sources()[0]])
    if drawn:
        curves["lattice"], stderr = _sampled(run, setting)
    return OtherSign(sign, curves, stderr)


def _formula(run: Run, setting: Setting, source: str) -> Array:
    """By the M that is stored, without errors."""
    coupling = run.values("coupling/M", source)
    steps = float(setting.weights.sum())
    total = coupling.sum(axis=1) if source == "lattice" else steps * coupling
    if source == "log":
        total = total[:, None]
    ends = [
        formula_flow(float(alpha), m[None], setting.strains, setting.rule).inverse_eigenvalues[-1]
        for alpha, m in zip(run.read("axes/alpha"), total, strict=True)
    ]
    return np.array(ends)


def _sampled(run: Run, setting: Setting) -> tuple[Array, Array]:
    """By the sampled moments, with jackknife errors."""
    arrays = MomentArrays.from_run_file(run, run.config)
    moments = SampledSource(setting, arrays, run.chunks_per_seed).moments
    total = CouplingMoments(
        moments.mean.sum(axis=0, keepdims=True),
        moments.replicates.sum(axis=1, keepdims=True),
        moments.groups,
    )
    flows = [
        lattice_flow(float(alpha), total, setting.strains, setting.rule)
        for alpha in run.read("axes/alpha")
    ]
    values = np.array([f.inverse_eigenvalues[-1] for f in flows])
    return values, np.array([f.inverse_eigenvalues_stderr[-1] for f in flows])
