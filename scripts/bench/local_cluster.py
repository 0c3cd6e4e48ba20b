"""A Dask scheduler and its workers as processes of this machine, and units that only wait."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil

from rsrg.execution.dask_cluster import DaskCluster
from rsrg.execution.tasks import Timed, environment_fingerprint

# Dask's scheduler remembers the last 10⁵ tasks for its dashboard unless told otherwise.
TERSE = {
    f"DASK_DISTRIBUTED__SCHEDULER__DASHBOARD__{name}__TASK_STREAM_LENGTH": "1000"
    for name in ("STATUS", "TASKS")
}
# The units are to be found by name, as those of rsrg are: sent by value they would cost more.
SEARCHED = [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(SEARCHED)}
# Workers that only wait have nothing to watch; many in one process would do little else.
UNWATCHED = {
    "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL": "1 hour",
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "1 hour",
}
HOSTED = 250  # workers in one process: with a thousand, it would only switch between their threads
PYTHON = [sys.executable, "-P", "-W", "ignore"]  # -P: rsrg as it is installed, whatever lies here


@contextmanager
def process(*arguments: str, **environment: str) -> Iterator[psutil.Process]:
    """A Python process that is ended at the end."""
    started = subprocess.Popen(
        [*PYTHON, *arguments], stderr=subprocess.DEVNULL, env=ENVIRONMENT | environment
    )
    try:
        yield psutil.Process(started.pid)
    finally:
        started.terminate()
        started.wait()


@contextmanager
def scheduler(terse: bool = True) -> Iterator[tuple[str, psutil.Process]]:
    """A Dask scheduler: the file with its address, and its process."""
    with tempfile.TemporaryDirectory() as folder:
        place = f"{folder}/cluster.json"
        command = ("-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard")
        with process(*command, "--scheduler-file", place, **(TERSE if terse else {})) as started:
            while not Path(place).exists():
                time.sleep(0.1)
            yield place, started


@contextmanager
def cluster(workers: int, terse: bool = True) -> Iterator[tuple[str, psutil.Process]]:
    """A scheduler and its workers, each a process with one thread."""
    with scheduler(terse) as (place, started):
        count = ("--nworkers", str(workers), "--nthreads", "1", "--no-dashboard")
        folder = ("--local-directory", str(Path(place).parent), "--scheduler-file", place)
        with process("-m", "distributed.cli.dask_worker", *count, *folder):
            yield place, started


@contextmanager
def simulated_cluster(workers: int) -> Iterator[tuple[str, psutil.Process]]:
    """A scheduler, and many workers inside few processes: they can do nothing but wait."""
    with scheduler() as (place, started), ExitStack() as hosts:
        for first in range(0, workers, HOSTED):
            number = str(min(HOSTED, workers - first))
            hosts.enter_context(process(__file__, place, number, **UNWATCHED))
        yield place, started


async def host(place: str, workers: int) -> None:
    """Be so many workers of a scheduler until the process is ended."""
    from distributed import Worker

    quiet = {"nthreads": 1, "memory_limit": 0, "dashboard": False, "heartbeat_interval": "10 s"}
    hosted = [
        Worker(scheduler_file=place, local_directory=str(Path(place).parent), **quiet)
        for _ in range(workers)
    ]
    for worker in hosted:
        await worker
    await asyncio.gather(*(worker.finished() for worker in hosted))


def pause(software: object, unit: object, seconds: float, result: Any) -> Timed[Any]:
    """A unit that waits, and returns what it was given."""
    if seconds:
        time.sleep(seconds)
    return Timed(result, seconds)


class Pausing(DaskCluster):
    """The same executor with units that only wait, as long as `seconds_of` says."""

    seconds_of = staticmethod(lambda chunks: 0.0)
    result: Any = None

    def submit(self, task: object, *call: Any) -> Future[Any]:
        """Submit a unit; its config travels as always."""
        seconds = self.seconds_of(call[3])
        return self.tasks.submit(pause, environment_fingerprint(), call, seconds, self.result)


if __name__ == "__main__":
    asyncio.run(host(sys.argv[1], int(sys.argv[2])))
