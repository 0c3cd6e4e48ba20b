"""The unit of work: the raw means of one chunk of draws, a function of its arguments alone.

A unit is a few hundred bytes to send and its result a few kilobytes, wherever it is computed.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from threading import Lock

import numpy as np

from rsrg.ensemble.sampling import Means, exact_means
from rsrg.runs.config import Config
from rsrg.runs.errors import ExecutorError
from rsrg.runs.provenance import host, versions
from rsrg.runs.sampler import config_sampler
from rsrg.sums.jit import processor, set_threads

Cases = tuple[tuple[int, ...], tuple[int, ...]]  # numbers of readings, and of strains
_one_at_a_time = Lock()  # not every threading layer of numba may be entered by two threads


def chunk_means(config: str, step: int, chunk: int, cases: Cases) -> Means:
    """Raw means of a chunk, of these cases and of their controls.

    config: as `Config.resolved` gives it. The bits of a case do not depend on the others.
    """
    with _one_at_a_time:  # a run that was stopped at once may have left a chunk behind
        return _means_of(config, cases)(step, chunk)


def same_bits() -> dict[str, str]:
    """What must be the same for the bits to be: the software, and what it compiles for."""
    return versions() | {"processor": processor()}


def chunk_means_alone(
    config: str, software: Mapping[str, str], step: int, chunk: int, cases: Cases
) -> Means:
    """The same on one thread, in a worker that must be like the run's own process (`same_bits`).

    Raises ExecutorError, naming what differs, where it is not: the bits could differ.
    """
    here = same_bits()
    differing = [f"{k} {here.get(k)} for {v}" for k, v in software.items() if here.get(k) != v]
    if differing:
        raise ExecutorError(
            f"a worker must have the software and processor of the run; {host()} has "
            f"{', '.join(differing)} (see docs/clusters.md)"
        )
    set_threads(1)
    return chunk_means(config, step, chunk, cases)


@lru_cache(maxsize=4)
def _means_of(text: str, cases: Cases) -> Callable[[int, int], Means]:
    """(step, chunk) → means, with what all chunks of a config share computed once."""
    config = Config.model_validate_json(text)
    sampler, once = config_sampler(config, *cases), config.sampling.resample == "once"
    if config.sampling.estimator == "exact":
        means = exact_means(sampler.blocks, sampler.readings, sampler.deformations)
        return lambda step, chunk: Means(means, np.zeros(15))
    return lambda step, chunk: sampler.chunk(0 if once else step, chunk)
