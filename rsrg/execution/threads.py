"""Units of work side by side in threads of this process, each unit in one thread."""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from rsrg.errors import ConfigError, ExecutorError
from rsrg.execution.executor import STOP_GRACE, T
from rsrg.sums.threads import available_threads

UNITS_PER_THREAD = 2  # under way: one being computed, one waiting


class Threads:
    """A pool of n threads; by default one for each processor that this process may use.

    The sums hold no lock, so threads do not wait for one another. The thread that made the pool
    only waits, so it can answer signals at once. Raises ConfigError unless 1 ≤ n ≤ processors.
    """

    fatal: tuple[type[BaseException], ...] = ()
    stop_grace = STOP_GRACE
    starts_at_once = True
    unit_seconds = 0.1
    handling_seconds = 0.0  # too little to matter for the threads of one machine

    def __init__(self, threads: int | None = None) -> None:
        most = available_threads()
        if threads is not None and not 1 <= threads <= most:
            raise ConfigError([f"`threads` must be an integer from 1 to {most}; got {threads!r}"])
        self.workers = threads or most
        self.max_in_flight = UNITS_PER_THREAD * self.workers
        self.process = os.getpid()
        self.pool = ThreadPoolExecutor(self.workers, thread_name_prefix="rsrg")

    def submit(self, task: Callable[..., T], *arguments: Any) -> Future[T]:
        """Submit a unit of work. Raises ExecutorError in a forked child, which has no threads."""
        if os.getpid() != self.process:
            raise ExecutorError("an executor must be made in the process that uses it; got a fork")
        return self.pool.submit(task, *arguments)

    def share(self, value: Any) -> Any:
        """The value itself: threads see the same memory."""
        return value

    def restart(self) -> None:
        """Nothing to do: a thread does not die by itself."""

    def close(self) -> None:
        """Do not wait for the units under way: a thread cannot be ended from outside."""
        self.pool.shutdown(wait=False, cancel_futures=True)
