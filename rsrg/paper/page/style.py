"""How the paper's figures look here: colours, sizes, and saving as PNG and SVG."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rsrg.errors import RsrgError
from rsrg.physics.arrays import Array
from rsrg.report.style import BLUE, ORANGE

READING_COLOURS = {"fixed/ellipsoid": ORANGE, "affine/sphere": BLUE}
N0_STYLES: dict[int, dict[str, Any]] = {
    2: {"linestyle": "-", "marker": "o"},
    3: {"linestyle": "--", "marker": "s"},
    8: {"linestyle": ":", "marker": "^"},
}
RC: dict[Any, Any] = {
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.grid": True,
    "grid.alpha": 0.22,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "svg.hashsalt": "rsrg",
    "svg.fonttype": "none",
}


def save(figure: Figure, folder: Path, stem: str) -> list[Path]:
    """Write stem.png and stem.svg; the same numbers give the same bytes.

    Raises RsrgError where they cannot be written.
    """
    paths = [folder / f"{stem}.png", folder / f"{stem}.svg"]
    try:
        figure.savefig(paths[0], dpi=150)
        figure.savefig(paths[1], metadata={"Date": None})
    except OSError as error:
        raise RsrgError(
            f"cannot write the figure {folder / stem}: {error.strerror or error}"
        ) from error
    return paths


def broken_at_poles(y: Array, low: float, high: float) -> Array:
    """y with NaN where it jumps from beyond one limit to beyond the other, so no line is drawn."""
    y = np.where(np.isfinite(y), y, np.nan)
    jump = np.flatnonzero(np.abs(np.diff(y)) > (high - low))
    broken = y.copy()
    broken[jump] = np.nan
    return broken


def panel_letter(ax: Axes, letter: str) -> None:
    """(a), (b) in the corner above the axes."""
    ax.set_title(f"({letter})", loc="left", fontweight="bold")
