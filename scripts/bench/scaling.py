"""What a Dask cluster costs per chunk, how well workers are used, and where that ends.

    python scripts/bench/scaling.py [rounds]

Starts a scheduler and 1, 2, 4 workers as processes of this machine, measures, and writes
docs/evidence/scaling.md. Minima over rounds, for other work on the machine only ever adds time.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import psutil

import rsrg
from rsrg.ensemble.sampling import ChunkMoments
from rsrg.execution.dask_cluster import DaskCluster
from rsrg.execution.executor import UNITS_PER_WORKER
from rsrg.execution.in_order import InOrder
from rsrg.execution.tasks import chunk_moments, environment_fingerprint
from rsrg.results.chunk_means import MomentArrays
from rsrg.results.compute import compute_results

ROOT = Path(__file__).resolve().parents[2]
PAGE = Path(__file__).with_suffix(".md")  # the page, with places for the figures
CONFIG = ROOT / "configs" / "quickstart.yaml"
CASES = (tuple(range(3)), tuple(range(41)))  # all its readings and strains
WORKERS = (1, 2, 4)
PAUSE = 0.05  # s that a unit which only waits takes
EMPTY, WAITING, REAL = 2000, 40, 10  # units, the last two for each worker
MANY, FEW = 100_000, 10_000  # units through which memory is watched
KEYS = 100_000  # that Dask's `key_split` remembers
REAL_N0 = 6
# Dask's scheduler remembers the last 10⁵ tasks for its dashboard unless told otherwise.
TERSE = {
    f"DASK_DISTRIBUTED__SCHEDULER__DASHBOARD__{name}__TASK_STREAM_LENGTH": "1000"
    for name in ("STATUS", "TASKS")
}
SIZES = (2, 3, 4, 6, 8)
ON_PAPER = 1000  # workers
# The units are to be found by name, as those of rsrg are: sent by value they would cost more.
ENVIRONMENT = os.environ | {
    "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
}


def pause(software: object, unit: object, seconds: float) -> ChunkMoments:
    """A unit that waits, and returns as much as a chunk of the quickstart does."""
    if seconds:
        time.sleep(seconds)
    cases = (1, 3, 41)
    return ChunkMoments(
        np.zeros((*cases, 15)), np.zeros((1, 15)), np.zeros((*cases, 15)), np.zeros(cases)
    )


class Pausing(DaskCluster):
    """The same executor with units that only wait."""

    seconds = 0.0

    def submit(self, task: object, *unit: object) -> Future[ChunkMoments]:
        """Begin a unit; its config travels as always."""
        return self.tasks.submit(pause, environment_fingerprint(), unit, self.seconds)


def in_order(executor: DaskCluster, config: str, units: int) -> InOrder:
    """So many chunks through an executor."""
    begin = partial(executor.submit, chunk_moments, config)
    return InOrder(
        executor, lambda unit: begin(*unit), ((0, range(c, c + 1), CASES) for c in range(units))
    )


@contextmanager
def cluster(workers: int, terse: bool = True) -> Iterator[tuple[str, psutil.Process]]:
    """A scheduler and its workers: the scheduler file, and the scheduler's process."""
    with tempfile.TemporaryDirectory() as folder:
        place = f"{folder}/cluster.json"
        common = ["--scheduler-file", place, "--no-dashboard"]
        python = [sys.executable, "-W", "ignore", "-m"]
        scheduler = subprocess.Popen(
            [*python, "distributed.cli.dask_scheduler", "--port", "0", *common],
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT | (TERSE if terse else {}),
        )
        while not Path(place).exists():
            time.sleep(0.1)
        count = ["--nworkers", str(workers), "--nthreads", "1", "--local-directory", folder]
        pool = subprocess.Popen(
            [*python, "distributed.cli.dask_worker", *count, *common],
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT,
        )
        try:
            yield place, psutil.Process(scheduler.pid)
        finally:
            pool.terminate()
            pool.wait()
            scheduler.terminate()
            scheduler.wait()


