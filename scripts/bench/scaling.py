"""What workers on a Dask cluster cost, how busy they are, and where that ends.

    python scripts/bench/scaling.py [rounds]

Starts a scheduler and workers as processes of this machine, measures, and writes
docs/evidence/scaling.md. Minima over rounds, for other work on the machine only ever adds time.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from local_cluster import Pausing, cluster, simulated_cluster

import rsrg
from rsrg.execution.dask_cluster import DaskCluster
from rsrg.execution.executor import UNITS_PER_WORKER, Executor
from rsrg.execution.in_order import InOrder
from rsrg.execution.processes import Processes
from rsrg.execution.state import State
from rsrg.execution.tasks import chunk_moments, environment_fingerprint, timed
from rsrg.execution.threads import Threads
from rsrg.execution.unit_size import UnitSize
from rsrg.execution.workload import DrawWorkload

ROOT = Path(__file__).resolve().parents[2]
PAGE = Path(__file__).with_suffix(".md")  # the page, with places for the figures
CONFIG = ROOT / "configs" / "quickstart.yaml"
STRAINS = {"start": 0.0, "stop": 2.0, "count": 9}
READINGS = ["fixed/ellipsoid", "affine/sphere"]
CASES = (tuple(range(2)), tuple(range(9)))  # all readings and strains
SIZES = (2, 3, 4, 6)  # N0
SECONDS = 5.0  # of a measured run on all cores, roughly
WORKERS = (1, 2, 4)
EMPTY = 2000  # units that do nothing
MANY, CHUNKS_OF_MANY = 50_000, 20  # units through which memory is watched, and their chunks
SIMULATED = 1000  # workers
SIMULATED_SECONDS = 120.0  # of work for each of them
SIMULATED_CHUNK = 0.002  # s


def config_of(n0: int, samples: int = 12_288) -> rsrg.Config:
    """The run that is measured: nine strains, two readings."""
    return rsrg.load_config(
        CONFIG,
        {
            "blocks.n0": n0,
            "strain.values": STRAINS,
            "readings": READINGS,
            "sampling.samples": samples,
            "lengths.start": None,
            "lengths.sample": None,
            "lengths.log_ratio": float(np.log(n0)),  # one step
        },
    )


def drawing_seconds(config: rsrg.Config, executor: Executor) -> float:
    """Seconds for all draws of a run, as a session takes them, without its saves and results."""
    state = State.initial(config)
    state.record.sessions.append({})  # whose chunks are counted
    work = DrawWorkload(state, executor)
    began = time.perf_counter()
    for unit, result in InOrder(executor, partial(work.submit, executor), work.missing()):
        work.store(unit, result)
    return time.perf_counter() - began


def chunk_seconds(config: rsrg.Config, chunks: int = 8) -> float:
    """Seconds of a chunk on one thread of this process."""
    text = config.resolved()
    chunk_moments(text, 0, range(1), CASES)
    began = time.perf_counter()
    chunk_moments(text, 0, range(1, 1 + chunks), CASES)
    return (time.perf_counter() - began) / chunks


def best(rounds: int, measure: Callable[[], float]) -> float:
    """The least of some rounds."""
    return min(measure() for _ in range(rounds))


def connected(place: str, workers: int, kind: type[DaskCluster] = DaskCluster) -> DaskCluster:
    """An executor, once all workers are there."""
    executor = kind(place)
    executor.client.wait_for_workers(workers)
    executor.counted_at = -np.inf  # see them all
    return executor


def efficiencies(cores: int, rounds: int) -> list[dict[str, float]]:
    """For each N0: seconds in threads, in processes, on Dask's workers."""
    rows = []
    for n0 in SIZES:
        chunk = chunk_seconds(config_of(n0))
        draws = 16 * round(SECONDS * cores / chunk)
        config = config_of(n0, draws)
        row: dict[str, float] = {"n0": n0, "draws": draws, "chunk": chunk}
        for threads in range(1, cores + 1):
            row[f"threads {threads}"] = _seconds(Threads(threads), config, rounds)
        row["processes"] = _seconds(Processes(cores), config, rounds)
        for workers in WORKERS:
            with cluster(workers) as (place, _):
                row[f"dask {workers}"] = _seconds(connected(place, workers), config, rounds)
        rows.append(row)
        print(json.dumps(row), file=sys.stderr)
    return rows


