"""The one place that configures the compiler, and how many threads its parallel loops use."""

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any

import llvmlite.binding as llvm
import numba

from rsrg.physics.errors import PhysicsError
from rsrg.sums.cache import compiled

# Sums may be reordered and fused; NaN and infinity keep their meaning, so bad input shows.
FASTMATH = {"reassoc", "nsz", "arcp", "contract", "afn"}
# `numpy` division has no zero check: the check alone would stop vectorisation.
OPTIONS = {"nogil": True, "error_model": "numpy", "fastmath": FASTMATH}


def kernel(function: Callable[..., Any]) -> Any:
    """A compiled function that is compiled into each kernel that calls it.

    A process that compiles would otherwise call a copy of its own, rounded otherwise than the one
    in the disk cache, which all later processes load.
    """
    return compiled(function, forceinline=True, **OPTIONS)


def inlined(function: Callable[..., Any]) -> Any:
    """A function whose source is spliced into each kernel that calls it.

    A call with arrays counts references to them, which costs small bodies a few percent.
    """
    return numba.njit(function, inline="always", **OPTIONS)


def parallel_kernel(function: Callable[..., Any]) -> Any:
    """A compiled function whose `prange` loops run on `threads()` threads."""
    return compiled(function, parallel=True, **OPTIONS)


_requested_threads: int | None = None


def available_threads() -> int:
    """The most threads a parallel kernel can use: the processors this process may run on."""
    return int(numba.config.NUMBA_NUM_THREADS)


def set_threads(n: int | None) -> None:
    """Use n threads in every parallel kernel from now on; None means all that are available.

    Results do not depend on it, bit for bit. Raises PhysicsError unless 1 ≤ n ≤ available.
    """
    global _requested_threads
    most = available_threads()
    if n is not None and (isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= most):
        raise PhysicsError(f"`threads` must be an integer from 1 to {most}; got {n!r}")
    _requested_threads = n


def threads() -> int:
    """How many threads a parallel kernel uses."""
    return available_threads() if _requested_threads is None else _requested_threads


def apply_threads() -> None:
    """Tell numba, which keeps the number per calling thread: called before each parallel kernel."""
    numba.set_num_threads(threads())


@cache
def processor() -> str:
    """What the kernels are compiled for: another processor may round a sum's last bits otherwise.

    The host's, unless NUMBA_CPU_NAME and NUMBA_CPU_FEATURES name one; its features as a hash.
    """
    name = numba.config.CPU_NAME or llvm.get_host_cpu_name()
    features = numba.config.CPU_FEATURES
    if features is None:
        features = llvm.get_host_cpu_features().flatten()
    return f"{name}-{hashlib.sha256(features.encode()).hexdigest()[:8]}"
