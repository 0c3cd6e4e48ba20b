"""How small the error of M became, and what that would have taken without control variates."""

import numpy as np

from rsrg.ensemble.statistics import MAX_GROUPS
from rsrg.formatting import duration_text
from rsrg.results.run import Run

PLAINLY = 5.0  # standard errors; there are as many looks as readings and strains


def sampling_notes(run: Run) -> list[str]:
    """The largest error, the target if there was one, and the draws and time saved."""
    if "coupling/plain_stderr" not in run.snapshot:  # written by an older rsrg
        return []
    error = float(np.max(run.read("coupling/largest_stderr")))
    plain = float(np.max(run.read("coupling/plain_stderr")))
    draws = run.config.sampling.samples
    line = f"Standard error of M: at most {error:.2g} with {draws:,} draws per step."
    if 0.0 < error < plain:
        factor = (plain / error) ** 2
        line += (
            f" Plain sampling needs {factor:.3g} times as many: "
            f"about {duration_text((factor - 1.0) * _seconds(run))} more than the "
            f"{duration_text(_seconds(run))} that the draws took."
        )
    return [line, *_target(run, error), *_correlated(run)]


def _target(run: Run, error: float) -> list[str]:
    target, quantity = run.config.sampling.target_error, "M"
    if target is None:
        return []
    if run.config.sampling.target_quantity == "critical_strain":
        lowest = run.read("critical/sampling_stderr")[..., 0]
        error = float(np.max(lowest, where=np.isfinite(lowest), initial=0.0))
        quantity = "the lowest critical strains"
    if error <= target:
        return [f"Target error {target:g} of {quantity}: met, {error:.2g}."]
    return [
        f"Target error {target:g} of {quantity}: not met, {error:.2g} at `max_samples` "
        f"{run.config.most_samples():,}. Go on: rsrg resume {run.path} -o sampling.max_samples N"
    ]


def _correlated(run: Run) -> list[str]:
    """A warning where chunks are plainly not independent."""
    tau, error = np.moveaxis(run.read("coupling/autocorrelation"), -1, 0)
    if np.all(tau - 1.0 < PLAINLY * error):
        return []
    return [
        f"Chunks are correlated over up to {tau.max():.2g} chunks: errors of less than "
        f"{MAX_GROUPS} chunks are too small by about its square root."
    ]


def _seconds(run: Run) -> float:
    """Time spent on draws, in all sessions."""
    return sum(float(text) for text in run.read("provenance/sampling") if text)