def _seconds(executor: Executor, config: rsrg.Config, rounds: int) -> float:
    """Of all draws, after a round in which workers import and load their kernels."""
    try:
        drawing_seconds(config_of(config.blocks.n0, 64 * executor.workers), executor)
        return best(rounds, lambda: drawing_seconds(config, executor))
    finally:
        executor.close()


def units(sizes: Iterator[int]) -> Iterator[tuple[int, range, Any]]:
    """Units of so many chunks each, one after another."""
    first = 0
    for chunks in sizes:
        yield 0, range(first, first + chunks), CASES
        first += chunks


def through(executor: DaskCluster, sizes: Iterator[int]) -> Iterator[int]:
    """Send units of these sizes through an executor; yields how many are done, after each."""
    text = config_of(3).resolved()
    submit = lambda unit: executor.submit(timed, chunk_moments, text, *unit)  # noqa: E731
    for done, _ in enumerate(InOrder(executor, submit, units(sizes)), 1):
        yield done


def cpu(process: psutil.Process) -> float:
    """CPU seconds of a process so far."""
    times = process.cpu_times()
    return times.user + times.system


def overhead(rounds: int) -> dict[str, float]:
    """Per unit that does nothing: wall time, and CPU of the scheduler and of this process."""
    own, found = psutil.Process(), []
    with cluster(1) as (place, scheduler):
        executor = connected(place, 1, Pausing)
        for _ in range(rounds + 1):
            before, began = (cpu(scheduler), cpu(own)), time.perf_counter()
            for _ in through(executor, iter([1] * EMPTY)):
                pass
            wall = time.perf_counter() - began
            found.append((wall, cpu(scheduler) - before[0], cpu(own) - before[1]))
        executor.close()
    least = [min(column) / EMPTY for column in zip(*found, strict=True)]
    return dict(zip(("wall", "scheduler", "own"), least, strict=True))


def simulated(chunk: float) -> dict[str, float]:
    """How busy many workers are whose chunks take so many seconds, in which they only wait."""
    chunks = round(SIMULATED_SECONDS * SIMULATED / chunk)
    with simulated_cluster(SIMULATED) as (place, scheduler), ExitStack() as stack:
        executor = connected(place, SIMULATED, Pausing)
        stack.callback(executor.close)
        executor.seconds_of = lambda unit: chunk * len(unit)  # type: ignore[method-assign]
        for _ in through(executor, iter([1] * SIMULATED)):
            pass
        sizes, before = sizes_of(executor, chunk, chunks), cpu(scheduler)
        began, done = time.perf_counter(), 0
        for count in through(executor, iter(sizes)):
            done = count
        wall = time.perf_counter() - began
        row = {"chunk": chunk, "units": done, "longest": max(sizes) * chunk, "wall": wall}
        row["busy"] = chunks * chunk / (SIMULATED * wall)
        row["scheduler"] = (cpu(scheduler) - before) / wall
    print(json.dumps(row), file=sys.stderr)
    return row


def sizes_of(executor: Executor, chunk: float, chunks: int) -> list[int]:
    """The sizes of the units of so many chunks, as a workload chooses them."""
    size, sizes, left = UnitSize(executor, chunk, 1), [], chunks
    while left:
        sizes.append(min(left, size.chunks(left, 1)))
        left -= sizes[-1]
    return sizes


