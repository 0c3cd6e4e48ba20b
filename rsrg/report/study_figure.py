"""Quenched runs side by side: the critical strains of their blocks against L."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator
from rich.table import Table
from rich.text import Text

from rsrg.errors import RunFileError
from rsrg.formatting import NONE, length, with_error
from rsrg.report.lengths import Lengths, generation_lengths
from rsrg.report.style import COLOURS, length_axis, own_look, save
from rsrg.results.pool_results import PoolResults
from rsrg.results.run import Run, open_single_run
from rsrg.studies.collect import Collected

APART = 1.03  # by which factor in L runs are drawn apart, so that bars do not cover one another


@dataclass(frozen=True)
class Distribution:
    """Critical strains of the blocks of one run and glass.

    lengths: L of every generation, (g,). quartiles: (g, readings, 3), infinite where they
    are beyond the grid. median_stderr, share: (g, readings). end: the largest strain of the grid on
    the side of e = 0 that they are on.
    """

    label: str
    material: str
    readings: list[str]
    lengths: Lengths
    quartiles: np.ndarray
    median_stderr: np.ndarray
    share: np.ndarray
    end: float


def distributions(runs: Sequence[Collected], material: str | None = None) -> list[Distribution]:
    """Those of finished quenched runs, labelled by what they differ in.

    Raises RunFileError where a run is not quenched, or does not hold that glass.
    """
    rows = []
    for member in runs:
        run = open_single_run(member.path)
        if not run.config.flow.quenched:
            raise RunFileError(
                f"a picture of many runs shows the blocks of quenched ones; {member.path} is "
                "annealed. For a picture of its own: rsrg report FILE; for numbers: rsrg merge"
            )
        rows.append(_distribution(run, _label(member.parameters), material))
        run.close()
    return rows


def _label(parameters: dict[str, Any]) -> str:
    names = {"blocks.n0": "N0", "sampling.seed": "seed"}
    return ", ".join(f"{names.get(k, k)} = {v}" for k, v in parameters.items())


def _distribution(run: Run, label: str, material: str | None) -> Distribution:
    pool = PoolResults(run, material)
    side = next(iter(pool.endings))
    return Distribution(
        label=label,
        material=str(run.read("axes/material")[pool.index]),
        readings=[str(r) for r in run.read("axes/reading")],
        lengths=generation_lengths(run),
        quartiles=pool.critical_quartiles(side),
        median_stderr=pool.read("critical_summary_stderr")[..., 1],
        share=pool.read("critical_summary")[..., 3],
        end=pool.end(side),
    )


@own_look
def study_figure(rows: Sequence[Distribution], path: Path) -> None:
    """Draw them into a PNG, SVG or PDF: one panel for each reading, medians and quartiles.

    A bar that leaves the panel ends beyond the largest strain that was asked for.
    """
    readings = list(dict.fromkeys(r for row in rows for r in row.readings))
    end = max((row.end for row in rows), key=abs)
    figure = Figure(figsize=(0.8 + 4.6 * len(readings), 4.4), layout="constrained")
    axes = figure.subplots(1, len(readings), squeeze=False, sharey=True)[0]
    for ax, reading in zip(axes, readings, strict=True):
        for k, row in enumerate(rows):
            if reading in row.readings:
                shift = APART ** (k - 0.5 * (len(rows) - 1))
                _draw(ax, row, row.readings.index(reading), shift, COLOURS[k % len(COLOURS)])
        ax.set_title(reading)
        _length_axis(ax, rows)
        ax.set_ylim(*sorted((-0.02 * end, end)))
        ax.grid(alpha=0.25)
    axes[0].set_ylabel("critical strain e of the blocks")
    legend = axes[0].legend(title="median, quartiles", fontsize="small", title_fontsize="small")
    for text in legend.get_texts():
        text.set_parse_math(False)
    figure.suptitle(f"{rows[0].material}: unequal blocks of size L", parse_math=False)
    save(figure, path)


def _draw(ax: Axes, row: Distribution, j: int, shift: float, colour: str) -> None:
    """Medians joined by lines; bars from quartile to quartile, out of the panel if need be."""
    sign = np.sign(row.end)
    low, middle, high = sign * np.minimum(sign * row.quartiles[:, j], 2.0 * abs(row.end)).T
    some = sign * low <= abs(row.end)
    x = shift * row.lengths.values
    ax.vlines(x[some], low[some], high[some], color=colour, linewidth=2.5, alpha=0.4)
    known = sign * middle <= abs(row.end)
    ax.plot(x[known], middle[known], color=colour, marker="o", markersize=4, label=row.label)


def _length_axis(ax: Axes, rows: Sequence[Distribution]) -> None:
    """All lengths at which something is drawn, the same in every panel; in words of two digits."""
    drawn = [(np.abs(row.quartiles[..., 0]) <= abs(row.end)).any(axis=1) for row in rows]
    failing = np.concatenate(
        [row.lengths.values[some] for row, some in zip(rows, drawn, strict=True)]
    )
    length_axis(ax, failing)
    ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    meters = rows[0].lengths.meters
    if meters:
        ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: length(float(f"{x:.2g}"))))
    ax.set_xlabel("L" if meters else f"L ({rows[0].lengths.unit})")


def study_table(rows: Sequence[Distribution]) -> Table:
    """The numbers of the picture: reading, run, L, quartiles, median, and share that fails."""
    title = f"{rows[0].material}: critical strains of unequal blocks"
    table = Table(title=Text(title), title_justify="left", box=None, pad_edge=False)
    for k, heading in enumerate(
        ("reading", "run", "L", "lower quartile", "median", "upper quartile", "share that fails")
    ):
        table.add_column(heading, justify="left" if k < 2 else "right")
    for row in rows:
        for j, reading in enumerate(row.readings):
            for n in np.flatnonzero(row.share[:, j] > 0.0):
                table.add_row(reading, row.label, *_cells(row, int(n), j))
    return table


def as_records(rows: Sequence[Distribution]) -> list[dict[str, Any]]:
    """The same as plain data; None for a quartile beyond the grid."""
    return [
        {
            "run": row.label,
            "material": row.material,
            "reading": reading,
            "length": float(row.lengths.values[n]),
            "unit": row.lengths.unit.strip("$"),
            "quartiles": [float(q) if np.isfinite(q) else None for q in row.quartiles[n, j]],
            "share": float(row.share[n, j]),
        }
        for row in rows
        for j, reading in enumerate(row.readings)
        for n in range(len(row.lengths.values))
    ]


def _cells(row: Distribution, n: int, j: int) -> list[str]:
    low, middle, high = (float(q) for q in row.quartiles[n, j])
    error = float(row.median_stderr[n, j])
    ends = [f"{q:.3f}" if np.isfinite(q) else NONE for q in (low, high)]
    median = NONE
    if np.isfinite(middle):
        median = (
            with_error(middle, error if np.isfinite(error) else np.inf)
            if error
            else f"{middle:.3f}"
        )
    return [row.lengths.text(n), ends[0], median, ends[1], f"{row.share[n, j]:.3f}"]
