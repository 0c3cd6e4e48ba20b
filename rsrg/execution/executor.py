"""Where chunks are computed, and how their results come back in order.

Every executor computes the same units (see `chunks`), so none of them changes a bit. Few units are
under way at a time, and only the run's own process writes: memory stays flat however many units
there are.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from rsrg.results.chunk_means import Cases

PER_WORKER = 4  # units under way: one in hand, one waiting, and slack for a slower neighbour
PATIENCE = 3.0  # s
POLL = 0.1  # s between two looks at whether a run shall stop
Unit = tuple[int, int, Cases]  # of sums: step, chunk, readings and strains
T = TypeVar("T")


class Executor(Protocol):
    """Computes units of work somewhere.

    fatal: the errors after which it cannot go on. patience: seconds that a run which shall stop
    waits for a unit, which else is computed again on resume. prompt: whether a unit is surely
    computed from when it is begun, not after waiting for workers. bundle: chunks of super blocks
    at most in a unit, which takes a part of their pool along.
    """

    fatal: tuple[type[BaseException], ...]
    patience: float
    prompt: bool
    bundle: int

    @property
    def width(self) -> int:
        """How many units may be under way now."""

    def submit(self, task: Callable[..., T], *arguments: Any) -> Future[T]:
        """Begin a unit: a function of `chunks`, and what it is to be called with."""

    def restart(self) -> None:
        """Work again after a BrokenExecutor: workers died, and their units with them."""

    def close(self) -> None:
        """End the workers, whatever they are at."""


class Threads:
    """This process: one chunk at a time, on all the threads of the sums.

    In a thread of its own, so that the main one takes signals at once.
    """

    width = 1
    fatal: tuple[type[BaseException], ...] = ()
    patience = PATIENCE
    prompt = True
    bundle = 1

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(max_workers=1)

    def submit(self, task: Callable[..., T], *arguments: Any) -> Future[T]:
        """Begin a unit."""
        return self.pool.submit(task, *arguments)

    def restart(self) -> None:
        """Threads do not die."""

    def close(self) -> None:
        """Leave a chunk in hand behind: a thread cannot be ended, only not waited for."""
        self.pool.shutdown(wait=False, cancel_futures=True)
