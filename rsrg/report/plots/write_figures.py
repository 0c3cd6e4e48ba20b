"""The figures of a run at journal size: one file for each, a panel for each reading."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from matplotlib import style
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rsrg.errors import RunFileError
from rsrg.report.plots.blocks import draw_blocks
from rsrg.report.plots.critical import draw_critical
from rsrg.report.plots.deviation import draw_deviation, has_deviation
from rsrg.report.plots.disorder import draw_disorder, shown_strains
from rsrg.report.plots.flow import draw_flow
from rsrg.report.plots.glass_flow import GlassFlow
from rsrg.report.sign_text import unusual_flow
from rsrg.report.style import check_format, save
from rsrg.results.block_positions import positions_fault
from rsrg.results.pool_results import PoolResults
from rsrg.results.run import Run

# Draws the panel of a reading; the text that follows the reading in its title, or nothing.
Draw = Callable[[Axes, int], str]
DPI = 600  # of PNG: what journals ask for, for lines
IN_A_ROW = 3  # panels over two columns; four are two rows of two

IN_ONE_COLUMN, IN_TWO_COLUMNS = 3, 7  # entries of a legend side by side


def write_figures(
    run: Run, folder: Path, image_format: str, material: str | None = None
) -> list[Path]:
    """Write flow, critical, deviation, blocks, and of a quenched run disorder; returns their paths.

    image_format: png, svg or pdf. material: the glass (default: the first). A run of one reading
    gets figures of one column, 86 mm; of several, a row of panels over two columns, 178 mm. A
    figure that the run has no numbers for is left out: deviation of a sum that has no errors,
    blocks whose file of positions is gone, and what needs a sum of a run of formulas alone. The
    same numbers give the same bytes, whatever the rcParams are. Raises RunFileError unless the run
    is finished and holds that glass, and where the folder cannot be written.
    """
    check_format(Path(f"figure.{image_format}"))
    flow = GlassFlow(run, material)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunFileError(f"cannot make the folder {folder}: {error.strerror}") from error
    paths = []
    single = len(flow.readings) == 1
    with style.context(
        f"rsrg.report.{'one_column' if single else 'two_columns'}", after_reset=True
    ):
        for name, make in _figures(flow, material).items():
            paths.append(folder / f"{name}.{image_format}")
            save(make(), paths[-1], DPI)
    return paths


def _figures(flow: GlassFlow, material: str | None) -> dict[str, Callable[[], Figure]]:
    """The figures that a run has numbers for, by name."""
    run = flow.run

    def flow_panel(ax: Axes, j: int) -> str:
        draw_flow(ax, flow, j, flow.strain_index(j, None))
        return ""

    def critical_panel(ax: Axes, j: int) -> str:
        draw_critical(ax, flow, j)
        return ""

    def deviation_panel(ax: Axes, j: int) -> str:
        return f", {draw_deviation(ax, flow, j, flow.strain_index(j, None), None)}"

    def blocks_panel(ax: Axes, j: int) -> str:
        strain = float(flow.strains[flow.strain_index(j, None)])
        draw_blocks(ax, run, flow.readings[j], strain, 0)
        return f", e = {strain:.3g}"

    def disorder_panel(ax: Axes, j: int) -> str:
        draw_disorder(ax, run, PoolResults(run, material), j, shown_strains(run))
        return ""

    figures: dict[str, Callable[[], Figure]] = {
        "flow": partial(_figure, flow, flow_panel, handles=flow.legend()),
        "critical": partial(_figure, flow, critical_panel, handles=flow.legend()),
    }
    if has_deviation(run):
        figures["deviation"] = partial(_figure, flow, deviation_panel, sharey=False)
    if "lattice" in flow.sources and not positions_fault(run):
        figures["blocks"] = partial(_figure, flow, blocks_panel, solid=True, sharey=False)
    if run.config.flow.quenched:
        figures["disorder"] = partial(_figure, flow, disorder_panel)
    return figures


def _figure(
    flow: GlassFlow,
    draw: Draw,
    handles: Sequence[Artist] = (),
    solid: bool = False,
    sharey: bool = True,
) -> Figure:
    """One panel for each reading, with one legend below. solid: panels in three dimensions."""
    glass = f"{flow.material}{unusual_flow(flow.run.config)}"
    count = len(flow.readings)
    columns = count if count <= IN_A_ROW else 2
    figure = Figure()
    figure.set_figheight(figure.get_figheight() * (1.0 if count <= IN_A_ROW else 1.7))
    kind = {"projection": "3d"} if solid else {}
    axes = figure.subplots(-(-count // columns), columns, sharey=sharey, subplot_kw=kind)
    for j, ax in enumerate(np.atleast_1d(axes).flat):
        after = draw(ax, j)
        before = f"({'abcd'[j]}) " if count > 1 else "" if solid else f"{glass}, "
        ax.set_title(f"{before}{flow.readings[j]}{after}", loc="left", parse_math=False)
        if j % columns and not solid:
            ax.set_ylabel("")
    handles = handles or figure.axes[0].get_legend_handles_labels()[0]
    if handles:
        ncols = min(len(handles), IN_ONE_COLUMN if count == 1 else IN_TWO_COLUMNS)
        figure.legend(handles=handles, loc="outside lower center", ncols=ncols)
    if count > 1 and not solid:
        figure.suptitle(glass, parse_math=False)
    return figure
