"""Figure 1: the computed stress–strain curve and χ_tot(e)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rsrg.paper.curves import StressCurve
from rsrg.paper.page.style import RC, broken_at_poles, panel_letter, save
from rsrg.report.style import BLUE, GREEN, ORANGE

COLOURS = (GREEN, ORANGE, BLUE)
STRESS_LIMITS, CHI_LIMITS = (0.0, 4.5), (-30.0, 50.0)


def stress_figure(folder: Path, curves: Sequence[StressCurve]) -> list[Path]:
    """Draw Fig. 1: σ_xx(e) left, χ_tot,xxxx(e) right; dashed beyond the first failure."""
    with rc_context(RC):
        figure = Figure(figsize=(9.6, 4.4), layout="constrained")
        left, right = figure.subplots(1, 2)
        figure.suptitle(
            "Fig. 1: stress and susceptibility, α = 0.7, ln(R/L₁) = 20 (sums: $N_0$ = 3)"
        )
        for curve, colour in zip(curves, COLOURS, strict=True):
            _draw(left, curve, curve.curve.stress, colour, STRESS_LIMITS)
            _draw(right, curve, curve.curve.susceptibility, colour, CHI_LIMITS)
        left.set_ylabel(r"stress $\sigma_{xx} = \int \chi^{tot}_{xxxx}\,de$   ($\rho c_t^2$)")
        right.set_ylabel(r"$\chi^{tot}_{xxxx}$   ($\rho c_t^2$)")
        for ax, letter in ((left, "a"), (right, "b")):
            ax.set_xlabel(r"strain $e = e_{xx}$")
            ax.axhline(0.0, color="black", linewidth=0.7)
            ax.set_xlim(0, curves[0].curve.strains[-1])
            panel_letter(ax, letter)
        left.plot([], [], "v", color="black", markersize=6, label="first eigenvalue fails here")
        left.plot([], [], "--", color="black", label="beyond it: principal value")
        left.legend(loc="lower right", fontsize=7.5)
    return save(figure, folder, "figure_01")


def _draw(
    ax: Axes, curve: StressCurve, y: np.ndarray, colour: str, limits: tuple[float, float]
) -> None:
    e = curve.curve.strains
    ax.set_ylim(*limits)
    first = np.inf if curve.first_strain is None else curve.first_strain
    y = broken_at_poles(y, *limits)
    ax.plot(e, np.where(e <= first, y, np.nan), color=colour, linewidth=1.8, label=curve.label)
    ax.plot(e, np.where(e >= first, y, np.nan), color=colour, linewidth=1.2, linestyle="--")
    if np.isfinite(first):
        finite = np.isfinite(y) & (e <= first)
        at = min(float(y[finite][-1]), 0.9 * limits[1])
        ax.plot([first], [at], "v", color=colour, markersize=7, zorder=5)
        ax.annotate(
            f"{first:.3f}: {curve.first_channel}",
            (first, at),
            xytext=(8, 7),
            textcoords="offset points",
            fontsize=7.5,
            color=colour,
        )
