"""The tables of a trajectory: the mean of M over its frames, and whether that is zero."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
from rich.table import Table
from rich.text import Text

from rsrg.formatting import counted, plain, with_error
from rsrg.physics.pairs import PAIR_NAMES
from rsrg.report.console import console, print_wrapped
from rsrg.report.fitted_table import print_table
from rsrg.results.trajectory_run import BY_CHANCE, TrajectoryRun

MEAN_HEADINGS = ("glass", *(f"M_{pair}{pair}" for pair in PAIR_NAMES))
ZERO = (
    "M holds parts of degree 2 and 4 alone, which turn as spherical harmonics: in a ball of an "
    "isotropic glass both are zero on average. By chance: what the norm of the mean is then, in "
    "the root mean square; probability: that it is as large as here, or larger. Zero within "
    f"errors: that is {BY_CHANCE:.0%} or more."
)
FEW = 20  # independent frames: the errors themselves are known to one part in six


def print_trajectory(run: TrajectoryRun) -> None:
    """The title, the tables, and what follows from them."""
    out = console()
    if run.config.title:
        out.print(Text(run.config.title))
    print_table(out, zero_table(run), names=2)
    out.print()
    print_table(out, mean_table(run))
    for line in trajectory_notes(run):
        print_wrapped(out, line)


def trajectory_text(run: TrajectoryRun) -> str:
    """What the trajectory is, on a line."""
    counts = run.read("trajectory/blocks")
    low, high = int(counts.min()), int(counts.max())
    blocks = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    ball = "in the largest ball of each" if run.config.domain == "sphere" else "all of each"
    return f"{counted(len(counts), 'frame')}, {blocks} blocks, {ball}"


def zero_table(run: TrajectoryRun) -> Table:
    """A row for each glass and degree: the size of the mean of M, and what chance makes of it."""
    table = Table(title=Text(trajectory_text(run)))
    rows = [mean.table_row() for mean in run.means()]
    for number, heading in enumerate(rows[0]):
        table.add_column(heading, justify="left" if number == 0 else "right")
    for row in rows:
        table.add_row(*row.values())
    return table


def mean_table(run: TrajectoryRun) -> Table:
    """A row for each glass: the means of the components M_ijij, with their standard errors."""
    table = Table(title=Text("mean of M over frames, in 1/ρc_t²"))
    for heading in MEAN_HEADINGS:
        table.add_column(heading, justify="left" if heading == "glass" else "right")
    for glass, *means in mean_rows(run):
        table.add_row(glass, *(with_error(m, e) for m, e in means))
    return table


def mean_rows(run: TrajectoryRun) -> Iterator[tuple[str, *tuple[tuple[float, float], ...]]]:
    """Each glass, and the means of the components M_ijij, each with its standard error."""
    means, errors = run.read("trajectory/mean"), run.read("trajectory/mean_stderr")
    for glass, mean, error in zip(run.config.glasses(), means, errors, strict=True):
        yield glass.name, *zip(np.diagonal(mean).tolist(), np.diagonal(error).tolist(), strict=True)


def trajectory_notes(run: TrajectoryRun) -> Iterator[str]:
    """What the columns are, what the means say, and how far the errors can be trusted."""
    yield ZERO
    frames, (tau, error) = run.config.chunks(), run.read("trajectory/autocorrelation")
    if frames == 1:
        yield "One frame has no standard error."
        return
    shown = plain(tau) if not np.isfinite(error) else with_error(float(tau), float(error))
    unit = "frame" if shown == "1" else "frames"
    independent = frames / max(1.0, float(tau))
    yield (
        f"Autocorrelation time of M: {shown} {unit}, so that {frames} frames count as "
        f"{independent:.3g} independent ones in the standard errors."
    )
    if independent < FEW:
        yield f"These are fewer than {FEW}: the errors, and that time, are rough."


def as_records(run: TrajectoryRun) -> dict[str, Any]:
    """Means, frames and the autocorrelation time as plain data."""
    tau, error = run.read("trajectory/autocorrelation")
    return {
        "means": [asdict(mean) | {"zero": mean.zero} for mean in run.means()],
        "frames": [asdict(frame) for frame in run.frames()],
        "autocorrelation": {"value": float(tau), "stderr": float(error)},
    }
