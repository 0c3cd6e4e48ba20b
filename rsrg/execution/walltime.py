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
from rsrg.physics.arguments import real_number, shown

_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_TWO = "[0-5][0-9]"  # digits of minutes or seconds
_FORMS = [  # those of `#SBATCH --time`, but for a bare number; and a number with its unit
    *(rf"(?P<d>[0-9]+)-(?P<h>[0-9]+){rest}" for rest in ("", rf":(?P<m>{_TWO})(:(?P<s>{_TWO}))?")),
    *(rf"(?P<h>[0-9]+):(?P<m>{_TWO}):(?P<s>{_TWO})", rf"(?P<m>[0-9]+):(?P<s>{_TWO})"),
    *(rf"(?P<{unit}>[0-9]+(\.[0-9]+)?)\s*{unit}" for unit in _SECONDS),
]
SLURM_END = "SLURM_JOB_END_TIME"  # s since 1970
SLURM_GRACE = 30.0  # s before that: for clocks that differ, and for the job's own ending


def walltime_seconds(text: str | None) -> float | None:
    """Seconds of a text such as `D-HH:MM:SS`, `MM:SS`, `D-HH`, `30m` or `90 min`; None for None.

    Raises ConfigError, with the rule, for anything else: a bare number would be minutes for SLURM,
    and seconds for PBS.
    """
    if text is None:
        return None
    short = text if len(text) <= MAX_CHARACTERS else ""
    matches = [match for form in _FORMS if (match := re.fullmatch(form, short))]
    if matches:
        value = sum(_SECONDS[k] * float(v or 0.0) for k, v in matches[0].groupdict().items())
    else:
        value = _quantity_seconds(short)
    if 0.0 < value < math.inf:
        return value
    rule = (
        "a time greater than zero, such as 1-12:00:00 (days-hours:minutes:seconds), 12:00:00, "
        "90:00 (minutes:seconds), 30m, 5s"
    )
    bare = f"; write {text}m for minutes, {text}s for seconds" if short.isdecimal() else ""
    raise ConfigError([f"`--walltime` must be {rule}; got {text[:MAX_CHARACTERS]!r}{bare}"])


def _quantity_seconds(text: str) -> float:
    """Seconds of a text such as `90 min`; NaN for anything else."""
    try:
        return si_value(text, "second")
    except ValueError:
        return math.nan


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
            seconds = real_number(walltime)
            if seconds is None or math.isnan(seconds):
                given = shown(walltime)
                raise ConfigError([f"`walltime` must be a number of seconds; got {given}"])
            limits.append(cls(CLOCK.monotonic() + seconds, "walltime"))
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
