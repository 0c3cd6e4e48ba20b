"""How long units of work and saves take, and what follows: when to save, when to begin no more."""

from collections.abc import Hashable

from rsrg.execution.clock import CLOCK

SAVE_SHARE = 0.02  # of the run time, at most
FORGETTING = 0.9  # a disk that was slow may be so again


class Pace:
    """What units and saves have taken so far, in seconds, on a clock that never jumps."""

    def __init__(self, every: float) -> None:
        self.every = every
        self.saving = (
            0.0  # of a save, as expensive as the last ones: what one took is forgotten slowly
        )
        self.saving_in_all = 0.0
        self.unit = 0.0  # from the beginning of a unit to its result, at the worst
        self.units = 0
        self.in_flight: dict[Hashable, float] = {}
        self.start = self.saved_at = CLOCK.monotonic()

    def saved(self, began: float) -> None:
        """Note a save that began at this time of the monotonic clock and has just ended."""
        self.saved_at = CLOCK.monotonic()
        seconds = self.saved_at - began
        self.saving = max(seconds, FORGETTING * self.saving)
        self.saving_in_all += seconds

    def begun(self, unit: Hashable) -> None:
        """Note that a unit of work begins."""
        self.in_flight[unit] = CLOCK.monotonic()

    def ended(self, unit: Hashable) -> None:
        """Note what a unit took. The first, with its compilation, counts until the second only.

        What was begun before the first came may have waited for compilation, or for workers: of
        that, only the time from then on counts.
        """
        now = CLOCK.monotonic()
        seconds = now - self.in_flight.pop(unit)
        self.unit = seconds if self.units < 2 else max(self.unit, seconds)
        if self.units == 0 and self.in_flight:
            self.unit, self.in_flight = 0.0, dict.fromkeys(self.in_flight, now)
        self.units += 1

    def interval(self) -> float:
        """Seconds between two saves that can be kept up: `checkpoint.every`, or more."""
        return max(self.every, self.saving / SAVE_SHARE)

    def age(self) -> float:
        """Seconds since the last save."""
        return CLOCK.monotonic() - self.saved_at

    def due(self, step_complete: bool) -> bool:
        """Whether to save: each `checkpoint.every`, and after each step, as the share allows.

        What is counted: all saves of the session, this one, and the one at its end.
        """
        spent = self.saving_in_all + 2.0 * self.saving
        affordable = spent <= SAVE_SHARE * (CLOCK.monotonic() - self.start)
        return affordable and (step_complete or self.age() >= self.every)

    def too_late(self, left: float) -> bool:
        """Whether another unit and a save would not end within the seconds that are left.

        A session always begins one: so a loop of short sessions comes to its end.
        """
        if self.units == 0:
            return bool(self.in_flight) and self.over(left)
        oldest = min(self.in_flight.values(), default=CLOCK.monotonic())
        return left < max(self.unit, CLOCK.monotonic() - oldest) + 2.0 * self.saving

    def over(self, left: float) -> bool:
        """Whether no more than a save would end within the seconds that are left."""
        return left < 2.0 * self.saving

    def share(self) -> float:
        """The share of the session that went into saving."""
        return self.saving_in_all / max(CLOCK.monotonic() - self.start, 1e-9)
