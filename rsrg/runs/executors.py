"""Where chunks are computed, and how their results come back in order.

Every executor computes the same units (see `chunks`), so none of them changes a bit. Few units are
under way at a time, and only the run's own process writes: memory stays flat however many units
there are.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from typing import Any, Generic, Protocol, Self, TypeVar

from rsrg.errors import ConfigError, ExecutorError
from rsrg.results.chunk_means import Cases

PER_WORKER = 4  # units under way: one in hand, one waiting, and slack for a slower neighbour
PATIENCE = 3.0  # s
POLL = 0.1  # s between two looks at whether a run shall stop
MAX_LOSSES = 3  # times in a row that workers may die over one unit
Unit = tuple[int, int, Cases]  # of sums: step, chunk, readings and strains
T = TypeVar("T")
U = TypeVar("U", bound=tuple[Any, ...])


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


class InOrder(Generic[U, T]):
    """Iterates over (unit, result) in the order of the units, whatever order they are done in.

    begin: has the executor begin a unit, which starts with its step and chunk. The next units are
    begun before a result is given, so that workers never wait for what is done with it. Once
    `stopping` says so, none is; the first under way is waited for as long as the executor's
    patience lasts, and what else is done by then is still given. Once `late` says so, only what is
    done is given.
    """

    def __init__(
        self,
        executor: Executor,
        begin: Callable[[U], Future[T]],
        units: Iterable[U],
        stopping: Callable[[], bool] = lambda: False,
        late: Callable[[], bool] = lambda: False,
    ) -> None:
        self.executor, self.begin, self.units = executor, begin, iter(units)
        self.stopping, self.late = stopping, late
        self.under_way: deque[tuple[U, Future[T]]] = deque()
        self._fill()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> tuple[U, T]:
        """Raises ExecutorError where the executor cannot go on."""
        if not self.under_way or not self._awaited():
            raise StopIteration
        with self._fatal_errors():
            result = self._first()
        unit = self.under_way.popleft()[0]
        if not self.stopping():
            self._fill()
        return unit, result

    @contextmanager
    def _fatal_errors(self) -> Iterator[None]:
        try:
            yield
        except self.executor.fatal as error:
            reason = str(error) or type(error).__name__
            raise ExecutorError(f"the workers cannot go on: {reason}") from None

    def _fill(self) -> None:
        """Begin as many units as may be under way."""
        with self._fatal_errors():
            free = self.executor.width - len(self.under_way)
            for unit in islice(self.units, max(0, free)):
                self.under_way.append((unit, self.begin(unit)))

    def _awaited(self) -> bool:
        """Whether the first unit got done, before the time or the patience of a run was over."""
        future, patience = self.under_way[0][1], self.executor.patience
        while not wait([future], timeout=POLL).done:
            patience -= POLL if self.stopping() else 0.0
            if patience < 0.0 or self.late():
                return False
        return True

    def _first(self) -> T:
        """The first result. Where workers died, all that they were at is begun anew."""
        for _ in range(MAX_LOSSES):
            try:
                return self.under_way[0][1].result()
            except BrokenExecutor:
                self.executor.restart()
                self.under_way = deque(
                    (
                        unit,
                        future if _succeeded(future) else self.begin(unit),
                    )
                    for unit, future in self.under_way
                )
        step, chunk, *_ = self.under_way[0][0]
        raise ExecutorError(
            f"workers died {MAX_LOSSES} times over chunk {chunk} of step {step + 1}: "
            "too little memory for it?"
        )


def _succeeded(future: Future[Any]) -> bool:
    return future.done() and future.exception() is None


@contextmanager
def open_executor(workers: int | None = None, scheduler: str | None = None) -> Iterator[Executor]:
    """The executor that a user asks for: processes, a Dask scheduler, or neither: this process.

    Raises ConfigError where both are asked for, ExecutorError where the scheduler is not there.
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
        from rsrg.runs.processes import Processes

        return Processes(workers)
    if scheduler is not None:
        from rsrg.runs.cluster import Cluster

        return Cluster(scheduler)
    return Threads()
