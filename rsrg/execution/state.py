"""What a run has computed so far: raw chunk means, the pool of its blocks, and its sessions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Self, cast

import numpy as np

from rsrg.config.run_config import CHUNKS, POOL_CHUNKS
from rsrg.config.schema import Config
from rsrg.config.stored import stored_config
from rsrg.ensemble.sampling import ChunkMoments
from rsrg.execution.clock import CLOCK
from rsrg.execution.executor import Executor
from rsrg.execution.pool_state import PoolState
from rsrg.execution.session_record import SessionRecord, run_attributes
from rsrg.execution.target_error import next_round
from rsrg.execution.workload import DrawWorkload, SuperBlockWorkload, Workload
from rsrg.results.axes import run_axes
from rsrg.results.chunk_means import CaseIndices, MomentArrays, saved_chunks_done
from rsrg.results.compute import compute_results
from rsrg.results.derivable import stored_results
from rsrg.storage.encoding import Attribute
from rsrg.storage.run_file import FILETYPE, Snapshot
from rsrg.sums.cost import batch_engine


@dataclass
class State:
    """The raw results of a run, chunk by chunk. NaN where nothing is computed yet.

    moments: the chunk means of all draws. done: chunks done in each step, (steps,). pool: the
    blocks of a quenched run; None where blocks are equal.
    """

    config: Config
    moments: MomentArrays
    done: np.ndarray
    record: SessionRecord
    pool: PoolState | None = None

    @classmethod
    def initial(cls, config: Config) -> Self:
        """The state before any work; in a quenched run, with the first blocks.

        Raises ConfigError or PhysicsError where the first blocks are invalid.
        """
        done = np.zeros(config.steps(), dtype=np.int64)
        pool = PoolState.initial(config) if config.flow.quenched else None
        record = SessionRecord(created=CLOCK.now())
        return cls(config, MomentArrays.empty(config), done, record, pool)

    @classmethod
    def from_run_file(cls, snapshot: Snapshot) -> Self:
        """The state saved in a run file. Raises RunFileError if its parts do not fit together."""
        config = cast(Config, stored_config(snapshot))
        moments = MomentArrays.from_run_file(snapshot, config)
        done, record = saved_chunks_done(snapshot, config), SessionRecord.from_run_file(snapshot)
        pool = PoolState.from_run_file(snapshot, config) if config.flow.quenched else None
        return cls(config, moments, done, record, pool)

    @property
    def has_sums(self) -> bool:
        """Whether this run sums over blocks at all."""
        return self.config.sampling.estimator != "formula"

    def extended(self, config: Config) -> Self:
        """The state with the same results, for a config that asks for more (see `resume_rules`)."""
        moments = self.moments.extended(self.config, config)
        done = self.done if moments is self.moments else moments.chunks_complete()
        return replace(self, config=config, moments=moments, done=done)

    @property
    def engine(self) -> str:
        """What does the sums of this run: see `sums.batch` for `pairs` and `rows`."""
        config = self.config
        if config.sampling.estimator != "montecarlo":
            return {"exact": "exact mean", "formula": "none"}[config.sampling.estimator]
        has_rows = config.blocks.blocks().bravais  # others, such as hcp, have gaps in their rows
        return batch_engine(config.blocks.n0**3) if has_rows else "pairs"

    @property
    def complete(self) -> bool:
        """Whether no sum over blocks is missing."""
        return not self.has_sums or bool((self.done == self.config.chunks()).all())

    @property
    def progress(self) -> tuple[int, int]:
        """Chunks done, and chunks in all."""
        return sum(self.chunks_done.values()), sum(self.config.chunk_totals().values())

    @property
    def chunks_done(self) -> dict[str, int]:
        """Chunks of draws, and of super blocks, by the dataset that counts them."""
        done = {CHUNKS: int(self.done.sum())}
        if self.pool:
            done[POOL_CHUNKS] = int(self.pool.done.sum())
        return done

    @property
    def step_in_hand(self) -> int:
        """The RG step that is being computed, from 1."""
        if self.pool and self.complete:
            return min(self.pool.generation + 1, len(self.done))
        return min(int((self.done == self.config.chunks()).sum()) + 1, len(self.done))

    def workloads(self, executor: Executor) -> Iterator[Workload[Any, Any]]:
        """All work that is left of a run: its draws, then each step of its pool."""
        yield DrawWorkload(self, executor)
        if self.pool:
            for step in range(self.pool.generation, len(self.pool.done)):
                yield SuperBlockWorkload(self.pool, step, executor)

    def next_round(self) -> Config | None:
        """The config with more draws, where a target error asks for them."""
        return next_round(self.config, self.moments)

    def results(self, threads: int) -> dict[str, Any]:
        """M, χ and critical strains; and what follows from the whole flow of a pool."""
        moments = self.moments if self.has_sums else None
        results = compute_results(self.config, moments, threads=threads)
        kept = stored_results(self.config, results)
        return kept | (self.pool.conclusions() if self.pool else {})

    def store_chunks(self, step: int, chunks: range, cases: CaseIndices, new: ChunkMoments) -> None:
        """Store the means of some chunks, for some readings and strains."""
        self.moments.store(step, chunks, cases, new)
        self.done[step] = self.moments.first_incomplete(step, self.done[step])

    def attributes(self, status: str) -> dict[str, Attribute]:
        """The root attributes of the run file."""
        return run_attributes(FILETYPE, status, self.config, self.record)

    def datasets(self) -> dict[str, Any]:
        """The datasets of a checkpoint, by path."""
        return {
            **run_axes(self.config),
            **(self.moments.datasets() if self.has_sums else {}),
            **(self.pool.datasets() if self.pool else {}),
            CHUNKS: self.done,
            **self.record.datasets(),
        }
