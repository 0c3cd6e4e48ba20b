"""Refuse sums that do not fit into this machine's memory, before anything is allocated."""

import os

from rsrg.formatting import duration_text, size_text
from rsrg.physics.errors import PhysicsError


def physical_memory() -> int | None:
    """Bytes of memory of this machine; None where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def refuse_beyond_memory(what: str, needed: float, seconds: float) -> None:
    """Raise PhysicsError where `needed` bytes exceed the memory; it states both, and the time."""
    there = physical_memory()
    if there is not None and needed > there:
        raise PhysicsError(
            f"{what} would need {size_text(needed)} of memory, and this machine has "
            f"{size_text(there)}; it would take about {duration_text(seconds)}"
        )
