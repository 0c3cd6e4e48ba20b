"""What all pictures share: colours, file formats, the axis of lengths."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from rsrg.errors import RunFileError
from rsrg.results.run import Run

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")  # Okabe and Ito
FORMATS = (".png", ".svg", ".pdf")


def save(figure: Figure, path: Path) -> None:
    """Write a picture. Raises RunFileError for another ending, or where it cannot be written."""
    if path.suffix not in FORMATS:
        raise RunFileError(f"a picture must end in {', '.join(FORMATS)}; got {path}")
    try:
        figure.savefig(path, dpi=150)
    except OSError as error:
        raise RunFileError(f"cannot write the picture {path}: {error.strerror}") from error


def sizes(run: Run) -> tuple[np.ndarray, str]:
    """L of every generation in metres, or in L₁ where the run knows no metres."""
    ratios = run.read("axes/generation_length_ratio")
    if "axes/length" in run.snapshot:
        return ratios * (run.read("axes/length")[0] / ratios[1]), "m"
    return ratios, "$L_1$"
