"""Opening files of rsrg: of one run of any kind, of merged runs, and of one of these."""

import os
from pathlib import Path

from rsrg.errors import NotARunError
from rsrg.results.any_run import AnyRun, stored_run
from rsrg.results.exact_run import ExactRun
from rsrg.results.merged_runs import MergedRuns
from rsrg.results.run import Run
from rsrg.results.trajectory_run import TrajectoryRun
from rsrg.storage.atomic import given_path
from rsrg.storage.run_file import MERGED, Snapshot


def open_run(path: str | os.PathLike[str]) -> Run | TrajectoryRun | MergedRuns:
    """Open a run file for reading, also while the run is still going on; or merged runs.

    path: of the run file, or of a file that `merge` made; with the name of one of its runs behind,
    as `merged.h5/8b0cb9a73347.h5`, of that run.

    Returns the Run as it was at this moment; of a trajectory, a TrajectoryRun; of merged runs, a
    MergedRuns. Raises RunFileError if
    the file is missing, damaged or not a run file; NotARunError, one of these, for an ensemble of
    exact super blocks.

    Example:
        >>> import pathlib, tempfile, rsrg
        >>> text = '''
        ... schema_version: 1
        ... materials: [{alpha: 0.7}]
        ... lengths: {start: 50 angstrom, sample: 1 mm}
        ... blocks: {n0: 3, count: volume}
        ... strain: {values: [0.0, 0.5, 2.0]}
        ... readings: [fixed/ellipsoid]
        ... sampling: {estimator: exact}
        ... '''
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "small.yaml")
        ...     _ = path.write_text(text)
        ...     config = rsrg.load_config(path)
        ...     _ = rsrg.run(config, f"{folder}/small.h5")
        ...     run = rsrg.open_run(f"{folder}/small.h5")
        >>> run.status, run.progress
        ('finished', (12, 12))
    """
    opened = open_any(given_path(path))
    if isinstance(opened, ExactRun):
        raise NotARunError(
            f"{path} holds an ensemble of exact super blocks and no flow: see rsrg report"
        )
    return opened


def open_any(path: Path) -> AnyRun | MergedRuns:
    """Open a file of rsrg of any kind; otherwise as `open_run`."""
    if path.parent.is_file():
        with MergedRuns(Snapshot(path.parent)) as merged:
            return merged.runs[path.name]
    snapshot = Snapshot(path)
    if snapshot.attributes.get("filetype") == MERGED:
        return MergedRuns(snapshot)
    return stored_run(snapshot)


def open_flow(path: str | os.PathLike[str]) -> Run | MergedRuns:
    """Open the run of a flow, or merged ones, otherwise as `open_run`.

    Raises NotARunError for a trajectory.
    """
    opened = open_run(path)
    if isinstance(opened, TrajectoryRun):
        raise NotARunError(f"{path} holds a trajectory and no flow: see rsrg report")
    return opened
