"""The one place that configures the compiler. Kernels are serial and hold no lock."""

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any

import llvmlite.binding as llvm

from rsrg.sums.cache import compiled
from rsrg.sums.compiler import numba

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
