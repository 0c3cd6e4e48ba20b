"""What a session asks of the state of a run. A new kind of run is a class with these verbs."""

from collections.abc import Iterator
from typing import Any, Protocol, Self

import numpy as np

from rsrg.config.run_config import RunConfig
from rsrg.execution.executor import Executor
from rsrg.execution.session_record import SessionRecord
from rsrg.execution.workload import Workload
from rsrg.storage.encoding import Attribute


class RunState(Protocol):
    """What a run has computed so far, and what is left of it.

    record: its sessions. done: chunks done in each step.
    """

    record: SessionRecord
    done: np.ndarray

    @property
    def config(self) -> RunConfig:
        """The config of the work so far, and of what is left."""

    @property
    def engine(self) -> str:
        """What does the computation, in a word: for the log and the provenance."""

    @property
    def progress(self) -> tuple[int, int]:
        """Chunks done, and chunks in all."""

    @property
    def chunks_done(self) -> dict[str, int]:
        """Chunks done of each kind of work, by the dataset that counts them."""

    @property
    def step_in_hand(self) -> int:
        """The RG step that is being computed, from 1."""

    def extended(self, config: Any) -> Self:
        """The state with the same results, for a config that asks for more (see `resume_rules`)."""

    def workloads(self, executor: Executor) -> Iterator[Workload[Any, Any]]:
        """All work that is left, one workload after the other."""

    def next_round(self) -> RunConfig | None:
        """The config of one more round of work; None where none is needed."""

    def results(self, threads: int) -> dict[str, Any]:
        """The datasets that need all work done, by path; computed in so many threads at most."""

    def attributes(self, status: str) -> dict[str, Attribute]:
        """The root attributes of the run file."""

    def datasets(self) -> dict[str, Any]:
        """The datasets of a checkpoint, by path."""
