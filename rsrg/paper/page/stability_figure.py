"""Figure: the phase diagram of the bulk, f_c against strain and against α, for both signs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rsrg.paper.page.style import RC, panel_letter, save
from rsrg.paper.stability import (
    ALPHAS,
    PACKING_BLOCKS,
    STRAINS,
    PackingPoint,
    PhaseLine,
    packing_points,
    packings_are_summed,
    phase_lines,
)
from rsrg.physics.sign import SIGNS
from rsrg.report.style import COLOURS

STYLES: tuple[dict[str, Any], ...] = (
    {"linestyle": "-", "marker": "o"},
    {"linestyle": "--", "marker": "s"},
    {"linestyle": "-.", "marker": "^"},
    {"linestyle": ":", "marker": "D"},
)
TITLES = {"paper": "paper's sign", "hamiltonian": "Hamiltonian's sign"}


def stability_figure(folder: Path) -> list[Path]:
    """Draw the phase diagram of the bulk into a folder, PNG and SVG."""
    lines, points = phase_lines(), packing_points()
    with rc_context(RC):
        figure = Figure(figsize=(9.6, 7.4), layout="constrained")
        axes = figure.subplots(2, 2, sharey="row")
        figure.suptitle(
            r"Stable bulk without renormalization: blocks with $\chi' = f\chi_{el}$ up to $f_c$"
        )
        for column, sign in enumerate(SIGNS):
            own = [line for line in lines if line.sign == sign]
            against_strain, against_alpha = axes[0, column], axes[1, column]
            _lines(against_strain, STRAINS, [line.against_strain for line in own], own)
            _points(against_strain, [p for p in points if p.sign == sign])
            _lines(against_alpha, ALPHAS, [line.against_alpha for line in own], own)
            against_strain.set_title(TITLES[sign])
            against_strain.set_xlabel(r"strain $e_{xx}$, α = 0.7")
            against_alpha.set_xlabel(r"$\alpha = 1 - c_t^2/c_l^2$, no strain")
        for ax, letter in zip(axes.flat, "abcd", strict=True):
            panel_letter(ax, letter)
            ax.axhline(1.0, color="black", linewidth=1.0, linestyle=(0, (1, 1)))
            ax.set_ylim(bottom=0.0)
        for ax in axes[:, 0]:
            ax.set_ylabel(r"critical amplitude $f_c$")
            ax.text(0.02, 0.06, "stable", transform=ax.transAxes, fontsize=8)
            ax.text(0.02, 0.94, "unstable", transform=ax.transAxes, fontsize=8)
        axes[0, 0].text(0.6, 1.01, "the paper: f = 1", fontsize=7.5, ha="right", va="bottom")
        axes[0, 1].legend(loc="lower left", ncols=2, fontsize=7.5, bbox_to_anchor=(0.1, 0.05))
    return save(figure, folder, "figure_stability")


def stability_alt() -> str:
    """What the figure shows: random packings only where they can be summed."""
    lowest = "sc and random packings are" if packings_are_summed() else "sc is"
    text = (
        "Four panels of the critical amplitude; below a curve the bulk is stable. (a, b) "
        f"Against strain for the paper's and the Hamiltonian's sign: {lowest} lowest, at 0.5 to "
        "0.8; with the paper's sign bcc, fcc and hcp too lie below f = 1, the amplitude of the "
        "paper. (c, d) Against α without strain: all fall as α grows."
    )
    if packings_are_summed():
        return text
    return f"{text} Random packings are not drawn: they need finufft, which is not installed."


def _lines(ax: Axes, x: Any, values: Sequence[Any], lines: Sequence[PhaseLine]) -> None:
    for i, (y, line) in enumerate(zip(values, lines, strict=True)):
        style = STYLES[i % len(STYLES)]
        colour = COLOURS[i % len(COLOURS)]
        ax.plot(x, y, color=colour, linewidth=1.6, markersize=4, label=line.bulk, **style)


def _points(ax: Axes, points: Sequence[PackingPoint]) -> None:
    if points:
        ax.errorbar(
            [p.strain for p in points],
            [p.amplitude for p in points],
            [p.error for p in points],
            fmt="*",
            color="black",
            markersize=8,
            capsize=3,
            label=f"random, {PACKING_BLOCKS} blocks a box",
        )
