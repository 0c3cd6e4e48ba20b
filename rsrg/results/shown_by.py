"""What draws and reports a run, loaded by name when a run is asked for it.

`run.plot` and `run.report()` are methods of results, but what they do is in `report/`, which reads
results and so stands above this package: it imports us, and we may not import it. It is loaded by
its name here, in the one place that knows these names, and only in a process that draws; a run
itself needs no matplotlib and no templates.
"""

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rsrg.report.plots.merged_plots import MergedPlots
    from rsrg.report.plots.run_plots import RunPlots
    from rsrg.report.plots.trajectory_plots import TrajectoryPlots
    from rsrg.results.merged_runs import MergedRuns
    from rsrg.results.run import Run
    from rsrg.results.stored_run import StoredRun
    from rsrg.results.trajectory_run import TrajectoryRun


def run_plots(run: "Run") -> "RunPlots":
    """The pictures of a run: `rsrg.report.plots.run_plots.RunPlots`."""
    plots: RunPlots = import_module("rsrg.report.plots.run_plots").RunPlots(run)
    return plots


def merged_plots(merged: "MergedRuns") -> "MergedPlots":
    """The pictures of merged runs: `rsrg.report.plots.merged_plots.MergedPlots`."""
    module = import_module("rsrg.report.plots.merged_plots")
    plots: MergedPlots = module.MergedPlots(merged)
    return plots


def trajectory_plots(run: "TrajectoryRun") -> "TrajectoryPlots":
    """The pictures of a trajectory: `rsrg.report.plots.trajectory_plots.TrajectoryPlots`."""
    module = import_module("rsrg.report.plots.trajectory_plots")
    plots: TrajectoryPlots = module.TrajectoryPlots(run)
    return plots


def write_report(
    run: "StoredRun", path: str | os.PathLike[str] | None, shared_script: bool
) -> Path:
    """Write the page of a run, by `rsrg.report.page.write`; returns its path."""
    write = import_module("rsrg.report.page.write").write_report
    return Path(write(run, path, shared_script=shared_script))


def write_merged_report(
    merged: "MergedRuns", path: str | os.PathLike[str] | None, shared_script: bool
) -> Path:
    """Write the page of merged runs, by `rsrg.report.page.write`; returns its path."""
    write = import_module("rsrg.report.page.write").write_merged_report
    return Path(write(merged, path, shared_script=shared_script))
