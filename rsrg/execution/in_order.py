"""Results in the order of their units of work, in whatever order workers finish them."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Future, wait
from contextlib import contextmanager
from itertools import islice
from typing import Any, Generic, Self, TypeVar

from rsrg.errors import ExecutorError
from rsrg.execution.clock import CLOCK
from rsrg.execution.executor import Executor, T

POLL = 0.1  # s between two checks of whether the run was asked to stop
PAUSE = 1.0  # s: a check that is so much too late was held up, as by SIGSTOP or a sleeping machine
MAX_LOSSES = 3  # times in a row that workers may die while computing one unit
U = TypeVar("U", bound=tuple[Any, ...])


class InOrder(Generic[U, T]):
    """Iterates over (unit, result) in the order of the units.

    submit: a function that submits a unit, a tuple that starts with its step and chunks. The next
    units are submitted before a result is yielded, so that workers never wait while it is handled.
    Once `stopping()` is true, no unit is submitted; those under way are waited for during the
    executor's `stop_grace`, all together. Once `late()` is true, nothing is waited for, and only
    finished results are yielded. `paused(seconds)` is called where the process was held up so long.
    """

    def __init__(
        self,
        executor: Executor,
        submit: Callable[[U], Future[T]],
        units: Iterable[U],
        stopping: Callable[[], bool] = lambda: False,
        late: Callable[[], bool] = lambda: False,
        paused: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        self.executor, self.submit, self.units = executor, submit, iter(units)
        self.stopping, self.late, self.paused = stopping, late, paused
        self.in_flight: deque[tuple[U, Future[T]]] = deque()
        self.grace = executor.stop_grace
        self._fill()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> tuple[U, T]:
        """The next unit and its result. Raises ExecutorError where the executor cannot go on."""
        if not self.in_flight or not self._first_done():
            raise StopIteration
        with self._fatal_errors():
            result = self._first_result()
        unit = self.in_flight.popleft()[0]
        if not self.stopping():
            self._fill()
        return unit, result

    @contextmanager
    def _fatal_errors(self) -> Iterator[None]:
        try:
            yield
        except self.executor.fatal as error:
            gone = "their units were cancelled, as where a scheduler is gone"
            reason = gone if isinstance(error, CancelledError) else str(error)
            reason = reason or type(error).__name__
            raise ExecutorError(f"the workers cannot go on: {reason}") from None

    def _fill(self) -> None:
        """Submit as many units as may be under way."""
        with self._fatal_errors():
            free = self.executor.max_in_flight - len(self.in_flight)
            for unit in islice(self.units, max(0, free)):
                self.in_flight.append((unit, self.submit(unit)))

    def _first_done(self) -> bool:
        """Wait for the first unit; False where the time limit or `stop_grace` ended before it.

        A unit that was cancelled, as Dask does where its scheduler is gone, is never done. Where a
        scheduler says good-bye it does not even do that: counting the workers then fails.
        """
        first = self.in_flight[0][1]
        while not (self._done_soon(first) or first.cancelled()):
            with self._fatal_errors():
                _ = self.executor.workers
            self.grace -= POLL if self.stopping() else 0.0
            if self.grace < 0.0 or self.late():
                return False
        return True

    def _done_soon(self, future: Future[T]) -> bool:
        """Wait for a result, but for POLL at most; tell where that took much longer."""
        began = CLOCK.monotonic()
        done = bool(wait([future], timeout=POLL).done)
        too_long = CLOCK.monotonic() - began - POLL
        if too_long > PAUSE:
            self.paused(too_long)
        return done

    def _first_result(self) -> T:
        """The first result. Where workers died, all units under way are submitted again."""
        for _ in range(MAX_LOSSES):
            try:
                return self.in_flight[0][1].result()
            except BrokenExecutor:
                self.executor.restart()
                self.in_flight = deque(
                    (unit, future if _succeeded(future) else self.submit(unit))
                    for unit, future in self.in_flight
                )
        step, chunks, *_ = self.in_flight[0][0]
        raise ExecutorError(
            f"workers died {MAX_LOSSES} times over chunk {chunks.start} of step {step + 1}: "
            "too little memory for it?"
        )


def _succeeded(future: Future[Any]) -> bool:
    return future.done() and future.exception() is None
