"""The standard error that a sampled run has reached so far, of what its target error is for."""

from dataclasses import dataclass

import numpy as np

from rsrg.physics.loading import first_on_sides
from rsrg.results.run import Run


@dataclass(frozen=True)
class ReachedError:
    """The largest error of a quantity: M, or the first critical strains.

    value: None where there is nothing to measure, because no glass fails.
    """

    quantity: str
    value: float | None


def reached_error(run: Run, quantity: str | None) -> ReachedError:
    """The error of a sampled run with results.

    quantity: `target_quantity` of the config: coupling, critical_strain, or None for coupling.
    """
    if quantity != "critical_strain":
        return ReachedError("M", float(np.max(run.read("coupling/largest_stderr"))))
    errors = run.read("critical/sampling_stderr").reshape(-1, len(run.read("axes/crossing")))
    strains = run.read("critical/strain").reshape(errors.shape)
    first = [
        float(row[k])
        for row, e in zip(errors, strains, strict=True)
        for k in first_on_sides(e).values()
    ]
    return ReachedError("the first critical strains", max(first, default=None))
