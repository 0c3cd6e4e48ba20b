"""The direct pair sum beside its peers, in one run: numpy broadcasting and plain C with OpenMP.

    python scripts/bench/direct_sum.py [blocks] [rounds]

Every round calls each peer once, in turn, so that a change of the machine's speed hits all alike.
Prints a Markdown table: medians in 10⁹ unordered pairs a second, and ratios to the C kernel.
"""

import ctypes
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from rsrg.physics.interaction import QUARTICS
from rsrg.sums.engines import pair_moments
from rsrg.sums.jit import available_threads, set_threads

NUMPY_BLOCKS = 1024  # broadcasting needs n² memory; its rate does not grow with n
FLAGS = ["-O3", "-march=native", "-ffast-math", "-fopenmp", "-shared", "-fPIC"]


def numpy_sum(positions: np.ndarray) -> np.ndarray:
    """Broadcasting, with each pair once."""
    i, j = np.triu_indices(len(positions), 1)
    d = positions[i] - positions[j]
    weights = np.sum(d * d, axis=1) ** -3.5
    return np.array([2.0 * np.sum(weights * np.prod(d[:, q], axis=1)) for q in QUARTICS])


def c_kernel(folder: Path, threads: int) -> Callable[[np.ndarray], np.ndarray]:
    """The C peer, compiled on the spot."""
    library = folder / "direct_sum.so"
    source = Path(__file__).with_suffix(".c")
    subprocess.run(["cc", *FLAGS, "-o", library, source, "-lm"], check=True)
    function = ctypes.CDLL(os.fspath(library)).direct_sum

    def call(positions: np.ndarray) -> np.ndarray:
        axes = [np.ascontiguousarray(a) for a in positions.T]
        out = np.empty(15)
        pointers = [a.ctypes.data_as(ctypes.c_void_p) for a in (*axes, out)]
        function(ctypes.c_long(len(positions)), *pointers, ctypes.c_int(threads))
        return out

    return call


def rate(function: Callable[[np.ndarray], np.ndarray], positions: np.ndarray) -> float:
    """10⁹ unordered pairs a second of one call."""
    started = time.perf_counter()
    function(positions)
    pairs = len(positions) * (len(positions) - 1) / 2
    return pairs / (time.perf_counter() - started) / 1e9


def measure(threads: int, positions: np.ndarray, rounds: int, folder: Path) -> dict[str, float]:
    """Median rates of all peers on this many threads."""
    set_threads(threads)
    peers = {"rsrg": (pair_moments, positions), "C": (c_kernel(folder, threads), positions)}
    peers["numpy"] = (numpy_sum, positions[:NUMPY_BLOCKS])
    expected = numpy_sum(positions[:NUMPY_BLOCKS])
    for function, _ in peers.values():  # warm up, and the same numbers from all
        np.testing.assert_allclose(function(positions[:NUMPY_BLOCKS]), expected, rtol=1e-10)
    rounds_of = [{name: rate(f, p) for name, (f, p) in peers.items()} for _ in range(rounds)]
    return {name: statistics.median(r[name] for r in rounds_of) for name in peers}


def main() -> None:
    """Measure on one thread and on all, and print the table."""
    blocks = int(sys.argv[1]) if len(sys.argv) > 1 else 16384
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 9
    positions = np.random.default_rng(0).uniform(0.0, blocks ** (1 / 3), (blocks, 3))
    print("| threads | rsrg | C, omp simd | numpy | rsrg / C | rsrg / numpy |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for threads in sorted({1, available_threads()}):
            r = measure(threads, positions, rounds, Path(folder))
            ratios = f"{r['rsrg'] / r['C']:.2f} | {r['rsrg'] / r['numpy']:.0f}"
            print(f"| {threads} | {r['rsrg']:.2f} | {r['C']:.2f} | {r['numpy']:.4f} | {ratios} |")


if __name__ == "__main__":
    main()
