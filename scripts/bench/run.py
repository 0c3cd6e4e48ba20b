"""All measurements of docs/evidence/performance.md, beside the peers that are installed.

    python scripts/bench/run.py [--quick]

Every round times each contender once, in turn, so that a change of the machine's speed hits all
alike; the figures are medians. Writes that page and its pictures. --quick: small sizes.
"""

import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import draw_parts
import engines
import neighbours
import numpy as np
import peers
import plots
import startup
import tables
from processors import processors

from rsrg.sums.engines import pair_moments
from rsrg.sums.threads import available_threads

DOCS = Path(__file__).resolve().parents[2] / "docs"
PICTURES = DOCS / "pictures"
CHECK = 2048  # points on which all must agree before they are timed
FAST = ("rsrg", "PyTorch")
SLOW = 2048  # points for the others, whose rates do not grow with more
PACKAGES = ("numba", "numpy", "finufft", "torch", "jax", "pykeops", "fmm3dpy")
AGREE = 1e-10  # of Σ 1/r³; the loosest peer sums in blocks of its own order


def seconds(function: Callable[[], object]) -> float:
    """Wall time of one call."""
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def medians(contenders: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median wall times, all contenders in each round; the second of two calls is timed.

    The first finds the caches, and threads that may still spin, of the contender before.
    """

    def second(function: Callable[[], object]) -> float:
        function()
        return seconds(function)

    taken = [{k: second(f) for k, f in contenders.items()} for _ in range(rounds)]
    return {k: statistics.median(t[k] for t in taken) for k in contenders}


def cloud(n: int) -> np.ndarray:
    """n random points, one per unit volume."""
    return np.random.default_rng(0).uniform(0.0, n ** (1 / 3), (n, 3))


def direct(n: int, rounds: int, folder: Path) -> tables.Direct:
    """The direct sum beside its peers, on one thread and on all; 10⁹ unordered pairs a second."""
    library = peers.c_library(folder)
    rates, peaks = {}, {}
    for threads in sorted({1, available_threads()}):
        with processors(threads):
            contenders: dict[str, peers.Peer] = {"rsrg": lambda p: pair_moments(p, engine="direct")}
            contenders |= peers.c_peers(library, threads) | peers.python_peers(threads)
            _same(contenders)
            contenders["numpy, broadcasting"] = peers.numpy_broadcast
            points = {k: cloud(n if k in FAST or k.startswith("C,") else SLOW) for k in contenders}
            calls = {k: (lambda f=f, p=points[k]: f(p)) for k, f in contenders.items()}
            found = medians(calls, rounds)
            rates[threads] = {k: len(points[k]) ** 2 / 2 / t / 1e9 for k, t in found.items()}
            peaks[threads] = peers.fma_peak(library, threads)
    return tables.Direct(n, rates, peaks)


def _same(contenders: dict[str, peers.Peer]) -> None:
    """Raise AssertionError unless all give the numbers of plain broadcasting."""
    p = cloud(CHECK)
    expected = peers.numpy_broadcast(p)
    for label, function in contenders.items():
        error = np.abs(function(p) - expected).max() / expected.max()
        print(f"{label}: differs by {error:.1e}")
        np.testing.assert_array_less(error, AGREE, err_msg=label)


def machine() -> str:
    """The processor and the software, in a line."""
    info = Path("/proc/cpuinfo")
    names = [x.split(":")[1].strip() for x in info.read_text().splitlines() if "model name" in x]
    compiler = subprocess.run(["cc", "--version"], capture_output=True, text=True, check=True)
    software = [f"{name} {version(name)}" for name in PACKAGES if find_spec(name) is not None]
    software += [f"Python {platform.python_version()}", compiler.stdout.splitlines()[0]]
    return f"{len(names)} × {names[0]}, {', '.join(software)}"


def main() -> None:
    """Measure, print, write."""
    quick = "--quick" in sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        pairs = direct(4096 if quick else 16384, 2 if quick else 5, Path(folder))
    with processors(1):
        batch = engines.batched(16 if quick else 64, 3 if quick else 7)
        lattice = engines.lattices([8, 16] if quick else [8, 16, 32, 64, 100, 200])
    split = engines.ewald([10**4] if quick else [10**4, 30_000, 10**5, 300_000, 10**6, 4 * 10**6])
    errors = engines.tolerances(10**4 if quick else 10**5)
    means = engines.haar_means()
    precision = engines.rounding(2048 if quick else 8192)
    with processors(1):
        sections = draw_parts.section(1 if quick else draw_parts.ROUNDS) + "\n"
    sections += neighbours.section(1 if quick else 3) + "\n"
    sections += startup.section(3 if quick else startup.ROUNDS)
    text = tables.page(machine(), pairs, batch, lattice, split, errors, means, precision, sections)
    plots.scaling(pairs, lattice, split, PICTURES / "performance_scaling.png")
    plots.rates(pairs, PICTURES / "performance_direct.png")
    (DOCS / "evidence" / "performance.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
