"""Figure: one step over N0⁶ blocks beside two steps of N0³."""

from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from rsrg.paper.page.style import RC, READING_COLOURS, panel_letter, save
from rsrg.paper.setting import COUPLED
from rsrg.paper.steps import N0_OF_CUBES, N0_OF_MEANS, SMALL, correlations, cubes, means
from rsrg.physics.sign import SIGNS, Sign
from rsrg.report.style import GREEN, PINK

SIGN_COLOURS: dict[Sign, str] = {"paper": GREEN, "hamiltonian": PINK}
SIGN_MARKERS: dict[Sign, str] = {"paper": "^", "hamiltonian": "v"}
SIGN_NAMES: dict[Sign, str] = {"paper": "paper's sign", "hamiltonian": "Hamiltonian's sign"}
SIDE = 9  # of the cube whose correlations are drawn


def steps_figure(folder: Path) -> list[Path]:
    """Draw figure_steps: error per step, stability, and correlations of different blocks."""
    with rc_context(RC):
        figure = Figure(figsize=(12.6, 4.3), layout="constrained")
        panels = figure.subplots(1, 3)
        figure.suptitle(
            "Two steps at $N_0$ beside one step at $N_0^2$, α = 0.7: in an exact scheme they agree"
        )
        for draw, ax, letter in zip(
            (_errors, _stability, _correlations), panels, "abc", strict=True
        ):
            draw(ax)
            panel_letter(ax, letter)
    return save(figure, folder, "figure_steps")


def _errors(ax: Axes) -> None:
    for reading in COUPLED:
        ax.plot(
            N0_OF_MEANS,
            [means(reading, n0).error for n0 in N0_OF_MEANS],
            "o-",
            color=READING_COLOURS[str(reading)],
            label=f"exact mean M, {reading}, e = 0.2",
        )
    for sign in SIGNS:
        errors = [cubes(n0, SMALL, sign).error for n0 in N0_OF_CUBES]
        label = f"coupled oscillators, {SIGN_NAMES[sign]}, e = 0"
        ax.plot(
            N0_OF_CUBES, errors, SIGN_MARKERS[sign] + "--", color=SIGN_COLOURS[sign], label=label
        )
    ax.axhline(1.0, color="black", linewidth=0.9, linestyle=":")
    ax.text(8.0, 1.02, "limit $N_0 → ∞$ of M", fontsize=7.5, ha="right")
    ax.set_ylim(0.0, 1.12)
    ax.set_xlabel("$N_0$")
    ax.set_ylabel("error per step of $χ^{-1}$, relative\n(0: an exact scheme)")
    ax.legend(fontsize=7, loc="lower right")


def _stability(ax: Axes) -> None:
    for sign in SIGNS:
        lowest = [cubes(n0, 1.0, sign).lowest for n0 in N0_OF_CUBES]
        style: dict[str, Any] = {"color": SIGN_COLOURS[sign], "marker": SIGN_MARKERS[sign]}
        name = SIGN_NAMES[sign]
        ax.plot(N0_OF_CUBES, [x[0] for x in lowest], "-", label=f"at once, {name}", **style)
        lower = [min(x[1:]) for x in lowest]
        label = f"lower of two steps, {name}"
        ax.plot(N0_OF_CUBES, lower, "--", fillstyle="none", label=label, **style)
    ax.axhline(0.0, color="black", linewidth=0.9)
    ax.text(3.0, -0.002, "unstable below", fontsize=7.5, ha="center", va="top")
    ax.set_xticks(N0_OF_CUBES)
    ax.set_xlabel("$N_0$; a cube of $N_0^6$ blocks, $χ' = χ_{el}$")
    ax.set_ylabel(r"lowest eigenvalue of $1⊗χ^{-1} \pm m$   ($1/\rho c_t^2$)")
    ax.legend(fontsize=7)


def _correlations(ax: Axes) -> None:
    for sign in SIGNS:
        c = correlations(SIDE, SMALL, sign)
        ax.plot(
            c.distances,
            c.sizes,
            SIGN_MARKERS[sign],
            color=SIGN_COLOURS[sign],
            markersize=4,
            label=SIGN_NAMES[sign],
        )
    ax.plot(c.distances, c.sizes[0] * c.distances**-3.0, "k:", linewidth=0.9, label="$r^{-3}$")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xticks([1, 2, 3, 4, 6, 8], labels=["1", "2", "3", "4", "6", "8"])
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_xlabel("distance $r$ (block sizes)")
    ax.set_ylabel(r"$|\langle T_s T_{s'}\rangle|\,/\,|\langle T_s T_s\rangle|$   (paper: 0)")
    ax.legend(fontsize=7.5, title=f"${SIDE}^3$ blocks, $χ' = χ_{{el}}/4$", title_fontsize=7.5)
