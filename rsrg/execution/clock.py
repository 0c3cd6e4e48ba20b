"""The one clock of the program, which tests replace: nothing else looks at the time, or waits."""

import time
from datetime import UTC, datetime


class Clock:
    """The system's clock."""

    def monotonic(self) -> float:
        """Seconds from some moment on; never jumps."""
        return time.monotonic()

    def wall(self) -> float:
        """Seconds since 1970; jumps where somebody sets the clock."""
        return time.time()

    def now(self) -> str:
        """Date and time in UTC, ISO 8601, to the second."""
        return datetime.fromtimestamp(self.wall(), UTC).isoformat(timespec="seconds")

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


CLOCK = Clock()
