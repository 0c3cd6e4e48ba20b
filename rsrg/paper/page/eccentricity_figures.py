"""Figures 3 to 9: eigenvalues and eigenvector coefficients against eccentricity."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from rsrg.paper.curves import Curve, Marked
from rsrg.paper.page.style import (
    N0_STYLES,
    RC,
    READING_COLOURS,
    broken_at_poles,
    panel_letter,
    save,
)
from rsrg.report.style import GREEN, ORANGE, PINK


@dataclass(frozen=True)
class Plot:
    """What a figure shows: its title, the label of y, and the limits of y in both panels."""

    title: str
    label: str
    limits: tuple[float, float]
    second: tuple[float, float]


_OVER = r"$\,/\,\rho c_t^2$"
PLOTS = {
    3: Plot("First and second eigenvalue of χ: xy, xz", r"$C'^{-1}$" + _OVER, (0, 1.15), (0, 4)),
    4: Plot(
        "Third eigenvalue of χ",
        r"$[(A'+D'+E'+\sqrt{\Delta})/2]^{-1}$" + _OVER,
        (0, 2.3),
        (-4, 6),
    ),
    5: Plot(
        "Coefficient of $e_{xx}$ in the third eigenvector",
        r"$(A'-D'-E'+\sqrt{\Delta})/2B'$",
        (-7.5, 0),
        (-8, 2),
    ),
    6: Plot(
        "Fourth eigenvalue of χ",
        r"$[(A'+D'+E'-\sqrt{\Delta})/2]^{-1}$" + _OVER,
        (-60, 60),
        (-60, 60),
    ),
    7: Plot("Fifth eigenvalue of χ: yy − zz", r"$(D'-E')^{-1}$" + _OVER, (-20, 20), (-20, 20)),
    8: Plot("Sixth eigenvalue of χ: yz", r"$F'^{-1}$" + _OVER, (-20, 20), (-1, 6)),
    9: Plot(
        "Coefficient of $e_{xx}$ in the fourth eigenvector",
        r"$(A'-D'-E'-\sqrt{\Delta})/2B'$",
        (0, 1.15),
        (0, 4),
    ),
}


def eccentricity_figures(
    folder: Path, paper: Curve, readings: Sequence[Curve], marked: Sequence[Marked]
) -> list[Path]:
    """Draw Figures 3 to 9 into a folder, PNG and SVG each."""
    written = []
    for figure in PLOTS:
        own = [m for m in marked if m.figure == figure]
        written += save(_figure(figure, paper, readings, own), folder, f"figure_{figure:02d}")
    return written


def _figure(
    number: int, paper: Curve, readings: Sequence[Curve], marked: Sequence[Marked]
) -> Figure:
    plot = PLOTS[number]
    with rc_context(RC):
        figure = Figure(figsize=(9.6, 4.5), layout="constrained")
        left, right = figure.subplots(1, 2)
        figure.suptitle(f"Fig. {number}: {plot.title}, α = 0.7, ln(R/L₁) = 20, as in the paper 6×6")
        _formula_panel(left, number, plot, paper, marked)
        _readings_panel(right, number, plot, readings)
        for ax, letter in ((left, "a"), (right, "b")):
            panel_letter(ax, letter)
            _axes(ax, plot.label)
        figure.legend(handles=_legend(readings), loc="outside lower right", ncols=3, fontsize=7.5)
    return figure


def _axes(ax: Axes, label: str) -> None:
    ax.set_xlim(0, 1)
    ax.set_xlabel(r"eccentricity $\epsilon = \sqrt{e^2 + 2e}\,/\,(1 + e)$")
    ax.set_ylabel(label)
    ax.axhline(0.0, color="black", linewidth=0.7)


def _formula_panel(
    ax: Axes, number: int, plot: Plot, paper: Curve, marked: Sequence[Marked]
) -> None:
    low, high = plot.limits
    ax.set_ylim(low, high)
    y = broken_at_poles(paper.quantities[number], low, high)
    ax.plot(paper.eccentricity, y, color=GREEN, linewidth=1.8, label="log formula (4.2) + (4.6)")
    for m in marked:
        if m.at is None:
            label = f"ε_crit: paper {m.paper:.3f}, here {m.ours:.4f}"
            ax.axvline(m.paper, color=PINK, linestyle="-.", linewidth=1.2, label=label)
            ax.plot([m.ours], [0.0], "o", color=GREEN, markersize=5, clip_on=False)
        else:
            at = f"{m.at:.2g}"
            text = f"paper {m.paper:g}, here {m.ours:.3g} (ε = {at})"
            ax.plot([m.at], [m.ours], "o", color=GREEN, markersize=6, clip_on=False, zorder=4)
            ax.plot(
                [m.at],
                [m.paper],
                "D",
                color=ORANGE,
                markersize=6,
                markerfacecolor="white",
                clip_on=False,
                label=text,
                zorder=5,
            )
    ax.set_title("the paper's formula, and the values it states", fontsize=9)
    ax.legend(loc="best", fontsize=7.5)


def _readings_panel(ax: Axes, number: int, plot: Plot, readings: Sequence[Curve]) -> None:
    low, high = plot.second
    ax.set_ylim(low, high)
    for curve in readings:
        style = N0_STYLES[int(curve.n0 or 0)]
        colour = READING_COLOURS[curve.reading]
        y = broken_at_poles(curve.quantities[number], low, high)
        if curve.kind == "continuum":
            ax.plot(
                curve.eccentricity, y, color=colour, linewidth=1.3, linestyle=style["linestyle"]
            )
        else:
            inside = np.where((y >= low) & (y <= high), y, np.nan)
            ax.plot(
                curve.eccentricity,
                inside,
                color=colour,
                linestyle="none",
                marker=style["marker"],
                markersize=3.6,
                markerfacecolor="white",
                markeredgewidth=0.9,
            )
    ax.set_title("exact continuum (lines) and sums over blocks (marks)", fontsize=9)


def _legend(readings: Sequence[Curve]) -> list[Line2D]:
    entries = dict.fromkeys((c.reading, int(c.n0 or 0), c.steps) for c in readings)
    return [
        Line2D(
            [],
            [],
            color=READING_COLOURS[reading],
            markersize=4,
            markerfacecolor="white",
            label=f"{reading}, $N_0$ = {n0}, n = {steps:.0f}",
            **N0_STYLES[n0],
        )
        for reading, n0, steps in entries
    ]
