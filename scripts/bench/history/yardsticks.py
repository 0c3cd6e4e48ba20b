"""What times are measured against, so that figures of two days, or two machines, can be compared.

A benchmark is a ratio of least times: rsrg and its yardstick are called in turn, so that a change
of the machine's speed hits both alike, and the least of some rounds waited for nobody.
"""

import atexit
import ctypes
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
import peers

POINTS, CALLS = 2048, 7  # of C's direct sum, all in the first cache; so often it takes 10 ms
MATRICES = 20_000  # of 6 × 6: about 0.1 s


def ratio(ours: Callable[[], object], yardstick: Callable[[], object], rounds: int) -> float:
    """Least time of one over least time of the other; the first call of each is not counted."""
    taken = [(_seconds(ours), _seconds(yardstick)) for _ in range(1 + rounds)][1:]
    return min(t[0] for t in taken) / min(t[1] for t in taken)


def _seconds(function: Callable[[], object]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def over_c(ours: Callable[[], object], pairs: float, rounds: int) -> float:
    """Least time over that of C's direct sum of as many pairs, plain `omp simd`, one thread."""
    c = peers.c_peers(_library(), 1)["C, omp simd"]
    points = np.random.default_rng(0).uniform(0.0, POINTS ** (1 / 3), (POINTS, 3))

    def yardstick() -> None:
        for _ in range(CALLS):
            c(points)

    share = CALLS * POINTS * (POINTS - 1) / 2 / pairs
    return share * ratio(ours, yardstick, rounds)


@lru_cache(maxsize=1)
def _library() -> ctypes.CDLL:
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return peers.c_library(Path(folder))


def eigenvalues() -> None:
    """numpy's eigenvalues of many symmetric matrices: what deriving results is made of."""
    x = np.random.default_rng(0).normal(size=(MATRICES, 6, 6))
    np.linalg.eigvalsh(x + np.swapaxes(x, 1, 2))


def import_numpy() -> None:
    """A process that imports numpy: what every command begins with."""
    subprocess.run([sys.executable, "-c", "import numpy"], check=True)
