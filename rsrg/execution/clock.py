"""The one clock of rsrg. Tests replace its methods: monkeypatch.setattr(CLOCK, "now", ...)."""

import time
from datetime import UTC, datetime


class Clock:
    """The time of day, a clock that never jumps, and waiting."""

    def now(self) -> str:
        """The time of day in UTC, ISO 8601, to the second."""
        return datetime.now(UTC).isoformat(timespec="seconds")

    def monotonic(self) -> float:
        """Seconds on a clock that never jumps, from an arbitrary origin."""
        return time.monotonic()

    def wall(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


CLOCK = Clock()
