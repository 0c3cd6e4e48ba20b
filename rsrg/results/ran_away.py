"""Where the second order (3.3) has stopped: there χ ran to infinity, and the flow has no numbers.

Steps after that leave χ as it is, above RUNAWAY ρc_t². What a run file holds of them is χ at the
length where it ran away, not at L_n; and in its inverse only the runaway channel has digits.
"""

from typing import Any

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.results.run import Run
from rsrg.storage.layout import ENTRIES, SOURCES


def ran_away(run: Run, source: str) -> np.ndarray:
    """Whether χ ran away by a source of M, (materials, readings, strains); no readings if it has
    none. Nowhere if the update is the resummed one, which passes through infinity.
    """
    first = np.asarray(run.values("flow/runaway_step", source))
    return (first >= 0) & (run.config.flow.update == "second_order")


def values_of_flow(run: Run, name: str, source: str = "lattice", **index: Any) -> Array:
    """`run.values` of eigenvalues, their errors or deviations: NaN from where χ has run away on."""
    values = np.asarray(run.values(name, source, **index))
    if run.config.flow.update != "second_order":
        return values
    dims = ENTRIES[f"{name}{SOURCES[source].suffix}"].dims
    stopped = _stopped(run, source)
    if name == "flow/deviation":  # of a formula from the sum
        stopped = stopped | _stopped(run, "lattice")
    if "reading" not in dims:
        stopped = stopped[:, :, 0]
    everywhere = np.broadcast_to(stopped[..., None], run.values(name, source).shape)
    return np.where(everywhere[tuple(index.get(d, slice(None)) for d in dims)], np.nan, values)


def _stopped(run: Run, source: str) -> np.ndarray:
    """Whether χ has run away, (materials, steps, readings, strains); one reading if it has none."""
    first = np.asarray(run.values("flow/runaway_step", source))[:, None]
    if first.ndim == 3:
        first = first[:, :, None]
    steps = np.asarray(run.read("axes/step"))[:, None, None]
    return (first >= 0) & (steps >= first)
