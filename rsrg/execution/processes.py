"""Units of work in worker processes on this machine."""

import logging
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future
from contextlib import contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any

import numpy as np
from loky import ProcessPoolExecutor
from threadpoolctl import threadpool_limits

from rsrg.errors import ExecutorError
from rsrg.execution.executor import STOP_GRACE, UNITS_PER_WORKER, T
from rsrg.execution.shared_array import SharedArray
from rsrg.execution.signals import STOP_SIGNALS
from rsrg.execution.tasks import environment_fingerprint, run_in_worker
from rsrg.sums.cache import kernel_folder, warn_uncached

SAFE_PATH = {"PYTHONSAFEPATH": "1"}  # for Python: take no module from the working folder


class Processes:
    """A pool of n processes. One that dies is replaced, and its chunks are computed again.

    Arrays that are shared are files in memory, which all workers map (see `SharedArray`).
    """

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
        """Start the workers. Each watches a pipe: when this process closes it, they end at once.

        They begin as fresh processes, as a fork would take over locks, open files and signal
        handlers; and without the script that began the run, which would begin it again.
        """
        reader, self.leash = Pipe(duplex=False)
        try:
            with _safe_path():
                self.processes = ProcessPoolExecutor(
                    self.workers, initializer=_begin_worker, initargs=(reader,), env=SAFE_PATH
                )
                self.processes.submit(int)  # starts them, and a process that cleans up after them
        except OSError as error:  # semaphores are files in memory
            raise ExecutorError(
                "worker processes must have shared memory (/dev/shm) that can be written; got "
                f"{error.strerror}. Threads need none: leave out `--workers`"
            ) from None

    @property
    def max_in_flight(self) -> int:
        """A few units for each process."""
        return UNITS_PER_WORKER * self.workers

    def submit(self, task: Callable[..., T], *arguments: Any) -> Future[T]:
        """Submit a unit; its future holds a BrokenExecutor where workers have died."""
        try:
            return self.processes.submit(run_in_worker, environment_fingerprint(), task, *arguments)
        except BrokenExecutor as error:
            broken: Future[T] = Future()
            broken.set_exception(error)
            return broken

    def share(self, value: Any) -> Any:
        """Of an array, a file that all workers map; else, or without room, the value itself."""
        if not isinstance(value, np.ndarray):
            return value
        try:
            return SharedArray(value)
        except OSError:  # it is sent with each unit
            return value

    def restart(self) -> None:
        """Start new worker processes in place of the broken ones."""
        self.close()
        self._open()

    def close(self) -> None:
        """End the workers at once."""
        self.processes.shutdown(wait=False, kill_workers=True)
        self.leash.close()


@contextmanager
def _safe_path() -> Iterator[None]:
    """Begin new processes of Python with SAFE_PATH, where a signal.py lies in the working folder.

    For these milliseconds it holds for other threads of this process, too.
    """
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ.update(SAFE_PATH)
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


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
