"""The program's only clock, which tests replace: nothing else reads the time or sleeps."""

import time
from datetime import UTC, datetime

_SINCE_BOOT: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # the former: Linux


class Clock:
    """The system's clock."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary moment; never jumps, and goes on while the machine sleeps."""
        return time.clock_gettime(_SINCE_BOOT)

    def wall(self) -> float:
        """Seconds since 1970; jumps when the system clock is set."""
        return time.time()

    def now(self) -> str:
        """Date and time in UTC, ISO 8601, to the second."""
        return datetime.fromtimestamp(self.wall(), UTC).isoformat(timespec="seconds")

    def sleep(self, seconds: float) -> None:
        """Wait for that many seconds."""
        time.sleep(seconds)


CLOCK = Clock()
