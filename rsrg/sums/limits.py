"""How much memory a process may use: of the machine, of its job, of its shell; and refusals."""

import os
import resource
from collections.abc import Iterator
from dataclasses import dataclass

from rsrg.formatting import duration_text, size_text
from rsrg.physics.errors import PhysicsError
from rsrg.sums.control_group import group_memory


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
    limits = [*machine_memory(), *_control_group(), *shell_memory()]
    return min(limits, key=lambda limit: limit.bytes, default=None)


def machine_memory() -> Iterator[MemoryLimit]:
    """The physical memory."""
    try:
        pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return
    yield MemoryLimit(pages, "this machine has")


def shell_memory() -> Iterator[MemoryLimit]:
    """What `ulimit -v` allows, if it limits anything."""
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        yield MemoryLimit(soft, "`ulimit -v` allows")


def _control_group() -> Iterator[MemoryLimit]:
    if (most := group_memory()) is not None:
        yield MemoryLimit(most, "the job's control group allows")


def refuse_beyond_memory(what: str, needed: float, seconds: float) -> None:
    """Raise PhysicsError where `needed` bytes exceed the memory; it states both, and the time."""
    limit = memory_limit()
    if limit is not None and needed > limit.bytes:
        raise PhysicsError(
            f"{what} would need {size_text(needed)} of memory, and {limit}; it would take about "
            f"{duration_text(seconds)}"
        )
