"""How small the error of M became, and what that would have taken without control variates."""

import numpy as np

from rsrg.formatting import duration_text
from rsrg.results.reached_error import reached_error
from rsrg.results.run import Run
from rsrg.results.trust import correlation_warning

ROUNDING = 1e-12  # of the error of plain sampling: a smaller one is the rounding of its sums


def sampling_notes(run: Run) -> list[str]:
    """The largest error, the target if there was one, and the draws and time saved."""
    if "coupling/plain_stderr" not in run.snapshot:  # written by an older rsrg
        return []
    error = float(np.max(run.read("coupling/largest_stderr")))
    plain = float(np.max(run.read("coupling/plain_stderr")))
    draws = run.config.sampling.samples
    line = f"Standard error of M: at most {error:.2g} with {draws:,} draws per step."
    if error <= ROUNDING * plain:
        line = f"M is fixed by symmetry, whatever the {draws:,} draws per step: it has no error."
    elif error < plain:
        line += _saved((plain / error) ** 2, _seconds(run))
    return [line, *_target(run), *filter(None, [correlation_warning(run)])]


def _saved(factor: float, seconds: float) -> str:
    """What the controls saved, as a sentence."""
    times = float(f"{factor:.3g}")
    return (
        f" Without control variates, {times:,g} times as many would be needed: about "
        f"{duration_text((factor - 1.0) * seconds)} more than the {duration_text(seconds)} that "
        "the draws took."
    )


def _target(run: Run) -> list[str]:
    target = run.config.sampling.target_error
    if target is None:
        return []
    reached = reached_error(run, run.config.sampling.target_quantity)
    begin = f"Target error {target:g} of {reached.quantity}:"
    if reached.value is None:
        return [f"{begin} there is no crossing to measure."]
    if reached.value <= target:
        return [f"{begin} met, {reached.value:.2g}."]
    if run.preliminary:
        return [f"{begin} {reached.value:.2g} so far."]
    return [
        f"{begin} not met, {reached.value:.2g} at `max_samples` {run.config.most_samples():,}. "
        "Go on: rsrg resume RUN -o sampling.max_samples N"
    ]


def _seconds(run: Run) -> float:
    """Time spent on draws, in all sessions."""
    return sum(float(text) for text in run.read("provenance/sampling") if text)
