"""The tasks that executors compute: functions that depend only on their arguments.

Chunks of draws take a page of JSON as their input, and return a few kilobytes of means each. With
chunks of super blocks goes the subpool that they are made of, a sixteenth of the pool, which
executors share (`Executor.share`).
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import Lock
from typing import Any, Generic, TypeVar

import numpy as np
from threadpoolctl import threadpool_info

from rsrg.config.exact import ExactConfig
from rsrg.config.schema import Config
from rsrg.ensemble.pool import PoolStep
from rsrg.ensemble.sampling import ChunkMoments, exact_means
from rsrg.ensemble.super_blocks import SuperBlockEnsemble
from rsrg.errors import ExecutorError
from rsrg.execution.clock import CLOCK
from rsrg.execution.sampler import config_pool_step, config_sampler, super_block_ensemble
from rsrg.physics.arrays import Array
from rsrg.results.chunk_means import CaseIndices
from rsrg.storage.provenance import host, versions
from rsrg.sums.jit import processor

CONFIGS = 16  # whose samplers are kept: of runs side by side, and of their readings and strains
ChunkUnit = tuple[int, range]  # a step, and chunks of it
SuperBlocks = tuple[Array, Array]  # χ and stability, as `PoolStep.coarse_grain` gives them
T = TypeVar("T")


def chunk_moments(config: str, step: int, chunks: range, cases: CaseIndices) -> ChunkMoments:
    """The means of some chunks of draws, for these readings and strains and for their controls.

    config: as `Config.resolved` gives it. The result of a chunk and case does not depend on which
    others are computed, to the last bit.
    """
    return _shared(_chunk_function, config, cases)(step, chunks)


def super_block_chunks(config: str, step: int, chunks: range, subpool: Array) -> SuperBlocks:
    """Some chunks of the super blocks of a step, made of the blocks of a subpool."""
    return _shared(_pool_step, config).coarse_grain(subpool, step, chunks)


@dataclass(frozen=True)
class Timed(Generic[T]):
    """A result, and the seconds that computing it took."""

    value: T
    seconds: float


def timed(task: Callable[..., T], *values: Any) -> Timed[T]:
    """Compute a task, and time it."""
    began = CLOCK.monotonic()
    value = task(*values)
    return Timed(value, CLOCK.monotonic() - began)


def exact_norms(config: str, step: int, chunks: range) -> Array:
    """The norms of chunks of exact super blocks. config: as `ExactConfig.resolved` gives it."""
    return _shared(_super_blocks, config).norms(chunks)


def environment_fingerprint() -> dict[str, str]:
    """What the last bits of results depend on: software versions, and the kind of processor."""
    return versions() | {"processor": processor(), "blas": blas_kernels()}


@cache
def blas_kernels() -> str:
    """The processor type for which the linear algebra library (BLAS) chose its kernels."""
    names = [lib.get("architecture") for lib in threadpool_info() if lib["user_api"] == "blas"]
    return "+".join(sorted({name for name in names if name}))


def run_in_worker(fingerprint: Mapping[str, str], task: Callable[..., T], *values: Any) -> T:
    """Compute a task in a worker that gives the same bits as the run's process.

    fingerprint: the `environment_fingerprint` of that process. Raises ExecutorError, naming what
    differs, where this worker has another: its bits could differ.
    """
    here = environment_fingerprint()
    differing = [f"{k} {here.get(k)} for {v}" for k, v in fingerprint.items() if here.get(k) != v]
    if differing:
        raise ExecutorError(
            f"a worker must have the software and processor of the run; {host()} has "
            f"{', '.join(differing)} (see docs/howto/clusters.md)"
        )
    return task(*values)


_sharing = Lock()


def _shared(make: Callable[..., T], *arguments: Any) -> T:
    """What all units of a config share: the first thread makes it, others wait for that."""
    with _sharing:
        return make(*arguments)


def _renew_lock() -> None:
    global _sharing
    _sharing = Lock()


os.register_at_fork(after_in_child=_renew_lock)  # a thread that the child has not may hold it


@lru_cache(maxsize=CONFIGS)
def _chunk_function(text: str, cases: CaseIndices) -> Callable[[int, range], ChunkMoments]:
    """A function (step, chunks) → means; what all chunks of a config share is computed once."""
    config = Config.model_validate_json(text)
    sampler, once = config_sampler(config, *cases), config.sampling.resample == "once"
    if config.sampling.estimator == "exact":
        means = exact_means(sampler.blocks, sampler.readings, sampler.deformations)
        return lambda step, chunks: ChunkMoments(
            np.stack([means] * len(chunks)), np.zeros((len(chunks), 15))
        )
    if sampler.blocks.perfect:
        _ = sampler.lattice  # made here, not by several threads at once
    return lambda step, chunks: sampler.chunks(0 if once else step, chunks)


@lru_cache(maxsize=CONFIGS)
def _super_blocks(text: str) -> SuperBlockEnsemble:
    return super_block_ensemble(ExactConfig.model_validate_json(text))


@lru_cache(maxsize=CONFIGS)
def _pool_step(text: str) -> PoolStep:
    return config_pool_step(Config.model_validate_json(text))
