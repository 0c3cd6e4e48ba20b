"""The figure of exact super blocks: errors of Eqs. 3.2 and 3.3 against distance and strength."""

from pathlib import Path

import numpy as np
from matplotlib import colormaps, rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from rsrg.paper.page.style import RC, panel_letter, save
from rsrg.paper.super_block import (
    DISTANCES,
    STRENGTHS,
    TEMPERATURES,
    pair_errors,
    tunnelling_errors,
)
from rsrg.report.style import BLUE, GREEN, ORANGE, PINK


def super_block_figure(folder: Path) -> None:
    """Draw figure_super_block: (a) two 8-level blocks, (b) eight tunnelling systems."""
    with rc_context(RC):
        figure = Figure(figsize=(10.4, 4.8), layout="constrained")
        left, right = figure.subplots(1, 2)
        figure.suptitle(
            "Error of the change of χ by the interaction, over the exact change (α = 0.7)"
        )
        _pairs(left)
        _ensemble(right)
        for ax, letter in ((left, "a"), (right, "b")):
            ax.set_yscale("log")
            ax.axhline(1.0, color="0.5", linewidth=0.7, zorder=0)
            ax.legend(fontsize=7.5)
            panel_letter(ax, letter)
    save(figure, folder, "figure_super_block")


def _pairs(ax: Axes) -> None:
    """Two blocks against their distance."""
    with_stress = [pair_errors(r, True) for r in DISTANCES]
    without = [pair_errors(r, False) for r in DISTANCES]
    lines = (
        ("(3.3), ⟨T⟩ ≠ 0", [e.first_order for e in with_stress], ORANGE, "o-"),
        ("(3.3) + χ⁽³⁾Λ⟨T⟩, ⟨T⟩ ≠ 0", [e.whole for e in with_stress], BLUE, "s-"),
        ("(3.3), ⟨T⟩ = 0", [e.first_order for e in without], GREEN, "^--"),
        ("(3.2) for χ_rel, ⟨T⟩ ≠ 0", [e.relaxation for e in with_stress], PINK, "D-"),
        ("(3.2) for χ_rel, ⟨T⟩ = 0", [e.relaxation for e in without], PINK, "D:"),
    )
    for label, errors, colour, style in lines:
        ax.plot(DISTANCES, errors, style, color=colour, label=label, markersize=4)
    ax.set_xlabel("distance of two 8-level blocks, r / L")
    ax.set_xscale("log")
    ax.set_xticks([2, 4, 8, 16, 32, 64], labels=["2", "4", "8", "16", "32", "64"])
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_ylabel("|error| / |change|")


def _ensemble(ax: Axes) -> None:
    """Super blocks of tunnelling systems against the strength of their interaction."""
    errors = tunnelling_errors()
    shades = np.linspace(0.0, 0.85, len(TEMPERATURES))
    for j, (shade, temperature) in enumerate(zip(shades, TEMPERATURES, strict=True)):
        colour = colormaps["viridis"](shade)
        label = f"$k_B T/\\epsilon$ = {temperature:g}"
        ax.plot(STRENGTHS, errors["3.3"][:, j], "o-", color=colour, label=label, markersize=4)
        with_term = errors["3.3 with stress term"][:, j]
        ax.plot(STRENGTHS, with_term, "s--", color=colour, markersize=4, markerfacecolor="none")
    ax.plot([], [], "o-", color="0.4", label="(3.3)", markersize=4)
    ax.plot([], [], "s--", color="0.4", label="(3.3) + χ⁽³⁾Λ⟨T⟩", markersize=4)
    ax.set_xscale("log")
    ax.set_xlabel(
        r"interaction of eight tunnelling systems, $\gamma^2/(\rho c_t^2\,r^3\,\epsilon)$"
    )
    ax.set_ylabel("mean |error| / mean |change|")
