"""What is too large for this machine, said before anything is allocated."""

import math
import os

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


def size_text(count: float) -> str:
    """Bytes in words."""
    power = min(4, int(math.log(max(count, 1.0), 1000)))
    return f"{count / 1000**power:.3g} {('B', 'kB', 'MB', 'GB', 'TB')[power]}"


def duration_text(seconds: float) -> str:
    """A time in words, its two largest units."""
    years, days = seconds / 31_557_600.0, seconds / 86_400.0
    if years >= 2.0:
        return f"{years:.3g} years"
    if days >= 2.0:
        return f"{days:.3g} days"
    whole = math.ceil(seconds)
    hours, minutes = whole // 3600, whole % 3600 // 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {whole % 60} s" if minutes else f"{whole} s"
