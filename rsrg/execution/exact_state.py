"""The state of an ensemble of exact super blocks: the norms of those solved so far."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any, Self, cast

import numpy as np

from rsrg.config.exact import ExactConfig
from rsrg.config.run_config import CHUNKS
from rsrg.config.stored import stored_config
from rsrg.ensemble.super_blocks import NORMS, SUPER_BLOCK_CHUNK
from rsrg.execution.clock import CLOCK
from rsrg.execution.executor import Executor
from rsrg.execution.session_record import SessionRecord, run_attributes
from rsrg.execution.tasks import ChunkUnit, exact_norms
from rsrg.execution.workload import ChunkByChunk, Workload, require_numbers
from rsrg.physics.arrays import Array
from rsrg.results.exact_results import exact_axes, exact_results
from rsrg.storage.encoding import Attribute
from rsrg.storage.run_file import EXACT, Snapshot


@dataclass
class ExactState:
    """norms: as `SuperBlockEnsemble.norms` gives them, NaN where nothing is solved yet.

    done: chunks done, (1,): an ensemble is one RG step.
    """

    config: ExactConfig
    norms: Array
    done: np.ndarray
    record: SessionRecord

    engine = "diagonalisation"
    step_in_hand = 1

    @classmethod
    def initial(cls, config: ExactConfig) -> Self:
        """The state before any work."""
        cases = [len(axis) for axis in (config.strengths, config.distances, config.temperatures)]
        norms = np.full((len(NORMS), *cases, config.sampling.super_blocks), np.nan)
        record = SessionRecord(created=CLOCK.now())
        return cls(config, norms, np.zeros(1, dtype=np.int64), record)

    @classmethod
    def from_run_file(cls, snapshot: Snapshot) -> Self:
        """The state saved in a run file."""
        config = cast(ExactConfig, stored_config(snapshot))
        norms, done = snapshot.read("exact/norms"), snapshot.read(CHUNKS)
        return cls(config, norms, done, SessionRecord.from_run_file(snapshot))

    def extended(self, config: ExactConfig) -> Self:
        """The state with the same super blocks, for a config that asks for more of them."""
        more = config.sampling.super_blocks - self.norms.shape[-1]
        padding = [(0, 0)] * (self.norms.ndim - 1) + [(0, more)]
        norms = np.pad(self.norms, padding, constant_values=np.nan)
        return replace(self, config=config, norms=norms)

    @property
    def progress(self) -> tuple[int, int]:
        """Chunks done, and chunks in all."""
        return int(self.done[0]), self.config.chunks()

    @property
    def chunks_done(self) -> dict[str, int]:
        """All work is of one kind."""
        return {CHUNKS: int(self.done[0])}

    def workloads(self, executor: Executor) -> Iterator[Workload[Any, Any]]:
        """The chunks that are missing."""
        yield ExactWorkload(self)

    def next_round(self) -> None:
        """No round follows: the number of super blocks is given."""

    def results(self, threads: int) -> dict[str, Any]:
        """The relative errors with their standard errors."""
        return exact_results(self.norms)

    def attributes(self, status: str) -> dict[str, Attribute]:
        """The root attributes of the run file."""
        return run_attributes(EXACT, status, self.config, self.record)

    def datasets(self) -> dict[str, Any]:
        """The datasets of a checkpoint, by path."""
        return {
            **exact_axes(self.config),
            "exact/norms": self.norms,
            CHUNKS: self.done,
            **self.record.datasets(),
        }


class ExactWorkload(ChunkByChunk[ExactState]):
    """The super blocks of an ensemble, a chunk at a time: one takes about a second."""

    def __init__(self, state: ExactState) -> None:
        super().__init__(state)
        self.config = state.config.resolved()

    def submit(self, executor: Executor, unit: ChunkUnit) -> Future[Array]:
        """Submit a chunk."""
        return executor.submit(exact_norms, self.config, *unit)

    def store(self, unit: ChunkUnit, result: Array) -> None:
        """Store the norms of a chunk."""
        require_numbers(unit, result)
        chunk = unit[1].start
        self.state.norms[..., chunk * SUPER_BLOCK_CHUNK : (chunk + 1) * SUPER_BLOCK_CHUNK] = result
        self.chunk_stored(chunk)
