"""What all pictures share: colours, file formats, the axis of lengths.

Figures are made without pyplot, so that no backend is chosen for the user's own plots.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from rsrg.errors import RunFileError

BLUE, ORANGE, GREEN, PINK, YELLOW, SKY = COLOURS = (  # Okabe and Ito
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
)
MARKERS = "osD^v<"  # as many, so that nothing is told by colour alone
MARKER_SIZE = 3.5  # points
FORMATS = (".png", ".svg", ".pdf")


def check_format(path: Path) -> None:
    """Raise RunFileError unless the name of a picture ends as one of FORMATS."""
    if path.suffix not in FORMATS:
        raise RunFileError(f"a picture must end in {', '.join(FORMATS)}; got {path}")


def save(figure: Figure, path: Path) -> None:
    """Write a picture. Raises RunFileError for another ending, or where it cannot be written."""
    check_format(path)
    try:
        figure.savefig(path, dpi=150)
    except OSError as error:
        raise RunFileError(f"cannot write the picture {path}: {error.strerror}") from error


def length_axis(ax: Axes, lengths: Sequence[float] | np.ndarray) -> None:
    """A logarithmic axis that holds these lengths, with some room."""
    ax.set_xscale("log")
    if len(lengths):
        ax.set_xlim(0.8 * min(lengths), 1.25 * max(lengths))
    ax.xaxis.set_minor_formatter(NullFormatter())
