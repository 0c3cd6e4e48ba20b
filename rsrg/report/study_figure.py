"""Quenched runs side by side: the critical strains of their blocks against L."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from rich.table import Table
from rich.text import Text

from rsrg.errors import RunFileError
from rsrg.formatting import length, with_error
from rsrg.report.critical_table import NONE
from rsrg.report.style import COLOURS, save, sizes
from rsrg.results.run import Run, open_run
from rsrg.studies.collect import Collected

matplotlib.use("agg")
QUARTILES = (0.25, 0.5, 0.75)
APART = 1.03  # by which factor in L runs are drawn apart, so that bars do not cover one another


@dataclass(frozen=True)
class Distribution:
    """Critical strains of the blocks of one run and glass.

    sizes: L of every generation, (g,), in unit. quartiles: (g, readings, 3), infinite where they
    are beyond the grid. median_stderr, share: (g, readings). end: the largest strain of the grid.
    """

    label: str
    material: str
    readings: list[str]
    sizes: np.ndarray
    unit: str
    quartiles: np.ndarray
    median_stderr: np.ndarray
    share: np.ndarray
    end: float


def distributions(runs: Sequence[Collected], material: str | None = None) -> list[Distribution]:
    """Those of finished quenched runs, labelled by what they differ in.

    Raises RunFileError where a run is not quenched, or does not hold that glass.
    """
    found = []
    for member in runs:
        run = open_run(member.path)
        if not run.config.flow.quenched:
            raise RunFileError(
                f"a picture of many runs shows the blocks of quenched ones; {member.path} is "
                "annealed. For a picture of its own: rsrg report FILE; for numbers: rsrg merge"
            )
        found.append(_distribution(run, _label(member.parameters), material))
        run.close()
    return found


def _label(parameters: dict[str, Any]) -> str:
    names = {"blocks.n0": "N0", "sampling.seed": "seed"}
    return ", ".join(f"{names.get(k, k)} = {v}" for k, v in parameters.items())


def _distribution(run: Run, label: str, material: str | None) -> Distribution:
    i = run.material_index(material)
    critical = np.moveaxis(run.read("pool/critical_strain")[i], -1, 0)
    beyond = np.where(np.isnan(critical), np.inf, critical)
    quartiles = np.quantile(beyond, QUARTILES, axis=0, method="nearest")
    found, unit = sizes(run)
    return Distribution(
        label=label,
        material=str(run.read("axes/material")[i]),
        readings=[str(r) for r in run.read("axes/reading")],
        sizes=found,
        unit=unit,
        quartiles=np.moveaxis(quartiles, 0, -1),
        median_stderr=run.read("pool/critical_summary_stderr")[i, ..., 1],
        share=run.read("pool/critical_summary")[i, ..., 3],
        end=float(run.read("axes/strain")[-1]),
    )


def study_figure(rows: Sequence[Distribution], path: Path) -> None:
    """Draw them into a PNG, SVG or PDF: one panel for each reading, medians and quartiles.

    A bar that leaves the panel ends beyond the largest strain that was asked for.
    """
    readings = list(dict.fromkeys(r for row in rows for r in row.readings))
    end = max(row.end for row in rows)
    figure = Figure(figsize=(0.8 + 4.6 * len(readings), 4.4), layout="constrained")
    axes = figure.subplots(1, len(readings), squeeze=False, sharey=True)[0]
    for ax, reading in zip(axes, readings, strict=True):
        for k, row in enumerate(rows):
            if reading in row.readings:
                shift = APART ** (k - 0.5 * (len(rows) - 1))
                _draw(ax, row, row.readings.index(reading), shift, COLOURS[k % len(COLOURS)])
        ax.set_title(reading)
        _length_axis(ax, rows)
        ax.set_ylim(-0.02 * end, end)
        ax.grid(alpha=0.25)
    axes[0].set_ylabel("critical strain e of the blocks")
    axes[0].legend(title="median, quartiles", fontsize="small", title_fontsize="small")
    figure.suptitle(f"{rows[0].material}: unequal blocks of size L", parse_math=False)
    save(figure, path)


def _draw(ax: Axes, row: Distribution, j: int, shift: float, colour: str) -> None:
    """Medians joined by lines; bars from quartile to quartile, out of the panel if need be."""
    low, middle, high = np.minimum(row.quartiles[:, j], 2.0 * row.end).T
    some = low <= row.end
    x = shift * row.sizes
    ax.vlines(x[some], low[some], high[some], color=colour, linewidth=2.5, alpha=0.4)
    known = middle <= row.end
    ax.plot(x[known], middle[known], color=colour, marker="o", markersize=4, label=row.label)


def _length_axis(ax: Axes, rows: Sequence[Distribution]) -> None:
    """All lengths at which something is drawn, the same in every panel; in words of two digits."""
    drawn = [(row.quartiles[..., 0] <= row.end).any(axis=1) for row in rows]
    failing = np.concatenate([row.sizes[some] for row, some in zip(rows, drawn, strict=True)])
    ax.set_xscale("log")
    if len(failing):
        ax.set_xlim(0.8 * failing.min(), 1.25 * failing.max())
    ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    if rows[0].unit == "m":
        ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: length(float(f"{x:.2g}"))))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_xlabel("L" if rows[0].unit == "m" else f"L ({rows[0].unit})")


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
            "length": float(row.sizes[n]),
            "unit": row.unit.strip("$"),
            "quartiles": [float(q) if np.isfinite(q) else None for q in row.quartiles[n, j]],
            "share": float(row.share[n, j]),
        }
        for row in rows
        for j, reading in enumerate(row.readings)
        for n in range(len(row.sizes))
    ]


def _cells(row: Distribution, n: int, j: int) -> list[str]:
    size = length(row.sizes[n]) if row.unit == "m" else f"{row.sizes[n]:.3g} L₁"
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
    return [size, ends[0], median, ends[1], f"{row.share[n, j]:.3f}"]
