"""Work that a run does in chunks. A new kind of work is a class with the verbs of `Workload`.

The loop that carries workloads out is `Session.carry_out`.
"""

from collections.abc import Iterator
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import numpy as np

from rsrg.ensemble.sampling import ChunkMoments
from rsrg.errors import ComputationError
from rsrg.execution.chunk_cost import draw_chunk_seconds, super_block_chunk_seconds
from rsrg.execution.executor import Executor, T
from rsrg.execution.in_order import U
from rsrg.execution.tasks import (
    ChunkUnit,
    SuperBlocks,
    Timed,
    chunk_moments,
    super_block_chunks,
    timed,
)
from rsrg.execution.unit_size import UnitSize
from rsrg.physics.arrays import Array
from rsrg.results.chunk_means import CaseIndices

if TYPE_CHECKING:
    from rsrg.execution.exact_state import ExactState
    from rsrg.execution.pool_state import PoolState
    from rsrg.execution.state import State
    from rsrg.execution.trajectory_state import TrajectoryState

DrawUnit = tuple[int, range, CaseIndices]  # step, chunks, and the cases that are missing


class Workload(Protocol[U, T]):
    """Units of work that are independent of one another; each starts with its step and chunks."""

    def missing(self) -> Iterator[U]:
        """The units of work still to be computed, in order."""

    def submit(self, executor: Executor, unit: U) -> Future[T]:
        """Submit a unit to an executor."""

    def store(self, unit: U, result: T) -> None:
        """Store the result of a unit. Raises ComputationError where a number is missing in it."""

    def ends_step(self, unit: U) -> bool:
        """Whether the unit just stored was the last of an RG step: a good moment to save."""

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""


class DrawWorkload:
    """The chunk means of all steps: sums over the blocks of CHUNK draws each."""

    def __init__(self, state: "State", executor: Executor) -> None:
        self.state, self.config = state, state.config.resolved()
        seconds, cases = draw_chunk_seconds(state.config), state.moments.cases
        self.size = UnitSize(executor, seconds, sums_of_a_draw(cases))

    def missing(self) -> Iterator[DrawUnit]:
        """The missing readings and strains of every chunk, step by step."""
        state = self.state
        state.record.timer.begin_round()
        for step in range(len(state.done) if state.has_sums else 0):
            size = partial(self._chunks, step)
            for chunks, cases in state.moments.missing(step, int(state.done[step]), size):
                yield step, chunks, cases

    def _chunks(self, step: int, chunk: int, cases: CaseIndices) -> int:
        """How many chunks the unit takes that begins with this one; most steps after it are new."""
        steps_left, chunks = len(self.state.done) - step, self.state.config.chunks()
        return self.size.chunks(steps_left * chunks - chunk, sums_of_a_draw(cases))

    def submit(self, executor: Executor, unit: DrawUnit) -> Future[Timed[ChunkMoments]]:
        """Submit chunks of draws."""
        return executor.submit(timed, chunk_moments, self.config, *unit)

    def store(self, unit: DrawUnit, result: Timed[ChunkMoments]) -> None:
        """Store the means of chunks."""
        _, chunks, cases = unit
        require_numbers(unit, *vars(result.value).values())
        self.state.store_chunks(*unit, result.value)
        self.state.record.chunks_done(len(chunks))
        self.size.took(result.seconds, len(chunks) * sums_of_a_draw(cases))

    def ends_step(self, unit: DrawUnit) -> bool:
        """After all chunks of a step; not of the last, as a save with the results follows."""
        last = unit[0] == len(self.state.done) - 1
        return not last and bool(self.state.done[unit[0]] == self.state.config.chunks())

    @property
    def complete(self) -> bool:
        """Whether all chunks of all steps are computed."""
        return self.state.complete


class SuperBlockWorkload:
    """The super blocks of one step of a pool."""

    def __init__(self, pool: "PoolState", step: int, executor: Executor) -> None:
        self.pool, self.step = pool, step
        self.config = pool.config.resolved()
        self.cases = int(np.prod(pool.stability.shape[:-1]))  # glasses × readings × strains
        self.size = UnitSize(executor, super_block_chunk_seconds(pool.config), self.cases)
        self.shared: tuple[slice | None, Any] = (None, None)  # a subpool, and what stands for it

    def missing(self) -> Iterator[ChunkUnit]:
        """The missing chunks, each unit within one subpool."""
        return self.pool.missing(self.step, lambda left: self.size.chunks(left, self.cases))

    def submit(self, executor: Executor, unit: ChunkUnit) -> Future[Timed[SuperBlocks]]:
        """Submit some chunks, with the blocks that they are made of."""
        subpool = self._subpool(executor, unit[1].start)
        return executor.submit(timed, super_block_chunks, self.config, *unit, subpool)

    def _subpool(self, executor: Executor, chunk: int) -> Any:
        """The blocks that a chunk is made of, shared by all units of a subpool."""
        place = self.pool.step.subpool(chunk)
        if self.shared[0] != place:
            self.shared = place, executor.share(self.pool.subpool(chunk))
        return self.shared[1]

    def store(self, unit: ChunkUnit, result: Timed[SuperBlocks]) -> None:
        """Store the super blocks; after the last of a step they become the present pool."""
        require_numbers(unit, result.value[0])
        self.pool.store(*unit, result.value)
        self.size.took(result.seconds, len(unit[1]) * self.cases)

    def ends_step(self, unit: ChunkUnit) -> bool:
        """Never: a save writes two whole pools, so only `checkpoint.every` decides when."""
        return False

    @property
    def complete(self) -> bool:
        """Whether the step is taken."""
        return self.pool.generation > self.step


S = TypeVar("S", "ExactState", "TrajectoryState")


class ChunkByChunk(Generic[S]):
    """What workloads of one step share whose units are single chunks, stored in their order."""

    def __init__(self, state: S) -> None:
        self.state: S = state

    def missing(self) -> Iterator[ChunkUnit]:
        """The missing chunks."""
        self.state.record.timer.begin_round()
        for chunk in range(*self.state.progress):
            yield 0, range(chunk, chunk + 1)

    def chunk_stored(self, chunk: int) -> None:
        """Note that this chunk, and all before it, are stored."""
        self.state.done[0] = chunk + 1
        self.state.record.chunks_done(1)

    def ends_step(self, unit: ChunkUnit) -> bool:
        """Never: after the last chunk the results are saved."""
        return False

    @property
    def complete(self) -> bool:
        """Whether all chunks are done."""
        done, total = self.state.progress
        return done == total


def sums_of_a_draw(cases: CaseIndices) -> int:
    """How many sums a draw takes: one for each reading and strain, and one without strain."""
    readings, strains = cases
    return len(readings) * len(strains) + 1


def require_numbers(unit: tuple[Any, ...], *arrays: Array | None) -> None:
    """Raise ComputationError where an array of a unit's result has NaN, with which all begin."""
    step, chunks, *_ = unit
    if any(values is not None and np.isnan(values).any() for values in arrays):
        raise ComputationError(
            f"step {step + 1}, chunks {chunks.start} to {chunks.stop - 1}: a sum over blocks came "
            "back without a number, and was not saved. The config is not to blame: please report "
            "it, with the config. What was computed before is kept; rsrg resume goes on from there"
        )
