"""What a run reports of its progress while it works."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """How far a run is: chunks done, chunks in all, the present step, and a note on what happens.

    urgent: sent from inside a signal handler, where no buffered stream may be written to.
    unsaved: seconds since the last checkpoint. unit: what users call a chunk of this run.
    """

    done: int
    total: int
    step: int
    steps: int
    note: str = ""
    urgent: bool = False
    unsaved: float = 0.0
    unit: str = "chunk"


Watcher = Callable[[Progress], None]


def unwatched(progress: Progress) -> None:
    """Ignore the progress: the default, where nothing is shown."""
