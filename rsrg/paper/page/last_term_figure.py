"""Figure: the last term of (3.3) against block size, and the L_c of twelve glasses."""

from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rsrg.paper.last_term import ANGSTROM, MEASURED_LOSS, GlassTerm, glass_terms
from rsrg.paper.page.style import RC, panel_letter, save
from rsrg.paper.setting import PAPER_LENGTH, START
from rsrg.physics.arrays import Array
from rsrg.report.style import BLUE, GREEN, ORANGE, PINK

SIZES = np.geomspace(0.3, 1e7, 60)  # Å, to 1 mm


def last_term_figure(folder: Path) -> list[Path]:
    """Draw figure_last_term: its size against L, and where it equals the other terms."""
    terms = glass_terms()
    with rc_context(RC):
        figure = Figure(figsize=(10.4, 4.5), layout="constrained")
        left, right = figure.subplots(1, 2)
        figure.suptitle("The last term of Eq. 3.3: twelve glasses, T = 0, $ω_c = 10^{15}$/s")
        _sizes(left, terms)
        _lengths(right, terms)
        for ax, letter in ((left, "a"), (right, "b")):
            panel_letter(ax, letter)
    return save(figure, folder, "figure_last_term")


def _sizes(ax: Axes, terms: list[GlassTerm]) -> None:
    fall = (START / ANGSTROM / SIZES) ** 3
    for loss, colour, label in (
        (1.0, ORANGE, r"last term, Im $\tildeχ = χ_{el}$ (the paper's bound)"),
        (MEASURED_LOSS, BLUE, r"last term, Im $\tildeχ = 10^{-3} χ_{el}$ (as measured)"),
    ):
        low, high = (f(t.size for t in terms) * loss**2 * fall for f in (min, max))
        _band(ax, low, high, colour, label)
    corrections = [t.correction for t in terms]
    ax.axhspan(min(corrections), max(corrections), color=GREEN, alpha=0.6)
    ax.text(1e7, 2e-4, "χ'Mχ', e = 0.2, $N_0$ = 3", ha="right", fontsize=8)
    ax.axhline(1.0, color="black", linewidth=0.9)
    ax.text(1e7, 1.6, "χ' itself", ha="right", fontsize=8)
    ax.axvline(START / ANGSTROM, color="grey", linestyle=":")
    ax.text(START / ANGSTROM * 1.2, 1e-23, "$L_1$ = 50 Å", fontsize=8)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_ylim(1e-28, 1e3)
    ax.set_xlabel("block size $L$ (Å)")
    ax.set_ylabel("size relative to $χ_{el}$")
    ax.legend(fontsize=7.5, loc="lower left", frameon=True, edgecolor="none", framealpha=1.0)


def _band(ax: Axes, low: Array, high: Array, colour: str, label: str) -> None:
    """The range of the twelve glasses."""
    ax.fill_between(SIZES, low, high, color=colour, linewidth=1.2, label=label)


def _lengths(ax: Axes, terms: list[GlassTerm]) -> None:
    rows = np.arange(len(terms))
    marks = (
        ("length", "o", ORANGE, "tensor as large as χ'"),
        ("against_correction", "s", GREEN, "tensor as large as χ'Mχ'"),
        ("formula", "D", PINK, r"$(ħω_c/ρc_t^2)^{1/3}$ of (3.6)"),
    )
    for field, marker, colour, label in marks:
        values = [getattr(t, field) for t in terms]
        ax.plot(values, rows, marker, color=colour, label=label, markersize=5)
    ax.axvline(PAPER_LENGTH, color="black", linestyle="-.", linewidth=1.0, label="27 Å of (3.6)")
    ax.axvline(START / ANGSTROM, color="grey", linestyle=":", label="$L_1$ = 50 Å")
    ax.set_yticks(rows, labels=[t.name for t in terms])
    ax.invert_yaxis()
    ax.set_xscale("log")
    ax.set_xlim(0.3, 100)
    ax.set_xticks([0.5, 1, 2, 5, 10, 27, 50], labels=["0.5", "1", "2", "5", "10", "27", "50"])
    ax.minorticks_off()
    ax.set_xlabel("$L_c$ (Å)")
    ax.legend(fontsize=7, loc="upper left", bbox_to_anchor=(0.42, 1.0))
