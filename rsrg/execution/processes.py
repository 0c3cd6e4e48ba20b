"""Units of work in worker processes on this machine."""

import logging
import os
import signal
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any

from threadpoolctl import threadpool_limits

from rsrg.execution.executor import STOP_GRACE, UNITS_PER_WORKER, T
from rsrg.execution.signals import STOP_SIGNALS
from rsrg.execution.tasks import environment_fingerprint, run_in_worker
from rsrg.sums.cache import kernel_folder, warn_uncached

_context = get_context("spawn")  # a fork would take over locks, open files and signal handlers


class Processes:
    """A pool of n processes. One that dies is replaced, and its chunks are computed again."""

    fatal: tuple[type[BaseException], ...] = ()
    stop_grace = STOP_GRACE
    starts_at_once = True
    unit_seconds = 0.2
    handling_seconds = 5e-4

    def __init__(self, workers: int) -> None:
        self.workers = workers
        if kernel_folder() is None:
            warn_uncached()
        self._open()

    def _open(self) -> None:
        """Start the workers. Each watches a pipe: when this process closes it, they end at once."""
        reader, self.leash = _context.Pipe(duplex=False)
        self.processes = ProcessPoolExecutor(self.workers, _context, _begin_worker, (reader,))

    @property
    def max_in_flight(self) -> int:
        """A few units for each process."""
        return UNITS_PER_WORKER * self.workers

    def submit(self, task: Callable[..., T], *arguments: Any) -> Future[T]:
        """Submit a unit; its future holds a BrokenExecutor where workers have died."""
        try:
            return self.processes.submit(run_in_worker, environment_fingerprint(), task, *arguments)
        except BrokenExecutor as error:
            future: Future[T] = Future()
            future.set_exception(error)
            return future

    def restart(self) -> None:
        """Start new worker processes in place of the broken ones."""
        self.close()
        self._open()

    def close(self) -> None:
        """End the workers at once."""
        self.processes.shutdown(wait=False, cancel_futures=True)
        self.leash.close()


def _begin_worker(leash: Connection) -> None:
    """Set up a worker: the parent answers its signals, and it ends with the parent.

    Linear algebra in one thread, as in the commands: with two, its last bits are others. Nothing is
    logged here: what is worth saying, the parent says once.
    """
    threadpool_limits(1, "blas")
    logging.getLogger("rsrg").addHandler(logging.NullHandler())
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    Thread(target=_end_with_parent, args=(leash,), daemon=True).start()


def _end_with_parent(leash: Connection) -> None:
    leash.poll(None)  # returns once the other end closes; nothing is ever sent
    os._exit(0)
