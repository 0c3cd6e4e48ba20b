"""What all pictures share: colours, file formats, the axis of lengths.

Figures are made without pyplot, so that no backend is chosen for the user's own plots.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np
from matplotlib import rc_context, rcParams, style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from rsrg.errors import RunFileError
from rsrg.storage.own_file import is_foreign

BLUE, ORANGE, GREEN, PINK, YELLOW, SKY = COLOURS = (  # Okabe and Ito
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
)
MARKERS = "osD^v<"  # as many, so that curves do not differ in colour alone
FORMATS = (".png", ".svg", ".pdf")


# A date in a picture would make two of the same numbers differ.
SOFTWARE = "rsrg, drawn with matplotlib"  # in each picture: who made it
METADATA: dict[str, dict[str, str | None]] = {
    ".png": {"Software": SOFTWARE},
    ".svg": {"Date": None, "Creator": SOFTWARE},
    ".pdf": {"CreationDate": None, "Creator": SOFTWARE},
}
P = ParamSpec("P")
T = TypeVar("T")


def own_look(draw: Callable[P, T]) -> Callable[P, T]:
    """Draw with matplotlib's own defaults, whatever a matplotlibrc file asks for, such as LaTeX."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> T:
        with style.context({}, after_reset=True):
            return draw(*args, **kwargs)

    return drawn


def require_own(path: Path) -> None:
    """Raise RunFileError where a picture would replace a file that rsrg did not make."""
    if is_foreign(path, SOFTWARE):
        raise RunFileError(
            f"{path} is there already, and rsrg did not make it, so it stays. Draw the picture "
            "elsewhere: rsrg report RUN --output FILE.png"
        )


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
            figure.savefig(path, dpi=dpi, metadata=METADATA[path.suffix])
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
