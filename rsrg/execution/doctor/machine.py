"""The machine: processors that may be used, what they compute with, and memory."""

import os
import platform
from collections.abc import Iterator
from pathlib import Path

from rsrg.execution.doctor.check import Check
from rsrg.formatting import size_text
from rsrg.storage.provenance import processor
from rsrg.sums.control_group import cpu_quota, group_memory
from rsrg.sums.limits import machine_memory, shell_memory
from rsrg.sums.processor import vectors
from rsrg.sums.threads import available_threads

LEAST_MEMORY = 500e6  # bytes: Python with all packages, and a small run


def machine() -> Iterator[Check]:
    """The checks of the machine."""
    yield _system()
    yield _processors()
    yield _vectors()
    yield _memory()


def _system() -> Check:
    name = f"{platform.system()} {platform.release()}, {platform.machine()}"
    if os.name == "posix":
        return Check("system", name)
    return Check("system", name, "wrong", "rsrg needs a POSIX system: Linux, macOS or WSL")


def _processors() -> Check:
    there, used = os.cpu_count() or 1, available_threads()
    limits = []
    if hasattr(os, "sched_getaffinity") and (allowed := len(os.sched_getaffinity(0))) < there:
        limits.append(f"affinity allows {allowed}")
    if (quota := cpu_quota()) is not None:
        limits.append(f"cgroup allows {quota:.3g}")
    if (most := os.environ.get("LOKY_MAX_CPU_COUNT")) is not None:
        limits.append(f"LOKY_MAX_CPU_COUNT is {most}")
    text = f"{used} of {there} are used, {'; '.join(limits) or 'no limit is set'}"
    return Check("processors", text)


def _vectors() -> Check:
    there = vectors()
    text = f"{there.name}, {there.lanes} numbers at once ({processor()})"
    if there.lanes > 1:
        return Check("SIMD", text)
    return Check("SIMD", text, "wrong", "NUMBA_CPU_FEATURES may switch vectors off: unset it")


def _memory() -> Check:
    limits = {
        "machine": next((limit.bytes for limit in machine_memory()), None),
        "cgroup": group_memory(),
        "ulimit": next((limit.bytes for limit in shell_memory()), None),
    }
    known = {name: size for name, size in limits.items() if size is not None}
    text = ", ".join(f"{name} {size_text(size)}" for name, size in known.items())
    free = _available()
    text += f"; free {size_text(free)}" if free is not None else ""
    least = min([*known.values(), *([free] if free is not None else [])], default=LEAST_MEMORY)
    if least >= LEAST_MEMORY:
        return Check("memory", text or "unknown")
    return Check("memory", text, "wrong", f"a small run needs about {size_text(LEAST_MEMORY)}")


def _available() -> int | None:
    """Bytes that are free, or can be made so at once; None where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    found = (line.split()[1] for line in lines if line.startswith("MemAvailable:"))
    return next((1024 * int(kilobytes) for kilobytes in found), None)
