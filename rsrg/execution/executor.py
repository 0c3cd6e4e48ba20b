"""Where the units of work of a run are computed.

Every executor computes the same tasks (see `tasks`), so none of them changes a bit. Only the run's
own process writes, and few units are under way at a time: memory stays flat however many there are.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

UNITS_PER_WORKER = 4  # under way: one in hand, one waiting, and slack for a slower neighbour
STOP_GRACE = 3.0  # s
T = TypeVar("T")


class Executor(Protocol):
    """Computes units of work somewhere.

    fatal: the errors after which it cannot go on. stop_grace: seconds that a run which shall stop
    waits for a unit; after that the unit is left, and computed again on resume. starts_at_once:
    whether a unit is computed from when it is submitted, not after waiting for workers.
    chunks_per_task: chunks of super blocks at most in a unit, which takes their subpool along.
    """

    fatal: tuple[type[BaseException], ...]
    stop_grace: float
    starts_at_once: bool
    chunks_per_task: int

    @property
    def max_in_flight(self) -> int:
        """How many units may be under way now."""

    def submit(self, task: Callable[..., T], *arguments: Any) -> Future[T]:
        """Begin a unit: a function of `tasks`, and the arguments to call it with."""

    def restart(self) -> None:
        """Work again after a BrokenExecutor: workers died, and their units with them."""

    def close(self) -> None:
        """End the workers, whatever they are at."""


class Threads:
    """This process: one chunk at a time, on all the threads of the sums.

    In a thread of its own, so that the main one takes signals at once.
    """

    max_in_flight = 1
    fatal: tuple[type[BaseException], ...] = ()
    stop_grace = STOP_GRACE
    starts_at_once = True
    chunks_per_task = 1

    def __init__(self) -> None:
        self.thread = ThreadPoolExecutor(max_workers=1)

    def submit(self, task: Callable[..., T], *arguments: Any) -> Future[T]:
        """Begin a unit."""
        return self.thread.submit(task, *arguments)

    def restart(self) -> None:
        """Threads do not die."""

    def close(self) -> None:
        """Leave a chunk in hand behind: a thread cannot be ended, only not waited for."""
        self.thread.shutdown(wait=False, cancel_futures=True)
