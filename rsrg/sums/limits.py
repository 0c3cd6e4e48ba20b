"""What is too large for this machine, said before anything is allocated."""

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
    """Raise PhysicsError, with the memory and the time, where `needed` bytes are not there."""
    there = physical_memory()
    if there is not None and needed > there:
        raise PhysicsError(
            f"{what} would need {size_text(needed)} of memory, and this machine has "
            f"{size_text(there)}; it would take about {duration_text(seconds)}"
        )
