"""Where the units of work of a run are computed.

A unit of work is one or some chunks of a run. Every executor computes the same tasks (see
`tasks`), so the results do not depend on it, to the last bit. Only the run's own process writes,
and few units are under way at a time, so memory does not grow with their number.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

UNITS_PER_WORKER = 4  # under way: one being computed, one waiting, two more for balance
STOP_GRACE = 3.0  # s that a run asked to stop waits for the unit under way
T = TypeVar("T")


class Executor(Protocol):
    """Computes units of work somewhere.

    fatal: the errors after which it cannot go on. stop_grace: seconds that a run waits for a unit
    once it was asked to stop; after that the unit is dropped, and computed again on resume.
    starts_at_once: whether the computation of a unit begins when it is submitted, without waiting
    for workers. chunks_per_task: the largest number of chunks of super blocks in one unit; the
    subpool of blocks that they are made of is sent with them.
    """

    fatal: tuple[type[BaseException], ...]
    stop_grace: float
    starts_at_once: bool
    chunks_per_task: int

    @property
    def max_in_flight(self) -> int:
        """How many units may be under way now."""

    def submit(self, task: Callable[..., T], *arguments: Any) -> Future[T]:
        """Submit a unit of work: a function of `tasks` and its arguments."""

    def restart(self) -> None:
        """Become usable again after a BrokenExecutor: workers and their units were lost."""

    def close(self) -> None:
        """End the workers, even in the middle of a unit."""


class Threads:
    """This process: one chunk at a time, on all the threads of the sums.

    The work is done in a second thread, so that the main thread can answer signals at once.
    """

    max_in_flight = 1
    fatal: tuple[type[BaseException], ...] = ()
    stop_grace = STOP_GRACE
    starts_at_once = True
    chunks_per_task = 1

    def __init__(self) -> None:
        self.thread = ThreadPoolExecutor(max_workers=1)

    def submit(self, task: Callable[..., T], *arguments: Any) -> Future[T]:
        """Submit a unit of work."""
        return self.thread.submit(task, *arguments)

    def restart(self) -> None:
        """Nothing to do: a thread does not die by itself."""

    def close(self) -> None:
        """Do not wait for the chunk under way: a thread cannot be ended from outside."""
        self.thread.shutdown(wait=False, cancel_futures=True)
