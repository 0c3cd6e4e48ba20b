"""Figure: how often the shape term must be added before anything fails, over all spheroids."""

from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure

from rsrg.paper.page.style import RC, panel_letter, save
from rsrg.paper.setting import EXAMPLE_ALPHA
from rsrg.paper.shape import ShapeMap, spheroid_map, spheroid_steps
from rsrg.physics.arrays import Array
from rsrg.physics.hill import least_steps_to_failure
from rsrg.physics.sign import SIGNS, Sign
from rsrg.report.style import BLUE, GREEN, ORANGE

COLOURS: dict[Sign, str] = {"paper": ORANGE, "hamiltonian": BLUE}
LINES: dict[Sign, str] = {"paper": "-", "hamiltonian": "--"}
LABELS: dict[Sign, str] = {"paper": "paper's sign, +G", "hamiltonian": "Hamiltonian's sign, −G"}
PAPER_STEPS = 12  # N0 = 3, 50 Å to beyond 1 mm
LEVELS = (1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 50.0, 1e9)
ASPECT = r"aspect ratio $a_x/a_y$, $a_y = a_z$   (plate < 1 < needle)"


def shape_figure(folder: Path) -> list[Path]:
    """Draw the steps to failure of all spheroids at all α into a folder, PNG and SVG."""
    data = spheroid_map()
    with rc_context(RC):
        figure = Figure(figsize=(9.6, 7.6), layout="constrained")
        (curves, bounds), maps = figure.subplots(2, 2)
        figure.suptitle(
            r"How often the shape term $G$ must be added before $\chi_{el}^{-1} \pm nG$ fails"
        )
        _curves(curves, data.aspects)
        _bounds(bounds, data)
        for ax, sign in zip(maps, SIGNS, strict=True):
            drawn = _map(ax, data, sign)
        bar = figure.colorbar(drawn, ax=list(maps), label="steps n to failure", pad=0.01)
        bar.set_ticks(LEVELS[:-1], labels=[f"{level:g}" for level in LEVELS[:-1]])
        for ax, letter in zip((curves, bounds, *maps), "abcd", strict=True):
            panel_letter(ax, letter)
    return save(figure, folder, "figure_shape")


def _curves(ax: Axes, aspects: Array) -> None:
    for sign in SIGNS:
        steps = [spheroid_steps(a, EXAMPLE_ALPHA, sign) for a in aspects]
        ax.plot(aspects, steps, LINES[sign], color=COLOURS[sign], linewidth=1.8, label=LABELS[sign])
    ax.axhline(PAPER_STEPS, color="black", linewidth=1.0, linestyle=":")
    ax.text(1.3e-3, PAPER_STEPS * 1.08, "the paper: $N_0$ = 3, 12 steps", fontsize=7.5)
    bound = least_steps_to_failure(EXAMPLE_ALPHA)
    ax.axhspan(0.8, bound, color=GREEN, alpha=0.18, linewidth=0)
    ax.text(1.3e-3, 1.05, f"no ellipsoid fails below n = {bound:.3f}", fontsize=7.5)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_ylim(0.8, 120)
    ax.set_yticks([1, 2, 5, 10, 20, 50, 100], labels=["1", "2", "5", "10", "20", "50", "100"])
    ax.set_xlabel(ASPECT)
    ax.set_ylabel("steps n to failure, α = 0.7")
    ax.legend(loc="upper left", fontsize=7.5)


def _bounds(ax: Axes, data: ShapeMap) -> None:
    for sign in SIGNS:
        least = data.steps[sign].min(axis=1)
        label = f"least of all spheroids, {LABELS[sign]}"
        ax.plot(data.alphas, least, LINES[sign], color=COLOURS[sign], linewidth=1.8, label=label)
    ax.plot(data.alphas, data.bounds, color=GREEN, linewidth=2.2, label="bound 1/max(S, 1 − S)")
    ax.fill_between(data.alphas, 0.0, data.bounds, color=GREEN, alpha=0.18, linewidth=0)
    ax.axhline(1.0, color="black", linewidth=1.0, linestyle=":")
    ax.text(0.3, 0.87, "one sum: n = 1", fontsize=7.5)
    ax.set_ylim(0.75, 2.75)
    ax.set_xlim(0.25, 1.0)
    ax.set_xlabel(r"$\alpha = 1 - c_t^2/c_l^2$")
    ax.set_ylabel("steps n to failure")
    ax.legend(loc="upper center", fontsize=7.5)


def _map(ax: Axes, data: ShapeMap, sign: Sign) -> QuadContourSet:
    finite = np.minimum(data.steps[sign], 0.5 * LEVELS[-1])
    norm = BoundaryNorm(LEVELS, 256)
    drawn = ax.contourf(data.aspects, data.alphas, finite, LEVELS, cmap="viridis", norm=norm)
    lines = ax.contour(data.aspects, data.alphas, finite, [PAPER_STEPS], colors="white")
    ax.clabel(lines, fmt={PAPER_STEPS: "12 steps"}, fontsize=7.5)
    ax.set_xscale("log")
    ax.grid(False)
    ax.set_xlabel(ASPECT)
    ax.set_ylabel(r"$\alpha = 1 - c_t^2/c_l^2$")
    ax.set_title(LABELS[sign])
    return drawn
