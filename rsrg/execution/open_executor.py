"""The executor that a user asks for."""

from collections.abc import Iterator
from contextlib import contextmanager

from rsrg.errors import ConfigError
from rsrg.execution.executor import Executor
from rsrg.execution.threads import Threads


@contextmanager
def open_executor(
    threads: int | None = None, workers: int | None = None, scheduler: str | None = None
) -> Iterator[Executor]:
    """The executor that a user asks for: threads of this process, processes, or a Dask scheduler.

    By default threads, one for each processor. Raises ConfigError where two are asked for or the
    threads are too many, ExecutorError where no scheduler answers.
    """
    asked = {"--threads": threads, "--workers": workers, "--scheduler": scheduler}
    named = [f"`{option}`" for option, value in asked.items() if value is not None]
    if len(named) > 1:
        raise ConfigError([f"{' and '.join(named)} must not come together; choose one"])
    executor = _make(threads, workers, scheduler)
    try:
        yield executor
    finally:
        executor.close()


def _make(threads: int | None, workers: int | None, scheduler: str | None) -> Executor:
    if workers is not None:
        from rsrg.execution.processes import Processes

        return Processes(workers)
    if scheduler is not None:
        from rsrg.execution.dask_cluster import DaskCluster

        return DaskCluster(scheduler)
    return Threads(threads)
