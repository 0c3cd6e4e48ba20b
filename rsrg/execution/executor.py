"""Where the units of work of a run are computed.

A unit of work is one or some chunks of a run. Every executor computes the same tasks (see
`tasks`), so the results do not depend on it, to the last bit. Only the run's own thread writes,
and few units are under way at a time, so memory does not grow with their number.
"""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from rsrg.errors import ConfigError

UNITS_PER_WORKER = 4  # under way: one being computed, one waiting, two more for balance
STOP_GRACE = 3.0  # s that a run asked to stop waits for the units under way
T = TypeVar("T")


class Executor(Protocol):
    """Computes units of work somewhere.

    fatal: the errors after which it cannot go on. stop_grace: seconds that a run waits for units
    once it was asked to stop; after that they are dropped, and computed again on resume.
    starts_at_once: whether the computation of a unit begins when it is submitted, without waiting
    for workers. unit_seconds: how long a unit should take, so that handling it costs little.
    handling_seconds: what handling one costs the run or a scheduler, the slower of the two.
    """

    fatal: tuple[type[BaseException], ...]
    stop_grace: float
    starts_at_once: bool
    unit_seconds: float
    handling_seconds: float

    @property
    def workers(self) -> int:
        """How many units are computed side by side now. A `fatal` error where that cannot be."""

    @property
    def max_in_flight(self) -> int:
        """How many units may be under way now."""

    def submit(self, task: Callable[..., T], *arguments: Any) -> Future[T]:
        """Submit a unit of work: a function of `tasks` and its arguments."""

    def share(self, value: Any) -> Any:
        """What to hand to `submit` in place of a value that many units need."""

    def restart(self) -> None:
        """Become usable again after a BrokenExecutor: workers and their units were lost."""

    def close(self) -> None:
        """End the workers, even in the middle of a unit."""


def require_executor(executor: Any) -> None:
    """Raise ConfigError unless this is an executor, or none is given."""
    if executor is not None and not all(hasattr(executor, k) for k in ("submit", "stop_grace")):
        raise ConfigError([f"`executor` must be an executor of rsrg; got {executor!r:.60}"])
