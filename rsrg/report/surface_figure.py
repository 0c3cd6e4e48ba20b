"""The picture of a failure surface: the plane of two strains, one panel for each reading."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rsrg.physics.failure_surface import Plane, Surface
from rsrg.physics.readings import Reading
from rsrg.physics.sign import SIGN_NAMES, Sign
from rsrg.report.style import BLUE, ORANGE, own_look, save

COLOURS: dict[Sign, str] = {"paper": BLUE, "hamiltonian": ORANGE}
MARKERS: dict[Sign, str] = {"paper": "o", "hamiltonian": "s"}
SHOWN = 2.0  # strain, to each side


@own_look
def surface_figure(
    title: str,
    plane: Plane,
    surfaces: Mapping[tuple[Reading, str, Sign], Surface],
    path: Path,
) -> None:
    """Draw failure surfaces into a PNG, SVG or PDF.

    surfaces: by reading, source (`sum`, with markers, or `continuum`, a line) and sign.
    """
    readings = list(dict.fromkeys(reading for reading, _, _ in surfaces))
    figure = Figure(figsize=(0.6 + 4.8 * len(readings), 5.6), layout="constrained")
    axes = figure.subplots(1, len(readings), squeeze=False, sharex=True, sharey=True)[0]
    for ax, reading in zip(axes, readings, strict=True):
        for (of, source, sign), surface in surfaces.items():
            if of == reading:
                _draw(ax, surface, source, sign)
        _limit(ax, next(iter(surfaces.values())))
        _frame(ax, plane, str(reading))
    axes[0].set_ylabel(f"strain {plane.names[1]}")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, fontsize="small")
    figure.suptitle(title, parse_math=False)
    save(figure, path)


def _draw(ax: Axes, surface: Surface, source: str, sign: Sign) -> None:
    """A closed curve of a surface; it is open where nothing fails."""
    angles, strain = (np.append(v, v[:1]) for v in (surface.angles, surface.strain))
    x, y = strain * np.cos(angles), strain * np.sin(angles)
    label = f"{'sum over blocks' if source == 'sum' else 'continuum'}, {SIGN_NAMES[sign]}"
    style = (
        {"marker": MARKERS[sign], "markersize": 3.5, "linewidth": 0.8}
        if source == "sum"
        else {"linestyle": "--", "linewidth": 1.4}
    )
    ax.plot(x, y, color=COLOURS[sign], label=label, **style)  # type: ignore[arg-type]


def _limit(ax: Axes, surface: Surface) -> None:
    """The edge of the strains that were searched."""
    angles, limit = (np.append(v, v[:1]) for v in (surface.angles, surface.limit))
    ax.fill(
        limit * np.cos(angles),
        limit * np.sin(angles),
        facecolor="0.94",
        edgecolor="0.6",
        linewidth=0.8,
        zorder=0,
        label="strains that were searched",
    )


def _frame(ax: Axes, plane: Plane, title: str) -> None:
    ax.axhline(0.0, color="black", linewidth=0.6)
    ax.axvline(0.0, color="black", linewidth=0.6)
    ax.plot(0.0, 0.0, "+", color="black")
    ax.set(xlim=(-1.1, SHOWN), ylim=(-1.1, SHOWN), aspect="equal", title=title)
    ax.set_xlabel(f"strain {plane.names[0]}")
    ax.grid(alpha=0.25)