def ready(executor: DaskCluster, workers: int, config: str) -> None:
    """Wait for all workers, and let each import and compile."""
    executor.client.wait_for_workers(workers)
    executor.counted_at = -np.inf  # see them all
    for _ in in_order(executor, config, 4 * workers):
        pass


def timed(executor: DaskCluster, config: str, units: int) -> float:
    """Seconds for so many units."""
    began = time.perf_counter()
    for _ in in_order(executor, config, units):
        pass
    return time.perf_counter() - began


def cpu(process: psutil.Process) -> float:
    """CPU seconds of a process so far."""
    times = process.cpu_times()
    return times.user + times.system


def best(rounds: int, measure: Callable[[], float]) -> float:
    """The least of some rounds."""
    return min(measure() for _ in range(rounds))


def overheads(place: str, scheduler: psutil.Process, config: str, rounds: int) -> dict[str, float]:
    """Per unit that does nothing: wall time, and CPU of the scheduler and of this process."""
    executor, own = Pausing(place), psutil.Process()
    ready(executor, 1, config)
    found = []
    for _ in range(rounds):
        before = cpu(scheduler), cpu(own)
        wall = timed(executor, config, EMPTY)
        found.append((wall, cpu(scheduler) - before[0], cpu(own) - before[1]))
    executor.close()
    keys = ("wall", "scheduler", "own")
    return {
        k: min(column) / EMPTY for k, column in zip(keys, zip(*found, strict=True), strict=True)
    }


def efficiencies(place: str, workers: int, config: str, rounds: int) -> dict[str, float]:
    """The share of the workers' time that goes into units: ones that wait, and real chunks.

    Real ones are compared with the same chunks on one thread of this process, just before.
    """
    pausing, real = Pausing(place), DaskCluster(place)
    pausing.seconds = PAUSE
    ready(pausing, workers, config)
    ready(real, workers, config)
    n = WAITING * workers
    waiting = n * PAUSE / workers / best(rounds, lambda: timed(pausing, config, n))
    alone = best(rounds, lambda: chunk_seconds(config, 5))
    n = REAL * workers
    sums = n * alone / workers / best(rounds, lambda: timed(real, config, n))
    pausing.close()
    real.close()
    return {"waiting": waiting, "real": sums, "alone": alone}


def chunk_seconds(config: str, chunks: int) -> float:
    """Seconds of a chunk on one thread of this process."""
    chunk_moments(config, 0, range(1), CASES)
    began = time.perf_counter()
    for chunk in range(chunks):
        chunk_moments(config, 0, range(chunk, chunk + 1), CASES)
    return (time.perf_counter() - began) / chunks


