"""The state of a trajectory: the moments of the frames summed so far."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any, Self, cast

import numpy as np

from rsrg.config.run_config import CHUNKS
from rsrg.config.stored import stored_config
from rsrg.config.trajectory import TrajectoryConfig
from rsrg.execution.clock import CLOCK
from rsrg.execution.executor import Executor
from rsrg.execution.frame_sum import FrameSum, frame_sum
from rsrg.execution.session_record import SessionRecord, run_attributes
from rsrg.execution.tasks import ChunkUnit
from rsrg.execution.workload import ChunkByChunk, Workload, require_numbers
from rsrg.physics.arrays import Array
from rsrg.results.trajectory_results import trajectory_axes, trajectory_results
from rsrg.storage.encoding import Attribute
from rsrg.storage.run_file import TRAJECTORY, Snapshot


@dataclass
class TrajectoryState:
    """moments: per block, (frames, 15), NaN where nothing is summed yet; blocks, spacing, engine of
    each frame as `FrameSum` has them. done: frames done, (1,): a trajectory is one RG step.
    """

    config: TrajectoryConfig
    moments: Array
    blocks: np.ndarray
    spacing: Array
    engines: list[str]
    done: np.ndarray
    record: SessionRecord

    engine = "as of each frame"
    step_in_hand = 1

    @classmethod
    def initial(cls, config: TrajectoryConfig) -> Self:
        """The state before any work."""
        record, done = SessionRecord(created=CLOCK.now()), np.zeros(1, dtype=np.int64)
        empty = np.empty(0, dtype=np.int64)
        state = cls(config, np.empty((0, 15)), empty, np.empty(0), [], done, record)
        return state.extended(config)

    @classmethod
    def from_run_file(cls, snapshot: Snapshot) -> Self:
        """The state saved in a run file."""
        names = ("moments", "blocks", "spacing", "engine")
        moments, blocks, spacing, engines = (snapshot.read(f"trajectory/{n}") for n in names)
        return cls(
            config=cast(TrajectoryConfig, stored_config(snapshot)),
            moments=moments,
            blocks=blocks,
            spacing=spacing,
            engines=[str(e) for e in engines],
            done=snapshot.read(CHUNKS),
            record=SessionRecord.from_run_file(snapshot),
        )

    def extended(self, config: TrajectoryConfig) -> Self:
        """The state with the same frames, for a config that has more of them behind."""
        more = config.chunks() - len(self.moments)
        return replace(
            self,
            config=config,
            moments=np.pad(self.moments, [(0, more), (0, 0)], constant_values=np.nan),
            blocks=np.pad(self.blocks, (0, more)),
            spacing=np.pad(self.spacing, (0, more), constant_values=np.nan),
            engines=[*self.engines, *[""] * more],
        )

    @property
    def progress(self) -> tuple[int, int]:
        """Frames done, and frames in all."""
        return int(self.done[0]), self.config.chunks()

    @property
    def chunks_done(self) -> dict[str, int]:
        """All work is of one kind."""
        return {CHUNKS: int(self.done[0])}

    def workloads(self, executor: Executor) -> Iterator[Workload[Any, Any]]:
        """The frames that are missing."""
        yield FrameWorkload(self, executor)

    def next_round(self) -> None:
        """No round follows: the frames are given."""

    def results(self, threads: int) -> dict[str, Any]:
        """M of each frame, its mean and the errors."""
        return trajectory_results(self.moments, [m.alpha for m in self.config.glasses()])

    def attributes(self, status: str) -> dict[str, Attribute]:
        """The root attributes of the run file."""
        return run_attributes(TRAJECTORY, status, self.config, self.record)

    def datasets(self) -> dict[str, Any]:
        """The datasets of a checkpoint, by path."""
        return {
            **trajectory_axes(self.config),
            "trajectory/moments": self.moments,
            "trajectory/blocks": self.blocks,
            "trajectory/spacing": self.spacing,
            "trajectory/engine": self.engines,
            CHUNKS: self.done,
            **self.record.datasets(),
        }


class FrameWorkload(ChunkByChunk[TrajectoryState]):
    """The frames of a trajectory, one a unit, each in one thread while there are others beside."""

    def __init__(self, state: TrajectoryState, executor: Executor) -> None:
        super().__init__(state)
        self.workers = executor.workers

    def submit(self, executor: Executor, unit: ChunkUnit) -> Future[FrameSum]:
        """Submit a frame by its place and hash: who computes it reads it."""
        config, frame = self.state.config, unit[1].start
        left = config.chunks() - frame
        spec = config.positions[frame].model_dump_json()
        threads = max(1, self.workers // left)
        return executor.submit(frame_sum, spec, config.domain, config.tolerance, threads)

    def store(self, unit: ChunkUnit, result: FrameSum) -> None:
        """Store the moments of a frame."""
        require_numbers(unit, result.moments)
        state, frame = self.state, unit[1].start
        state.moments[frame], state.spacing[frame] = result.moments, result.spacing
        state.blocks[frame], state.engines[frame] = result.blocks, result.engine
        self.chunk_stored(frame)
