"""What a command prints of a run with `--json`: how it ended, and its results."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rsrg.results.any_run import AnyRun
from rsrg.results.run import Run
from rsrg.results.trajectory_run import TrajectoryRun


def run_data(run: AnyRun, pictures: Sequence[Path]) -> dict[str, Any]:
    """Path, status, chunks and pictures; of a finished run its results.

    Critical strains of a flow, cases of exact super blocks, means and frames of a trajectory.
    """
    done, total = run.progress
    ending = {
        "path": str(run.path),
        "status": run.status,
        "done": done,
        "total": total,
        "pictures": [str(path) for path in pictures],
    }
    if run.status != "finished":
        return ending
    if isinstance(run, Run):
        return ending | {"critical_strains": [asdict(r) for r in run.critical_strains()]}
    if isinstance(run, TrajectoryRun):
        from rsrg.report import trajectory_table

        return ending | trajectory_table.as_records(run)
    from rsrg.report.exact_table import as_records

    return ending | {"cases": as_records(run)}
