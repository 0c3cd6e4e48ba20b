"""How long units of work and saves take; from that, when to save and when to begin no more."""

from collections.abc import Hashable

from rsrg.execution.clock import CLOCK

SAVE_SHARE = 0.02  # largest share of the run time that saving may take
SAVED_A_SECOND = 2e8  # bytes, roughly; until a save of full arrays was timed
FORGETTING = 0.9  # per save: a disk that was slow once may be slow again


class Pace:
    """The time that units and saves have taken so far, in seconds, on a clock that never jumps."""

    def __init__(self, every: float) -> None:
        self.every = every
        self.saving = 0.0  # expected time of a save: a slow one is forgotten slowly
        self.saving_in_all = 0.0
        self.unit = 0.0  # longest time from the submission of a unit to its result
        self.units = 0
        self.in_flight: dict[Hashable, float] = {}
        self.start = self.saved_at = CLOCK.monotonic()

    def saved(self, began: float, numbers: int = 0) -> None:
        """Record a save that began at this time of the monotonic clock and has just ended.

        numbers: bytes of the arrays in it. The first save of a run finds them empty, and is quick.
        """
        self.saved_at = CLOCK.monotonic()
        seconds = self.saved_at - began
        expected = FORGETTING * self.saving if self.saving else numbers / SAVED_A_SECOND
        self.saving = max(seconds, expected)
        self.saving_in_all += seconds

    def begun(self, unit: Hashable) -> None:
        """Record that a unit of work begins."""
        self.in_flight[unit] = CLOCK.monotonic()

    def ended(self, unit: Hashable) -> None:
        """Record the time of a unit. That of the first, which compiles, counts until the second.

        Units begun before the first result may have waited for compilation or for workers, so
        their time is counted from that result on.
        """
        now = CLOCK.monotonic()
        seconds = now - self.in_flight.pop(unit)
        self.unit = seconds if self.units < 2 else max(self.unit, seconds)
        if self.units == 0 and self.in_flight:
            self.unit, self.in_flight = 0.0, dict.fromkeys(self.in_flight, now)
        self.units += 1

    def paused(self, seconds: float) -> None:
        """Record that the process was held up for so long, which is not the time of a unit."""
        self.in_flight = {unit: began + seconds for unit, began in self.in_flight.items()}

    def interval(self) -> float:
        """Seconds from the last save to the next: `checkpoint.every`, more where saves are slow."""
        return max(self.every, self.start + self._spent() / SAVE_SHARE - self.saved_at)

    def _spent(self) -> float:
        """Seconds of all saves of the session so far, of the next, and of the one at its end."""
        return self.saving_in_all + 2.0 * self.saving

    def age(self) -> float:
        """Seconds since the last save."""
        return CLOCK.monotonic() - self.saved_at

    def due(self, step_complete: bool) -> bool:
        """Whether to save: after `checkpoint.every`, and after each step, within SAVE_SHARE."""
        affordable = self._spent() <= SAVE_SHARE * (CLOCK.monotonic() - self.start)
        return affordable and (step_complete or self.age() >= self.every)

    def too_late(self, left: float) -> bool:
        """Whether another unit and a save would take longer than the seconds that are left.

        A session always begins one unit, so that a run made of short sessions still ends.
        """
        if self.units == 0:
            return bool(self.in_flight) and self.over(left)
        oldest = min(self.in_flight.values(), default=CLOCK.monotonic())
        return left < max(self.unit, CLOCK.monotonic() - oldest) + 2.0 * self.saving

    def over(self, left: float) -> bool:
        """Whether the seconds that are left suffice for a save at most."""
        return left < 2.0 * self.saving

    def share(self) -> float:
        """The share of the session's time that went into saving."""
        return self.saving_in_all / max(CLOCK.monotonic() - self.start, 1e-9)
