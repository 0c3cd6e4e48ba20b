"""What all pictures share: colours, file formats, the axis of lengths.

Figures are made without pyplot, so that no backend is chosen for the user's own plots.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib import rc_context, rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

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
FORMATS = (".png", ".svg", ".pdf")


# A date in a picture would make two of the same numbers differ.
NO_DATE: dict[str, dict[str, None]] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}


def check_format(path: Path) -> None:
    """Raise RunFileError unless the name of a picture ends as one of FORMATS."""
    if path.suffix not in FORMATS:
        raise RunFileError(f"a picture must end in {', '.join(FORMATS)}; got {path}")


def save(figure: Figure, path: Path, dpi: int = 150) -> None:
    """Write a picture; the same picture gives the same bytes.

    Raises RunFileError for another ending, or where it cannot be written.
    """
    check_format(path)
    try:
        with rc_context({"svg.hashsalt": "rsrg"}):  # or its identifiers are random
            figure.savefig(path, dpi=dpi, metadata=NO_DATE.get(path.suffix))
    except OSError as error:
        raise RunFileError(f"cannot write the picture {path}: {error.strerror}") from error


def marker_size() -> float:
    """Of the points of a curve, in points: small beside the markers of the style that is used."""
    return 0.6 * float(rcParams["lines.markersize"])


def length_axis(ax: Axes, lengths: Sequence[float] | np.ndarray) -> None:
    """A logarithmic axis that holds these lengths, with some room."""
    ax.set_xscale("log")
    if len(lengths):
        ax.set_xlim(0.8 * min(lengths), 1.25 * max(lengths))
        if max(lengths) < 100.0 * min(lengths):  # few powers of ten to be labelled
            ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 3.0)))
    ax.xaxis.set_minor_formatter(NullFormatter())
