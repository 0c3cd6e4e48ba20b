"""The page of a trajectory: M of every frame, its mean, and whether that is zero."""

from rsrg.formatting import shell_path, with_error
from rsrg.report.html.numbers import Numbers
from rsrg.report.html.table import Cell, Column, PageTable
from rsrg.report.page.content import Content, Section
from rsrg.report.page.provenance import provenance
from rsrg.report.page.run_page import MARKS, status_text
from rsrg.report.page.trajectory_charts import trajectory_charts
from rsrg.report.trajectory_table import (
    MEAN_HEADINGS,
    mean_rows,
    trajectory_notes,
    trajectory_text,
)
from rsrg.results.trajectory_run import MeanRecord, TrajectoryRun


def trajectory_content(run: TrajectoryRun) -> Content:
    """What the page of a trajectory holds; its means and frames, if it is finished."""
    numbers, finished = Numbers(), run.status == "finished"
    done, total = run.progress
    go_on = f"Go on: rsrg resume {shell_path(run.path)}"
    waiting = f"Nothing can be said yet: {done} of {total} frames. {go_on}"
    notes = list(trajectory_notes(run)) if finished else []
    sections = _sections(run, numbers) if finished else []
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


def _sections(run: TrajectoryRun, numbers: Numbers) -> list[Section]:
    charts = trajectory_charts(run, numbers)
    return [
        Section("means", "Is the mean zero?", tables=[_zero(run), _means(run)]),
        Section("frames", "All frames", tables=[_frames(run)], charts=charts),
    ]


def _verdict(means: list[MeanRecord]) -> str:
    """Both parts of the mean of M, of one glass."""
    parts = [f"the part of degree {m.degree} {_size(m)}" for m in means]
    return f"Mean of M, {means[0].material}: {'; '.join(parts)}."


def _size(mean: MeanRecord) -> str:
    if mean.zero is None:
        return f"is {mean.norm:.2g}, without an error"
    zero = "is zero within errors" if mean.zero else "is not zero"
    return f"{zero}, {mean.norm:.2g} where chance makes {mean.chance:.2g}"


def _zero(run: TrajectoryRun) -> PageTable:
    rows = [mean.table_row() for mean in run.means()]
    columns = [Column(heading, numeric=k > 0) for k, heading in enumerate(rows[0])]
    cells = [[number_cell(text) for text in row.values()] for row in rows]
    return PageTable("zero-table", "Norm of the mean of M by degree, in 1/ρc_t²", columns, cells)


def _means(run: TrajectoryRun) -> PageTable:
    columns = [Column(heading, numeric=k > 0) for k, heading in enumerate(MEAN_HEADINGS)]
    cells = [
        [Cell(glass), *(Cell(with_error(m, e), m) for m, e in means)]
        for glass, *means in mean_rows(run)
    ]
    caption = "Mean of M over frames, in 1/ρc_t²; in parentheses, the standard error"
    return PageTable("means-table", caption, columns, cells)


def _frames(run: TrajectoryRun) -> PageTable:
    rows = [frame.table_row() for frame in run.frames()]
    columns = [Column(heading, numeric=heading not in ("frame", "engine")) for heading in rows[0]]
    cells = [[number_cell(text) for text in row.values()] for row in rows]
    glass = run.config.glasses()[0].name
    return PageTable("frames-table", f"Frames; |M| of {glass}, in 1/ρc_t²", columns, cells)


def number_cell(text: str) -> Cell:
    """A cell that sorts by its number, where it is one."""
    try:
        return Cell(text, float(text.replace(",", "")))
    except ValueError:
        return Cell(text)
