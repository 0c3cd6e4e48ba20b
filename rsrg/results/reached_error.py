"""The standard error that a sampled run has reached so far, of what its target error is for."""

from dataclasses import dataclass

import numpy as np

from rsrg.results.run import Run


@dataclass(frozen=True)
class ReachedError:
    """The largest error of a quantity: M, or the lowest critical strains.

    value: None where there is nothing to measure, because no glass fails.
    """

    quantity: str
    value: float | None


def reached_error(run: Run, quantity: str | None) -> ReachedError:
    """The error of a sampled run with results.

    quantity: `target_quantity` of the config: coupling, critical_strain, or None for coupling.
    """
    if quantity != "critical_strain":
        return ReachedError("M", float(np.max(run.read("coupling/M_stderr"))))
    lowest = run.read("critical/sampling_stderr")[..., 0]
    there = bool(np.isfinite(lowest).any())
    return ReachedError("the lowest critical strains", float(np.nanmax(lowest)) if there else None)
