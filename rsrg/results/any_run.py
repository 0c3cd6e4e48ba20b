"""The run that a file holds, of whatever kind."""

from pathlib import Path

from rsrg.errors import RunFileError
from rsrg.results.exact_run import ExactRun
from rsrg.results.run import Run
from rsrg.results.trajectory_run import TrajectoryRun
from rsrg.storage.run_file import EXACT, TRAJECTORY, Snapshot

AnyRun = Run | ExactRun | TrajectoryRun


def stored_run(snapshot: Snapshot) -> AnyRun:
    """The run that a file holds, whatever its kind."""
    kinds: dict[str, type[ExactRun] | type[TrajectoryRun]]
    kinds = {EXACT: ExactRun, TRAJECTORY: TrajectoryRun}
    return kinds.get(str(snapshot.attributes.get("filetype")), Run)(snapshot)


def open_stored_run(path: Path) -> AnyRun:
    """Open a run file of any kind; otherwise as `open_run`."""
    return stored_run(Snapshot(path))


def failed_at_once(path: Path) -> bool:
    """Whether a file is that of a run which failed before its first chunk: nothing is lost of it.

    A save keeps it as `.prev`.
    """
    try:
        with stored_run(Snapshot(path)) as run:
            return run.status == "failed" and run.progress[0] == 0
    except RunFileError:
        return False
