"""What a command prints of a run with `--json`: how it ended, and its results."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rsrg.results.exact_run import ExactRun
from rsrg.results.run import Run


def run_data(run: Run | ExactRun, pictures: Sequence[Path]) -> dict[str, Any]:
    """Path, status, chunks and pictures; of a finished run its critical strains, or its cases."""
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
    from rsrg.report.exact_table import as_records

    return ending | {"cases": as_records(run)}
