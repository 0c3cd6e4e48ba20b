"""How fast sums are here, against what such a processor can do."""

import re
from pathlib import Path

import numpy as np

from rsrg.execution.clock import CLOCK
from rsrg.execution.doctor.check import Check
from rsrg.physics.arrays import Array
from rsrg.sums.direct import direct_moments
from rsrg.sums.processor import expected_rate, vectors
from rsrg.sums.threads import available_threads

SECONDS = 1.0  # for each of the two rates
ONE_THREAD = 2048  # points: few enough that the sum starts no threads
ALL_THREADS = 16384
BROKEN = 0.2  # the share of the least rate expected that no busy neighbour explains
BUSY = 0.5  # the share of a thread's rate below which other programs use the processors


def speed() -> Check:
    """Pairs a second, in one thread and in all. Compiles the kernels where they are not yet."""
    threads, kind, clock = available_threads(), vectors(), _gigahertz()
    one, all_threads = (_best_rate(_points(n)) for n in (ONE_THREAD, ALL_THREADS))
    low, high = expected_rate(kind, clock)
    at = f"{kind.name} at {clock:.2g} GHz" if clock else f"{kind.name} at an unknown clock"
    text = (
        f"{_billions(one)}·10⁹ pairs/s in one thread, {_billions(all_threads)}·10⁹ in {threads}; "
        f"expected in one, with {at}: {_billions(low)} to {_billions(high)}"
    )
    if one < low:
        advice = "close other programs and try again; in a container, ask for whole processors"
        return Check("speed", text, "wrong" if one < BROKEN * low else "note", advice)
    if all_threads < BUSY * threads * one:
        return Check("speed", text, "note", "other programs use the processors: fewer --threads")
    return Check("speed", text)


def _points(n: int) -> Array:
    return np.random.default_rng(0).random((n, 3))


def _best_rate(points: Array) -> float:
    """Pairs a second: the best of many sums, the least disturbed by other programs."""
    direct_moments(points)  # compiles
    best, began = np.inf, CLOCK.monotonic()
    while (started := CLOCK.monotonic()) - began < SECONDS:
        direct_moments(points)
        best = min(best, CLOCK.monotonic() - started)
    n = len(points)
    return 0.5 * n * (n - 1) / best


def _gigahertz() -> float | None:
    """The clock that the system tells; None where it tells none."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    clocks = [float(c) for c in re.findall(r"^cpu MHz\s*: ([\d.]+)", text, re.MULTILINE)]
    return max(clocks) / 1000.0 if clocks else None


def _billions(rate: float) -> str:
    return f"{rate / 1e9:.2g}"
