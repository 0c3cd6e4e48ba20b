"""The tasks that executors compute, functions of their arguments alone, wherever that is.

A chunk of draws: a page of JSON to send, and a few kilobytes of means to return. Some chunks of
super blocks: the subpool that they are made of, a sixteenth of the pool, goes with them.
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
from rsrg.ensemble.sampling import ChunkMoments, exact_means
from rsrg.errors import ExecutorError
from rsrg.execution.sampler import config_pool_step, config_sampler
from rsrg.physics.arrays import Array
from rsrg.results.chunk_means import CaseIndices
from rsrg.storage.provenance import host, versions
from rsrg.sums.jit import processor, set_threads

ChunkRange = tuple[int, int, int]  # step, first chunk of super blocks, and the one after the last
SuperBlocks = tuple[Array, Array]  # χ and stability, as `PoolStep.coarse_grain` gives them
T = TypeVar("T")
_one_at_a_time = Lock()  # not every threading layer of numba may be entered by two threads


def chunk_moments(config: str, step: int, chunk: int, cases: CaseIndices) -> ChunkMoments:
    """The means of one chunk of draws, of these cases and of their controls.

    config: as `Config.resolved` gives it. The bits of a case do not depend on the others.
    """
    with _one_at_a_time:  # a run that was stopped at once may have left a chunk behind
        return _chunk_function(config, cases)(step, chunk)


def super_block_chunks(config: str, step: int, first: int, end: int, subpool: Array) -> SuperBlocks:
    """Chunks first … end − 1 of the super blocks of a step, made of the blocks of a subpool."""
    with _one_at_a_time:
        pool = _pool_step(config)
        chunks = [pool.coarse_grain(subpool, step, chunk) for chunk in range(first, end)]
    chi, stability = zip(*chunks, strict=True)
    return np.concatenate(chi, axis=3), np.concatenate(stability, axis=3)


def environment_fingerprint() -> dict[str, str]:
    """What must be the same for the bits to be: the software, and which processors it is for."""
    return versions() | {"processor": processor(), "blas": blas_kernels()}


@cache
def blas_kernels() -> str:
    """Which processor the linear algebra chose its kernels for; its version is that of numpy."""
    names = [lib.get("architecture") for lib in threadpool_info() if lib["user_api"] == "blas"]
    return "+".join(sorted({name for name in names if name}))


def run_on_one_thread(fingerprint: Mapping[str, str], task: Callable[..., T], *values: Any) -> T:
    """A task on one thread, in a worker whose bits must be those of the run's own process.

    fingerprint: the `environment_fingerprint` of that process. Raises ExecutorError, naming what
    differs, where this worker has another: its bits could differ.
    """
    here = environment_fingerprint()
    differing = [f"{k} {here.get(k)} for {v}" for k, v in fingerprint.items() if here.get(k) != v]
    if differing:
        raise ExecutorError(
            f"a worker must have the software and processor of the run; {host()} has "
            f"{', '.join(differing)} (see docs/clusters.md)"
        )
    set_threads(1)
    with one_blas_thread():
        return task(*values)


def one_blas_thread() -> AbstractContextManager[object]:
    """Linear algebra on one thread: its last bits depend on how many there are."""
    return threadpool_limits(limits=1, user_api="blas")


@lru_cache(maxsize=4)
def _chunk_function(text: str, cases: CaseIndices) -> Callable[[int, int], ChunkMoments]:
    """(step, chunk) → means, with what all chunks of a config share computed once."""
    config = Config.model_validate_json(text)
    sampler, once = config_sampler(config, *cases), config.sampling.resample == "once"
    if config.sampling.estimator == "exact":
        means = exact_means(sampler.blocks, sampler.readings, sampler.deformations)
        return lambda step, chunk: ChunkMoments(means, np.zeros(15))
    return lambda step, chunk: sampler.chunk(0 if once else step, chunk)


@lru_cache(maxsize=4)
def _pool_step(text: str) -> PoolStep:
    return config_pool_step(Config.model_validate_json(text))
