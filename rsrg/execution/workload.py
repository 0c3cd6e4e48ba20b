"""Work that a run does in chunks. A new kind of work is a class with the verbs of `Workload`.

The loop that carries workloads out is `Session.carry_out`.
"""

from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any, Protocol

from rsrg.ensemble.sampling import ChunkMoments
from rsrg.execution.executor import Executor, T
from rsrg.execution.in_order import U
from rsrg.execution.pool_state import PoolState
from rsrg.execution.state import State
from rsrg.execution.tasks import ChunkRange, SuperBlocks, chunk_moments, super_block_chunks
from rsrg.results.chunk_means import CaseIndices

DrawUnit = tuple[int, int, CaseIndices]  # step, chunk, and the cases that are missing


class Workload(Protocol[U, T]):
    """Units of work that are independent of one another; each starts with its step and chunk."""

    def missing(self) -> Iterator[U]:
        """The units of work still to be computed, in order."""

    def submit(self, executor: Executor, unit: U) -> Future[T]:
        """Submit a unit to an executor."""

    def store(self, unit: U, result: T) -> None:
        """Store the result of a unit."""

    def ends_step(self, unit: U) -> bool:
        """Whether the unit just stored was the last of an RG step: a good moment to save."""

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""


class DrawWorkload:
    """The chunk means of all steps: sums over the blocks of CHUNK draws each."""

    def __init__(self, state: State) -> None:
        self.state, self.config = state, state.config.resolved()

    def missing(self) -> Iterator[DrawUnit]:
        """The missing readings and strains of every chunk, step by step."""
        state = self.state
        state.record.timer.begin_round()
        for step in range(len(state.done) if state.has_sums else 0):
            for chunk in range(int(state.done[step]), state.config.chunks()):
                for cases in state.moments.missing(step, chunk):
                    yield step, chunk, cases

    def submit(self, executor: Executor, unit: DrawUnit) -> Future[ChunkMoments]:
        """Submit a chunk of draws."""
        return executor.submit(chunk_moments, self.config, *unit)

    def store(self, unit: DrawUnit, result: ChunkMoments) -> None:
        """Store the means of a chunk."""
        self.state.store_chunk(*unit, result)
        self.state.record.chunk_done()

    def ends_step(self, unit: DrawUnit) -> bool:
        """After all chunks of a step; not of the last, as a save with the results follows."""
        last = unit[0] == len(self.state.done) - 1
        return not last and bool(self.state.done[unit[0]] == self.state.config.chunks())

    @property
    def complete(self) -> bool:
        """Whether all chunks of all steps are computed."""
        return self.state.complete


class SuperBlockWorkload:
    """The super blocks of one step of a pool. chunks_per_unit: most chunks in a unit."""

    def __init__(self, pool: PoolState, step: int, chunks_per_unit: int) -> None:
        self.pool, self.step, self.chunks_per_unit = pool, step, chunks_per_unit
        self.config = pool.config.resolved()

    def missing(self) -> Iterator[ChunkRange]:
        """Ranges of missing chunks, each within one subpool."""
        return self.pool.missing(self.step, self.chunks_per_unit)

    def submit(self, executor: Executor, unit: ChunkRange) -> Future[SuperBlocks]:
        """Submit some chunks, with the blocks that they are made of."""
        subpool = self.pool.subpool(unit[1])
        return executor.submit(super_block_chunks, self.config, *unit, subpool)

    def store(self, unit: ChunkRange, result: SuperBlocks) -> None:
        """Store the super blocks; after the last of a step they become the present pool."""
        self.pool.store(unit, result)

    def ends_step(self, unit: ChunkRange) -> bool:
        """Never: a save writes two whole pools, so only `checkpoint.every` decides when."""
        return False

    @property
    def complete(self) -> bool:
        """Whether the step is taken."""
        return self.pool.generation > self.step


def workloads(state: State, chunks_per_unit: int) -> Iterator[Workload[Any, Any]]:
    """All work that is left of a run, one workload after the other.

    chunks_per_unit: of super blocks; see `Executor.chunks_per_task`.
    """
    yield DrawWorkload(state)
    if state.pool:
        for step in range(state.pool.generation, len(state.pool.done)):
            yield SuperBlockWorkload(state.pool, step, chunks_per_unit)
