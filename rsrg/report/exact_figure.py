"""The picture of an ensemble of exact super blocks: where Eqs. 3.2 and 3.3 are right."""

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rsrg.report.exact_table import ensemble_text
from rsrg.report.style import own_look, save
from rsrg.results.exact_cases import RIGHT, ExactCase, exact_cases
from rsrg.results.exact_run import ExactRun

MARKERS = "osD^v<>ph*"  # of distances, in turn
TITLES = {
    "3.3": "Eq. 3.3: error of the change of χ",
    "3.3 with stress term": "Eq. 3.3 with the stress term: error of the change of χ",
    "3.2": "Eq. 3.2: error of the change of χ_rel",
}


@own_look
def exact_figure(run: ExactRun, path: Path) -> None:
    """Draw relative errors and the change itself against x = γ²/(ρc_t² r³ ε), as PNG, SVG or PDF.

    Raises RunFileError unless the run is finished.
    """
    cases = exact_cases(run)
    figure = Figure(figsize=(11.0, 8.0), layout="constrained")
    panels = figure.subplots(2, 2, sharex=True)
    for ax, formula in zip(panels.flat, TITLES, strict=False):
        errors = [case.errors[formula] for case in cases]
        _draw(ax, cases, [e.value for e in errors], [e.stderr for e in errors])
        low = min(ax.get_ylim()[0], 0.5 * RIGHT)
        ax.axhspan(low, RIGHT, color="0.5", alpha=0.12, linewidth=0)
        ax.set_ylim(bottom=low)
        ax.axhline(1.0, color="0.3", linestyle=":", linewidth=1.0)
        ax.set_title(TITLES[formula], loc="left", parse_math=False)
        ax.set_ylabel("mean |error| / mean |change|")
    last = panels[1, 1]
    changes = [case.relative_change for case in cases]
    _draw(last, cases, [c.value for c in changes], [c.stderr for c in changes])
    last.set_title("the exact change itself", loc="left")
    last.set_ylabel(r"mean $|\delta\chi|$ / mean $|\bar\chi|$")
    for ax in panels[1]:
        ax.set_xlabel(r"$\gamma^2/(\rho c_t^2\,r^3\,\epsilon)$")
    panels[1, 0].legend(fontsize=8, loc="lower left", ncols=2)
    figure.suptitle(f"{ensemble_text(run)}. Shaded: right to 10%", parse_math=False)
    save(figure, path)


def _draw(ax: Axes, cases: list[ExactCase], values: list[float], stderr: list[float]) -> None:
    """A line for each temperature, a marker for each distance."""
    temperatures = list(dict.fromkeys(case.temperature for case in cases))
    distances = list(dict.fromkeys(case.distance for case in cases))
    x = np.array([case.coupling for case in cases])
    y, error = np.array(values), np.array(stderr)
    for colour, t in zip(np.linspace(0.0, 0.88, len(temperatures)), temperatures, strict=True):
        shade = matplotlib.colormaps["viridis"](colour)
        own = np.array([case.temperature == t for case in cases])
        order = np.argsort(x[own], kind="stable")
        ax.plot(x[own][order], y[own][order], color=shade, label=f"$k_B T/\\epsilon$ = {t:g}")
        for k, d in enumerate(distances):
            at = own & np.array([case.distance == d for case in cases])
            marker = MARKERS[k % len(MARKERS)]
            style: dict[str, Any] = {
                "color": shade,
                "markersize": 4 + 3 * k,
                "markerfacecolor": _face(k, shade),
            }
            ax.errorbar(x[at], y[at], error[at], fmt=marker, **style)
    for k, d in enumerate(distances if len(distances) > 1 else []):
        style = {
            "color": "0.4",
            "markersize": 4 + 3 * k,
            "markerfacecolor": _face(k, "0.4"),
        }
        ax.plot([], [], MARKERS[k % len(MARKERS)], label=f"r/L = {d:g}", **style)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.grid(alpha=0.25)


def _face(distance: int, colour: Any) -> Any:
    """Filled for the first distance; the others are open and larger, as they often coincide."""
    return colour if distance == 0 else "none"
