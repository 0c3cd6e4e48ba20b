"""The tasks that executors compute: functions that depend only on their arguments.

A chunk of draws takes a page of JSON as its input and returns a few kilobytes of means. With chunks
of super blocks, the subpool that they are made of is sent, a sixteenth of the pool.
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
_one_at_a_time = Lock()  # some threading layers of numba must not be used by two threads at once


def chunk_moments(config: str, step: int, chunk: int, cases: CaseIndices) -> ChunkMoments:
    """The means of one chunk of draws, for these readings and strains and for their controls.

    config: as `Config.resolved` gives it. The result of a case does
    not depend on which others are computed, to the last bit.
    """
    with _one_at_a_time:  # a stopped run may have left a chunk that is still being computed
        return _chunk_function(config, cases)(step, chunk)


def super_block_chunks(config: str, step: int, first: int, end: int, subpool: Array) -> SuperBlocks:
    """Chunks first … end − 1 of the super blocks of a step, made of the blocks of a subpool."""
    with _one_at_a_time:
        pool = _pool_step(config)
        chunks = [pool.coarse_grain(subpool, step, chunk) for chunk in range(first, end)]
    chi, stability = zip(*chunks, strict=True)
    return np.concatenate(chi, axis=3), np.concatenate(stability, axis=3)


def environment_fingerprint() -> dict[str, str]:
    """What the last bits of results depend on: software versions, and the kind of processor."""
    return versions() | {"processor": processor(), "blas": blas_kernels()}


@cache
def blas_kernels() -> str:
    """The processor type for which the linear algebra library (BLAS) chose its kernels."""
    names = [lib.get("architecture") for lib in threadpool_info() if lib["user_api"] == "blas"]
    return "+".join(sorted({name for name in names if name}))


def run_on_one_thread(fingerprint: Mapping[str, str], task: Callable[..., T], *values: Any) -> T:
    """Compute a task on one thread, in a worker that gives the same bits as the run's process.

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
    """Within this context, linear algebra uses one thread: its last bits depend on the number."""
    return threadpool_limits(limits=1, user_api="blas")


@lru_cache(maxsize=4)
def _chunk_function(text: str, cases: CaseIndices) -> Callable[[int, int], ChunkMoments]:
    """A function (step, chunk) → means; what all chunks of a config share is computed once."""
    config = Config.model_validate_json(text)
    sampler, once = config_sampler(config, *cases), config.sampling.resample == "once"
    if config.sampling.estimator == "exact":
        means = exact_means(sampler.blocks, sampler.readings, sampler.deformations)
        return lambda step, chunk: ChunkMoments(means, np.zeros(15))
    return lambda step, chunk: sampler.chunk(0 if once else step, chunk)


@lru_cache(maxsize=4)
def _pool_step(text: str) -> PoolStep:
    return config_pool_step(Config.model_validate_json(text))
