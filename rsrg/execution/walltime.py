"""When a run must end: by `--walltime`, and by the end of its SLURM job."""

import math
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rsrg.config.quantities import MAX_CHARACTERS, si_value
from rsrg.errors import ConfigError
from rsrg.execution.clock import CLOCK
from rsrg.formatting import duration_text

_CLOCK = re.compile(r"(?:([0-9]+)-)?([0-9]+):([0-5][0-9]):([0-5][0-9])")
_PLAIN = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([smhd])")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
SLURM_END = "SLURM_JOB_END_TIME"  # s since 1970
SLURM_GRACE = 30.0  # s before that: for clocks that differ, and for the job's own ending


def walltime_seconds(text: str | None) -> float | None:
    """Seconds of a text such as `D-HH:MM:SS`, `HH:MM:SS`, `30m`, `5s` or `90 min`; None for None.

    Raises ConfigError, with the rule, for anything else.
    """
    if text is None:
        return None
    clock = _CLOCK.fullmatch(text) if len(text) <= MAX_CHARACTERS else None
    plain = _PLAIN.fullmatch(text) if len(text) <= MAX_CHARACTERS else None
    if clock is not None:
        days, hours, minutes, seconds = (float(part or 0) for part in clock.groups())
        value = 86400.0 * days + 3600.0 * hours + 60.0 * minutes + seconds
    elif plain is not None:
        value = float(plain[1]) * _SECONDS[plain[2]]
    else:
        try:
            value = si_value(text, "second")
        except ValueError:
            value = math.nan
    if not 0.0 < value < math.inf:
        rule = "a time greater than zero, such as 1-12:00:00 (days-hours:minutes:seconds), 30m, 5s"
        raise ConfigError([f"`--walltime` must be {rule}; got {text[:MAX_CHARACTERS]!r}"])
    return value


@dataclass(frozen=True)
class TimeLimit:
    """A moment by which a session must end, on a clock that never jumps, and what sets it.

    note: what is worth telling of it.
    """

    at: float
    reason: str
    note: str = ""

    @classmethod
    def from_walltime(cls, walltime: float | None) -> "TimeLimit":
        """The earlier of `walltime` seconds from now and the end of the SLURM job, if any.

        An end in the past is that of another job, whose settings were passed on.
        """
        limits = [cls(math.inf, "")]
        if walltime is not None:
            limits.append(cls(CLOCK.monotonic() + walltime, "walltime"))
        end = os.environ.get(SLURM_END, "")
        if end.isdecimal():
            left = float(end) - CLOCK.wall()
            if left < 0.0:
                ago = duration_text(-left)
                return replace(first(limits), note=f"{SLURM_END} was {ago} ago: it is not obeyed")
            limits.append(cls(CLOCK.monotonic() + left - SLURM_GRACE, SLURM_END))
        return first(limits)

    def left(self) -> float:
        """Seconds until then."""
        return self.at - CLOCK.monotonic()


def first(limits: Sequence[TimeLimit]) -> TimeLimit:
    """The earliest of several limits."""
    return min(limits, key=lambda limit: limit.at)
