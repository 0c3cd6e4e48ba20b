"""The units of work, functions of their arguments alone, wherever they are computed.

The raw means of a chunk of draws: a few hundred bytes to send and a few kilobytes to return. Some
chunks of super blocks of a pool: what they are made of, a sixteenth of the pool, goes with them.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import cache, lru_cache
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from rsrg.config.schema import Config
from rsrg.ensemble.pool import PoolStep
from rsrg.ensemble.sampling import Means, exact_means
from rsrg.errors import ExecutorError
from rsrg.execution.sampler import config_pool_step, config_sampler
from rsrg.physics.arrays import Array
from rsrg.results.chunk_means import Cases
from rsrg.storage.provenance import host, versions
from rsrg.sums.jit import processor, set_threads

Bundle = tuple[int, int, int]  # step, first chunk of super blocks, and the one after the last
Grown = tuple[Array, Array]  # χ and stability of super blocks, as `PoolStep.grow` gives them
T = TypeVar("T")
_one_at_a_time = Lock()  # not every threading layer of numba may be entered by two threads


def chunk_means(config: str, step: int, chunk: int, cases: Cases) -> Means:
    """Raw means of a chunk, of these cases and of their controls.

    config: as `Config.resolved` gives it. The bits of a case do not depend on the others.
    """
    with _one_at_a_time:  # a run that was stopped at once may have left a chunk behind
        return _means_of(config, cases)(step, chunk)


def same_bits() -> dict[str, str]:
    """What must be the same for the bits to be: the software, and which processors it is for."""
    return versions() | {"processor": processor(), "blas": blas()}


@cache
def blas() -> str:
    """Which processor the linear algebra chose its kernels for; its version is that of numpy."""
    found = [lib.get("architecture") for lib in threadpool_info() if lib["user_api"] == "blas"]
    return "+".join(sorted({name for name in found if name}))


def grown_chunks(config: str, step: int, first: int, end: int, part: Array) -> Grown:
    """Chunks first … end − 1 of the super blocks of a step, from their part of the pool."""
    with _one_at_a_time:
        pool = _pool_step_of(config)
        grown = [pool.grow(part, step, chunk) for chunk in range(first, end)]
    chi, stability = zip(*grown, strict=True)
    return np.concatenate(chi, axis=3), np.concatenate(stability, axis=3)


def alone(software: Mapping[str, str], task: Callable[..., T], *arguments: Any) -> T:
    """A unit on one thread, in a worker that must be like the run's own process (`same_bits`).

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
    with one_blas_thread():
        return task(*arguments)


def one_blas_thread() -> AbstractContextManager[object]:
    """Linear algebra on one thread: its last bits depend on how many there are."""
    return threadpool_limits(limits=1, user_api="blas")


@lru_cache(maxsize=4)
def _means_of(text: str, cases: Cases) -> Callable[[int, int], Means]:
    """(step, chunk) → means, with what all chunks of a config share computed once."""
    config = Config.model_validate_json(text)
    sampler, once = config_sampler(config, *cases), config.sampling.resample == "once"
    if config.sampling.estimator == "exact":
        means = exact_means(sampler.blocks, sampler.readings, sampler.deformations)
        return lambda step, chunk: Means(means, np.zeros(15))
    return lambda step, chunk: sampler.chunk(0 if once else step, chunk)


@lru_cache(maxsize=4)
def _pool_step_of(text: str) -> PoolStep:
    return config_pool_step(Config.model_validate_json(text))
