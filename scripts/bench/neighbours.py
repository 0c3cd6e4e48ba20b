"""Runs beside busy neighbours, and what of a chunk is done under the interpreter's lock.

    python scripts/bench/neighbours.py [ROUNDS] [FOLDER]

A neighbour is a process that computes without end, pinned to a processor of its own choice. Its
processor is shared in halves, so a run beside one on two of two processors has 3/2 of them; that is
its share. FOLDER: another checkout of rsrg, timed in turn. Prints the section of performance.md.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

import rsrg
from rsrg.execution.chunk_cost import draw_chunk_seconds
from rsrg.execution.sampler import config_sampler
from rsrg.execution.threads import Threads
from rsrg.execution.unit_size import UnitSize
from rsrg.sums import batch

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "configs" / "quickstart.yaml"
RUN = "import sys, rsrg; rsrg.run(rsrg.load_config(sys.argv[1], {'blocks.n0': 4}), sys.argv[2])"
CHUNKS = 2000  # more than in any unit
UNITS = 20  # of which the share under the lock is taken


@contextmanager
def neighbour(processor: int) -> Iterator[None]:
    """A busy process on this processor."""
    code = f"import os; os.sched_setaffinity(0, {{{processor}}})\nwhile True: pass"
    busy = subprocess.Popen([sys.executable, "-c", code])
    try:
        yield
    finally:
        busy.kill()
        busy.wait()


def run_seconds(root: Path, neighbours: int) -> float:
    """Wall time of the quickstart at N0 = 4 by the rsrg in this folder, kernels compiled before."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        for processor in sorted(os.sched_getaffinity(0))[:neighbours]:
            stack.enter_context(neighbour(processor))
        command = [sys.executable, "-c", RUN, CONFIG, f"{folder}/run.h5"]
        began = time.perf_counter()
        subprocess.run(command, check=True, cwd=root)  # whose rsrg python -c then finds first
        return time.perf_counter() - began


def beside_neighbours(root: Path, rounds: int) -> str:
    """The table of one checkout."""
    processors = len(os.sched_getaffinity(0))
    run_seconds(root, 0)
    each = [[run_seconds(root, k) for k in range(processors + 1)] for _ in range(rounds)]
    medians = [statistics.median(column) for column in zip(*each, strict=True)]
    rows = []
    for k, seconds in enumerate(medians):
        share = (processors - 0.5 * k) / processors
        expected = medians[0] / share
        rows.append(f"| {k} | {share:.0%} | {seconds:.1f} | {seconds / expected:.2f} |")
    return "\n".join(rows)


def chunk_shares(n0: int, strains: int) -> tuple[float, float, float]:
    """Seconds of a chunk in one thread; what share no kernel computes, and what share is locked.

    Where kernels do nothing, two threads take half the time of one for what is not under the lock,
    and as long as one for what is.
    """
    values = {"start": 0.0, "stop": 2.0, "count": strains}
    config = rsrg.load_config(CONFIG, {"blocks.n0": n0, "strain.values": values})
    sampler = config_sampler(config)
    cases = 3 * strains + 1
    unit = UnitSize(Threads(1), draw_chunk_seconds(config), cases).chunks(CHUNKS, cases)

    def seconds(threads: int) -> float:
        """Of UNITS units in so many threads."""
        began = time.perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda k: sampler.chunks(0, range(k, k + unit)), range(UNITS)))
        return time.perf_counter() - began

    seconds(1)
    whole = min(seconds(1) for _ in range(3))
    kernels = dict.fromkeys(("lane_configurations", "row_configurations"), lambda *arguments: None)
    with patch.multiple(batch, **kernels):
        one, two = (min(seconds(threads) for _ in range(5)) for threads in (1, 2))
    locked = min(max(2.0 * two - one, 0.0), one)
    return whole / (UNITS * unit), one / whole, locked / whole


def section(rounds: int, other: Path | None = None) -> str:
    """The section of performance.md."""
    text = SECTION.format(neighbours=beside_neighbours(ROOT, rounds))
    if other is not None:
        text += f"\nThe same of the other checkout:\n\n{HEADER}{beside_neighbours(other, rounds)}\n"
    rows = []
    for n0 in (2, 3, 5, 8):
        for strains in (8, 41):
            seconds, outside, locked = chunk_shares(n0, strains)
            times = f"{1e3 * seconds:.2f} | {outside:.1%} | {locked:.1%}"
            rows.append(f"| {n0} | {3 * strains} | {times} |")
    return text + LOCK.format(rows="\n".join(rows))


HEADER = """\
| busy neighbours | share of the processors | s | against its share |
| --- | --- | --- | --- |
"""
SECTION = (
    """\
## Beside neighbours

The quickstart at N0 = 4 as a whole process, by `python scripts/bench/neighbours.py`, alone and
beside processes that compute without end, each on a processor of its own. Threads take chunks as
they become free and never wait for one another, so a run takes what its share of the processors
costs: the last column is the time over that of the idle machine divided by the share.

"""
    + HEADER
    + "{neighbours}\n"
)
LOCK = """
Sums run outside Python's lock, which lets one thread at a time run Python; drawing, search radii
and means over draws are done for all chunks of a unit of work in one call. What is left outside
the sums, of a chunk in one thread, and what of it two threads cannot do at the same time. One part
in sixteen would keep sixteen threads busy. A case is one reading at one strain.

| N0 | cases | ms a chunk | outside the sums | under the lock |
| --- | --- | --- | --- | --- |
{rows}
"""


def main() -> None:
    """Measure, and print the section."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print(section(rounds, Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else None))


if __name__ == "__main__":
    main()
