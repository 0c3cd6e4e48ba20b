"""Looking at runs again and again while they work: rarely enough to leave the machine to them."""

from collections.abc import Callable
from pathlib import Path

from rsrg.errors import RunFileError
from rsrg.execution.clock import CLOCK
from rsrg.results.run import Run
from rsrg.studies.run_look import SumsSoFar, run_progress, sums_so_far
from rsrg.studies.status import Group, RunStatus, State, statuses

LOOK = 1.0  # s between two looks
SHARE = 0.1  # of the time may be spent on looking; the processors are the run's
PATIENCE = 3  # looks at a file that cannot be read: it may be in the middle of a restart
EXIT_FAILED, EXIT_STOPPED = 1, 75
ENDED: dict[State, int] = {
    "finished": 0,
    "failed": EXIT_FAILED,
    "damaged": EXIT_FAILED,
    "stopped": EXIT_STOPPED,
    "interrupted": EXIT_STOPPED,
    "changed": 0,
}


class Budget:
    """When something that takes a time may be done again."""

    def __init__(self) -> None:
        self.due = -float("inf")

    def open(self) -> bool:
        """Whether that is now."""
        return CLOCK.monotonic() >= self.due

    def spend(self, work: Callable[[], None]) -> None:
        """Do it; the next time is so much later that it takes SHARE of the time."""
        began = CLOCK.monotonic()
        work()
        ended = CLOCK.monotonic()
        self.due = ended + (ended - began) * (1.0 / SHARE - 1.0)


def _abandoned(status: RunStatus) -> bool:
    """Whether the process that worked on a run, when it was looked at, is gone."""
    return status.state == "running" and (
        status.holder is not None and status.holder.known_alive() is False
    )


class RunWatch:
    """A run file that is looked at again when it changes.

    with_sums: whether to compute what its sums say so far, too. Raises RunFileError where the file
    is missing, damaged or no run.
    """

    def __init__(self, path: Path, with_sums: bool) -> None:
        self.path, self.with_sums, self.failures = path, with_sums, 0
        self.sums: SumsSoFar | None = None
        self.for_progress, self.for_sums = Budget(), Budget()
        self.sums_stale = with_sums
        self._read()
        self._renew_sums()

    @property
    def exit_code(self) -> int | None:
        """With which a watch ends; None while the run goes on."""
        return ENDED.get(self.progress.status.state)

    def look(self) -> None:
        """Look again, where there is something new and time for it.

        Raises RunFileError where the file cannot be read for PATIENCE looks.
        """
        if self.for_progress.open() and self._changed():
            try:
                self.for_progress.spend(self._read)
                self.failures = 0
            except RunFileError:
                self.failures += 1
                if self.failures == PATIENCE:
                    raise
        self._renew_sums()

    def _changed(self) -> bool:
        return not self.run.snapshot.is_current() or _abandoned(self.progress.status)

    def _read(self) -> None:
        self.run, self.progress = run_progress(self.path)
        self.sums_stale = self.with_sums

    def _renew_sums(self) -> None:
        if self.sums_stale and self.for_sums.open():
            self.sums_stale = False
            self.for_sums.spend(self._compute_sums)

    def _compute_sums(self) -> None:
        if isinstance(self.run, Run):
            self.sums = sums_so_far(self.run) or self.sums


class FolderWatch:
    """The runs of a folder or study, looked at again when a file in its folders changes.

    Raises ConfigError or RunFileError as `statuses`.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.budget = path, Budget()
        self.groups: list[Group] = []
        self.times: dict[Path, int] = {}
        self._read()

    @property
    def runs(self) -> list[RunStatus]:
        """All runs that count: those of a study, and of a folder without one."""
        return [s for group in self.groups for s in group.runs if s.in_study is not False]

    @property
    def exit_code(self) -> int | None:
        """With which a watch ends; None while a run goes on, or is still to begin."""
        codes = [ENDED.get(s.state) for s in self.runs]
        if None in codes:
            return None
        return EXIT_FAILED if EXIT_FAILED in codes else max((c for c in codes if c), default=0)

    def look(self) -> None:
        """Look again, where there is something new and time for it."""
        new = self._folder_times() != self.times or any(map(_abandoned, self.runs))
        if self.budget.open() and new:
            self.budget.spend(self._read)

    def _read(self) -> None:
        self.groups = statuses([self.path])
        self.times = self._folder_times()

    def _folder_times(self) -> dict[Path, int]:
        """When a file was last saved in each folder, as each save renames one."""
        folders = {Path(s.path).parent for group in self.groups for s in group.runs}
        if self.path.is_dir():
            folders.add(self.path)
        return {f: f.stat().st_mtime_ns for f in folders if f.is_dir()}
