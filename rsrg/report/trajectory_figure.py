"""The picture of a trajectory: M of every frame, and its norms."""

from pathlib import Path

from matplotlib.figure import Figure

from rsrg.report.style import own_look, save
from rsrg.report.trajectory_table import trajectory_text
from rsrg.results.trajectory_run import TrajectoryRun


@own_look
def trajectory_figure(run: TrajectoryRun, path: Path, material: str | None = None) -> None:
    """Draw the components of M and its norms against the frame, as PNG, SVG or PDF.

    Raises RunFileError unless the run is finished and has that glass.
    """
    figure = Figure(figsize=(11.0, 4.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    run.plot.coupling(left, material=material)
    run.plot.norm(right, material=material)
    figure.suptitle(trajectory_text(run), parse_math=False)
    save(figure, path)
