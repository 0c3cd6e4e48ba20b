"""The executor that a user asks for."""

from collections.abc import Iterator
from contextlib import contextmanager

from rsrg.errors import ConfigError
from rsrg.execution.executor import Executor, Threads


@contextmanager
def open_executor(workers: int | None = None, scheduler: str | None = None) -> Iterator[Executor]:
    """The executor that a user asks for: processes, a Dask scheduler, or by default this process.

    Raises ConfigError where both are asked for, ExecutorError where no scheduler answers.
    """
    if workers is not None and scheduler is not None:
        raise ConfigError(["`--workers` and `--scheduler` must not come together; choose one"])
    executor = _make(workers, scheduler)
    try:
        yield executor
    finally:
        executor.close()


def _make(workers: int | None, scheduler: str | None) -> Executor:
    if workers is not None:
        from rsrg.execution.processes import Processes

        return Processes(workers)
    if scheduler is not None:
        from rsrg.execution.dask_cluster import DaskCluster

        return DaskCluster(scheduler)
    return Threads()