def memory(
    place: str, scheduler: psutil.Process, config: str, units: int
) -> dict[str, list[float]]:
    """Resident memory of scheduler and run, MB, as units go through; seconds at the end."""
    executor, own = Pausing(place), psutil.Process()
    ready(executor, 2, config)
    found: dict[str, list[float]] = {"done": [], "scheduler": [], "own": []}
    began = time.perf_counter()
    for done, _ in enumerate(in_order(executor, config, units), 1):
        if done in (units // 100, units // 10, units // 2, units):
            found["done"].append(done)
            found["scheduler"].append(scheduler.memory_info().rss / 1e6)
            found["own"].append(own.memory_info().rss / 1e6)
    found["seconds"] = [time.perf_counter() - began]
    executor.close()
    return found


def derivation_seconds(rounds: int) -> float:
    """Seconds of what only one process does at the end of the quickstart: all its results."""
    config = rsrg.load_config(CONFIG)
    steps, chunks = config.steps(), config.chunks()
    first = chunk_moments(config.resolved(), 0, range(chunks), CASES)
    fields = (first.moments, first.unstrained, first.volume, first.number)
    moments, unstrained, volume, number = (np.stack([f] * steps) for f in fields)
    cases = (np.moveaxis(values, 1, 3) for values in (moments, volume, number))
    means = MomentArrays(next(cases), unstrained, *cases)

    def once() -> float:
        began = time.perf_counter()
        compute_results(config, means)
        return time.perf_counter() - began

    return best(rounds, once)


def resolved(n0: int) -> str:
    """The quickstart with another N0."""
    return rsrg.load_config(CONFIG, {"blocks.n0": n0}).resolved()


def measure(rounds: int) -> dict[str, object]:
    """All figures."""
    config = resolved(REAL_N0)
    found: dict[str, object] = {"cores": len(os.sched_getaffinity(0)), "rounds": rounds}
    found["workers"] = {}
    for workers in WORKERS:
        with cluster(workers) as (place, scheduler):
            rows = overheads(place, scheduler, config, rounds)
            rows |= efficiencies(place, workers, config, rounds)
            found["workers"][workers] = rows  # type: ignore[index]
            print(workers, json.dumps(rows), file=sys.stderr)
    for name, units in (("memory", MANY), ("memory_by_default", FEW)):
        with cluster(2, terse=units == MANY) as (place, scheduler):
            found[name] = memory(place, scheduler, config, units)
            print(name, json.dumps(found[name]), file=sys.stderr)
    found["chunks"] = {
        n0: best(rounds, lambda n0=n0: chunk_seconds(resolved(n0), 3)) for n0 in SIZES
    }
    found["derive"] = derivation_seconds(rounds)
    found["sent"] = len(config) + len(json.dumps(environment_fingerprint()))
    found["returned"] = 8 * (3 * 41 * 15 + 15)
    return found


def per_unit(found: dict, first: int) -> float:
    """Growth of the scheduler from one of the looks at it to the last, MB a unit."""
    grown = found["scheduler"][-1] - found["scheduler"][first]
    return grown / (found["done"][-1] - found["done"][first])


def page(found: dict) -> str:
    """docs/evidence/scaling.md: the figures in their places."""
    workers = found["workers"]
    dear = max(min(w[who] for w in workers.values()) for who in ("scheduler", "own"))
    rows = [
        f"| {n} | {1e3 * w['wall']:.2f} | {1e3 * w['scheduler']:.2f} | {1e3 * w['own']:.2f} "
        f"| {w['waiting']:.0%} | {w['real']:.0%} |"
        for n, w in workers.items()
    ]
    kept, full = found["memory"], found["memory_by_default"]
    growth = per_unit(full, 0)
    kept_growth = max(0.0, per_unit(kept, 1))  # when all that is remembered is full
    memory_rows = [
        f"| {done:,} | {s:.0f} | {o:.0f} |"
        for done, s, o in zip(kept["done"], kept["scheduler"], kept["own"], strict=True)
    ]
    chunk_rows = [
        f"| {n0} | {1e3 * t:.3g} | {t / dear:,.0f} |" for n0, t in found["chunks"].items()
    ]
    return PAGE.read_text(encoding="utf-8").format(
        workers="\n".join(rows),
        memory="\n".join(memory_rows),
        chunks="\n".join(chunk_rows),
        overhead=1e3 * dear,
        rate=1 / dear,
        least=ON_PAPER * dear,
        on_paper=ON_PAPER,
        pause=1e3 * PAUSE,
        alone=1e3 * workers[1]["alone"],
        real_n0=REAL_N0,
        many=MANY,
        many_seconds=kept["seconds"][0],
        growth=1e3 * growth,
        kept_growth=1e3 * kept_growth,
        kept_most=KEYS * kept_growth,
        few=FEW,
        load=os.getloadavg()[2],
        under_way=2 * UNITS_PER_WORKER,
        bandwidth=found["returned"] / dear / 1e6,
        sent=found["sent"] / 1e3,
        returned=found["returned"] / 1e3,
        derive=found["derive"],
        cores=found["cores"],
        rounds=found["rounds"],
    )


def main() -> None:
    """Measure, and write the page."""
    figures = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
    (ROOT / "docs" / "evidence" / "scaling.md").write_text(page(figures), encoding="utf-8")


if __name__ == "__main__":
    import scaling  # not as __main__, whose functions are sent by value

    scaling.main()
