"""Chunks on a Dask cluster: one machine, SLURM, PBS, Kubernetes or a cloud behind one scheduler."""

import json
import re
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from pathlib import Path
from typing import Any

from rsrg.dependencies import installed, requirements, serves
from rsrg.errors import ExecutorError
from rsrg.execution.clock import CLOCK
from rsrg.execution.dask_hosts import ReachedHosts
from rsrg.execution.executor import STOP_GRACE, UNITS_PER_WORKER, T
from rsrg.execution.tasks import environment_fingerprint, run_in_worker

CONNECT = 10  # s
CLOSE = 5  # s
RECOUNT = 5.0  # s between two counts of the workers, whose number changes


class DaskCluster:
    """The workers of a Dask scheduler. If a worker dies, Dask computes its chunks again.

    Results come straight from the workers where this machine reaches them all: a scheduler would
    receive and send each of them once more.
    """

    stop_grace = STOP_GRACE
    starts_at_once = False
    unit_seconds = 1.0
    handling_seconds = 1.25e-3  # by the scheduler: see docs/evidence/scaling.md

    def __init__(self, scheduler: str) -> None:
        """scheduler: an address such as tcp://host:8786, or a scheduler file that ends in .json.

        Raises ExecutorError if Dask is not installed, or too old, or no scheduler answers.
        """
        self.client, killed = _connect(scheduler)
        self.fatal: tuple[type[BaseException], ...] = (CancelledError, OSError, killed)
        self.tasks = self.client.get_executor(pure=False)
        self.reached = ReachedHosts(self.client)
        self.counted_at, self.threads = -RECOUNT, 0

    @property
    def workers(self) -> int:
        """How many threads all workers have; while there is no worker yet, one.

        Raises OSError where they are counted and the scheduler does not answer.
        """
        connected = self.client.status == "running"  # else the count would wait for ever
        if connected and CLOCK.monotonic() - self.counted_at >= RECOUNT:
            self.counted_at = CLOCK.monotonic()
            threads = self.client.nthreads()
            self.threads = sum(threads.values())
            self.client.direct_to_workers = self.reached.all(threads)
        return max(1, self.threads)

    @property
    def max_in_flight(self) -> int:
        """A few units for each thread of a worker."""
        return UNITS_PER_WORKER * self.workers

    def submit(self, task: Callable[..., T], *arguments: Any) -> Future[T]:
        """Send a unit of work to the workers."""
        future: Future[T] = self.tasks.submit(
            run_in_worker, environment_fingerprint(), task, *arguments
        )
        return future

    def share(self, value: Any) -> Any:
        """A Dask future of the value: it travels once, and workers hand it to one another.

        It is a task, so that it is there again where the workers that held it have died.
        """
        return self.client.submit(given, value, pure=False)

    def restart(self) -> None:
        """Nothing to do: Dask replaces its workers itself."""

    def close(self) -> None:
        """Cancel the units under way and disconnect; the cluster goes on."""
        from distributed.client import ClosedClientError

        with suppress(ClosedClientError, TimeoutError, OSError):  # there is nothing left to close
            self.tasks.shutdown(wait=False)
            self.client.close(timeout=CLOSE)


def given(value: T) -> T:
    """The value itself."""
    return value


def _require_dask() -> None:
    """Raise ExecutorError where Dask is not installed, or older than rsrg asks for."""
    name, lowest = next((name, low) for name, low, extra in requirements() if extra == "cluster")
    if not serves(name, lowest):
        raise ExecutorError(
            f"`--scheduler` needs Dask, `{name}` in version {lowest} or later; got "
            f'{installed(name) or "none"}: pip install "rsrg[cluster]"'
        )


def _connect(scheduler: str) -> tuple[Any, type[BaseException]]:
    """A client, and the error that Dask raises for a task that kills worker after worker."""
    _require_dask()
    import dask
    from distributed import Client, KilledWorker

    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GB"})  # subpools
    address = _address(scheduler)
    try:
        client = Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        reason = str(error) or type(error).__name__
        raise ExecutorError(f"no Dask scheduler answers at {scheduler}: {reason}") from None
    return _quiet(client), KilledWorker


def _address(scheduler: str) -> str:
    """The address, from the scheduler file if one is given; checked, as Dask waits for any."""
    if scheduler.endswith(".json"):
        if not Path(scheduler).is_file():
            raise ExecutorError(f"no such scheduler file: {scheduler}")
        try:
            return str(json.loads(Path(scheduler).read_bytes())["address"])
        except (OSError, ValueError, KeyError, TypeError):
            raise ExecutorError(f"{scheduler} is not a file that a Dask scheduler wrote") from None
    protocol, _, place = scheduler.rpartition("://")
    if protocol in ("", "tcp", "tls") and not re.fullmatch(r"[^:].*:[0-9]{1,5}", place):
        raise ExecutorError(
            "a scheduler must be an address such as tcp://HOST:8786, or a scheduler file that ends "
            f"in .json; got {scheduler}"
        )
    return scheduler


def _quiet(client: Any) -> Any:
    """The client, changed so that it no longer sends a label with each task.

    The scheduler would keep these labels for ever, 0.15 kB for each task
    (`Span.add_metadata` of distributed 2026.8).
    """
    begin = getattr(client, "_graph_to_futures", None)
    if begin is None:  # a private method: where it is gone, the labels may be gone too
        return client

    def quietly(*args: Any, **kwargs: Any) -> Any:
        kwargs |= {"span_metadata": {}} if "span_metadata" in kwargs else {}
        return begin(*args, **kwargs)

    client._graph_to_futures = quietly
    return client
