"""How much memory a process may use: of the machine, of its job, of its shell; and refusals."""

import os
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rsrg.formatting import duration_text, size_text
from rsrg.physics.errors import PhysicsError

CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUP = Path("/proc/self/cgroup")


@dataclass(frozen=True)
class MemoryLimit:
    """Bytes, and what sets them, in words that the number follows: `this machine has`."""

    bytes: int
    words: str

    def __str__(self) -> str:
        return f"{self.words} {size_text(self.bytes)}"


def memory_limit() -> MemoryLimit | None:
    """The least memory that is allowed: of the machine, the job's cgroup, or `ulimit -v`.

    None where the system does not tell.
    """
    limits = [*_machine(), *_cgroups(), *_address_space()]
    return min(limits, key=lambda limit: limit.bytes, default=None)


def _machine() -> Iterator[MemoryLimit]:
    try:
        pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return
    yield MemoryLimit(pages, "this machine has")


def _address_space() -> Iterator[MemoryLimit]:
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        yield MemoryLimit(soft, "`ulimit -v` allows")


def _cgroups() -> Iterator[MemoryLimit]:
    """The limits of the control groups that this process is in, versions 1 and 2, and above."""
    for hierarchy, name in (("", "memory.max"), ("memory", "memory.limit_in_bytes")):
        for path in _own_groups(hierarchy):
            folder = CGROUPS / hierarchy
            for group in (path, *path.parents):
                yield from _limit_in(folder / group.relative_to("/") / name)


def _own_groups(hierarchy: str) -> Iterator[Path]:
    """The groups of this process in a hierarchy: "" is version 2, a controller version 1."""
    try:
        lines = OWN_CGROUP.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if hierarchy in controllers.split(",") and path.startswith("/"):
            yield Path(path)


def _limit_in(file: Path) -> Iterator[MemoryLimit]:
    try:
        text = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return
    if text.isdecimal():  # else `max`: no limit
        yield MemoryLimit(int(text), "the job's control group allows")


def refuse_beyond_memory(what: str, needed: float, seconds: float) -> None:
    """Raise PhysicsError where `needed` bytes exceed the memory; it states both, and the time."""
    limit = memory_limit()
    if limit is not None and needed > limit.bytes:
        raise PhysicsError(
            f"{what} would need {size_text(needed)} of memory, and {limit}; it would take about "
            f"{duration_text(seconds)}"
        )