def memory() -> dict[str, list[float]]:
    """Resident memory of scheduler and run, MB, as units go through; seconds at the end."""
    own = psutil.Process()
    found: dict[str, list[float]] = {"done": [], "scheduler": [], "own": []}
    with cluster(2) as (place, scheduler):
        executor = connected(place, 2, Pausing)
        began = time.perf_counter()
        for done in through(executor, iter([CHUNKS_OF_MANY] * MANY)):
            if done in (MANY // 100, MANY // 10, MANY // 2, MANY):
                found["done"].append(done)
                found["scheduler"].append(scheduler.memory_info().rss / 1e6)
                found["own"].append(own.memory_info().rss / 1e6)
        found["seconds"] = [time.perf_counter() - began]
        executor.close()
    return found


def measure(rounds: int) -> dict[str, Any]:
    """All figures."""
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[2]
    figures: dict[str, Any] = {"cores": cores, "rounds": rounds, "load": load}
    figures["overhead"] = overhead(rounds)
    print(json.dumps(figures["overhead"]), file=sys.stderr)
    figures["rows"] = efficiencies(cores, rounds)
    figures["simulated"] = simulated(SIMULATED_CHUNK)
    figures["memory"] = memory()
    return figures


def efficiency_rows(figures: dict[str, Any]) -> str:
    """A row for each N0: seconds in all threads, and how much longer all else takes."""
    cores, rows = figures["cores"], []
    for row in figures["rows"]:
        alone, all_cores = row["threads 1"], row[f"threads {cores}"]
        dask = [
            row[f"dask {n}"] / (alone if n == 1 else row[f"threads {min(n, cores)}"])
            for n in WORKERS
        ]
        ratios = [row["processes"] / all_cores, *dask]
        rows.append(
            f"| {row['n0']} | {row['draws']:,} | {1e3 * row['chunk']:.2f} | {all_cores:.1f} s | "
            + " | ".join(f"{ratio:.2f}" for ratio in ratios)
            + " |"
        )
    return "\n".join(rows)


def page(figures: dict[str, Any]) -> str:
    """docs/evidence/scaling.md: the figures in their places."""
    cost, kept = figures["overhead"], figures["memory"]
    slower = max(cost["scheduler"], cost["own"])
    memory_rows = [
        f"| {int(done):,} | {s:.0f} | {o:.0f} |"
        for done, s, o in zip(kept["done"], kept["scheduler"], kept["own"], strict=True)
    ]
    row = figures["simulated"]
    simulated_row = (
        f"| {1e3 * row['chunk']:.0f} ms | {row['longest']:.2f} s | {int(row['units']):,} | "
        f"{row['busy']:.0%} | {row['scheduler']:.0%} |"
    )
    returned = 8 * (31 * 18 + 15)  # bytes of a chunk: 18 cases with their controls
    traffic = [f"N0 = {row['n0']}: {returned / row['chunk'] / 1e6:.2g}" for row in figures["rows"]]
    grown = kept["scheduler"][-1] - kept["scheduler"][1]
    return PAGE.read_text(encoding="utf-8").format(
        rows=efficiency_rows(figures),
        simulated=simulated_row,
        memory="\n".join(memory_rows),
        wall=1e3 * cost["wall"],
        scheduler=1e3 * cost["scheduler"],
        own=1e3 * cost["own"],
        rate=1 / slower,
        most=5.0 / slower,
        many=MANY,
        chunks=MANY * CHUNKS_OF_MANY,
        many_seconds=kept["seconds"][0],
        grown=1e3 * grown / (kept["done"][-1] - kept["done"][1]),
        under_way=2 * UNITS_PER_WORKER,
        sent=(len(config_of(3).resolved()) + len(json.dumps(environment_fingerprint()))) / 1e3,
        returned=returned / 1e3,
        traffic=", ".join(traffic),
        simulated_workers=SIMULATED,
        simulated_seconds=SIMULATED_SECONDS,
        load=figures["load"],
        cores=figures["cores"],
        rounds=figures["rounds"],
    )


def main() -> None:
    """Measure, and write the page."""
    figures = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
    (ROOT / "docs" / "evidence" / "scaling.md").write_text(page(figures), encoding="utf-8")


if __name__ == "__main__":
    main()
