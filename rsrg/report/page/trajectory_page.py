"""The page of a trajectory: M of every frame, its mean, and whether that is zero."""

from typing import Any

import numpy as np

from rsrg.formatting import shell_path
from rsrg.physics.pairs import PAIR_NAMES
from rsrg.report.html.chart import Chart, Control, take
from rsrg.report.html.numbers import Numbers
from rsrg.report.html.table import Cell, Column, PageTable
from rsrg.report.page.content import Content, Section
from rsrg.report.page.marks import symbol
from rsrg.report.page.provenance import provenance
from rsrg.report.page.run_page import MARKS, status_text
from rsrg.report.style import COLOURS
from rsrg.report.trajectory_table import trajectory_notes, trajectory_text
from rsrg.results.trajectory_run import MeanRecord, TrajectoryRun


def trajectory_content(run: TrajectoryRun) -> Content:
    """What the page of a trajectory holds; its means and frames, if it is finished."""
    numbers, finished = Numbers(), run.status == "finished"
    done, total = run.progress
    go_on = f"Go on: rsrg resume {shell_path(run.path)}"
    waiting = f"Nothing can be said yet: {done} of {total} frames. {go_on}"
    notes = list(trajectory_notes(run)) if finished else []
    sections = [
        Section("means", "Is the mean zero?", tables=[_means(run)]),
        Section("frames", "All frames", tables=[_frames(run)], charts=[_chart(run, numbers)]),
    ] if finished else []  # fmt: skip
    return Content(
        title=run.config.title or run.path.stem,
        path=str(run.path),
        status=status_text(run),
        mark=MARKS.get(run.status, "care"),
        sentences=[_verdict(run.means()[:2]) if finished else waiting],
        lines=[f"{trajectory_text(run)}.", *notes] if finished else [],
        sections=sections,
        numbers=numbers,
        provenance=provenance(run),
    )


def _verdict(means: list[MeanRecord]) -> str:
    """Both parts of the mean of M, of one glass."""
    parts = [f"the part of degree {m.degree} {_size(m)}" for m in means]
    return f"Mean of M, {means[0].material}: {'; '.join(parts)}."


def _size(mean: MeanRecord) -> str:
    if mean.zero is None:
        return f"is {mean.norm:.2g}, without an error"
    zero = "is zero within errors" if mean.zero else "is not zero"
    return f"{zero}, {mean.norm:.2g} where chance makes {mean.chance:.2g}"


def _means(run: TrajectoryRun) -> PageTable:
    rows = [mean.table_row() for mean in run.means()]
    columns = [Column(heading, numeric=k > 0) for k, heading in enumerate(rows[0])]
    cells = [[_cell(text) for text in row.values()] for row in rows]
    return PageTable("means-table", "Mean of M over frames, in 1/ρc_t²", columns, cells)


def _frames(run: TrajectoryRun) -> PageTable:
    rows = [frame.table_row() for frame in run.frames()]
    columns = [Column(heading, numeric=heading not in ("frame", "engine")) for heading in rows[0]]
    cells = [[_cell(text) for text in row.values()] for row in rows]
    glass = run.config.glasses()[0].name
    return PageTable("frames-table", f"Frames; |M| of {glass}, in 1/ρc_t²", columns, cells)


def _cell(text: str) -> Cell:
    """A cell that sorts by its number, where it is one."""
    try:
        return Cell(text, float(text.replace(",", "")))
    except ValueError:
        return Cell(text)


def _chart(run: TrajectoryRun, numbers: Numbers) -> Chart:
    """M_ijij of each frame, with a menu of glasses."""
    m = np.diagonal(run.read("trajectory/M"), axis1=-2, axis2=-1)
    numbers.add("frame", ("frame",), np.arange(m.shape[1]))
    numbers.add("M", ("material", "frame", "pair"), m)
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter", "mode": "lines+markers", "name": f"M_{pair}{pair}",
            "x": take("frame"), "y": take("M", material="material", pair=k),
            "line": {"color": COLOURS[k], "width": 1},
            "marker": {"symbol": symbol(k), "size": 6},
        }
        for k, pair in enumerate(PAIR_NAMES)
    ]  # fmt: skip
    return Chart(
        key="frames-chart",
        title="M of every frame",
        caption="The components M_ijij of each frame, in 1/ρc_t², in the order of the trajectory.",
        alt="Six components of M against the number of the frame.",
        traces=traces,
        layout={
            "xaxis": {"title": {"text": "frame"}},
            "yaxis": {"title": {"text": "M (1/ρc<sub>t</sub>²)"}},
        },
        controls=[Control("material", "Glass", [g.name for g in run.config.glasses()])],
        height=460,
    )
