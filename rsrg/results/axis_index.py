"""Which entry of a named axis of a run is meant: a name, or a strain of the grid."""

import numpy as np

from rsrg.errors import RunFileError
from rsrg.results.opened_file import OpenedFile
from rsrg.results.run import Run


def axis_index(run: OpenedFile, axis: str, name: str) -> int:
    """The index of a name on an axis of a run, or of merged runs: material, reading or channel.

    Raises RunFileError, listing the names, for an unknown one.
    """
    names = [str(n) for n in run.read(f"axes/{axis}")]
    if name not in names:
        raise RunFileError(f"`{axis}` must be one of {', '.join(names)}; got {name!r} ({run.path})")
    return names.index(name)


def nearest_strain(run: Run, strain: float) -> int:
    """The index of the strain of the grid that is nearest to this one.

    Raises RunFileError for a strain outside the grid.
    """
    strains = run.read("axes/strain")
    if not strains[0] <= strain <= strains[-1]:
        raise RunFileError(
            f"`strain` must lie on the grid, {strains[0]:g} … {strains[-1]:g}; got {strain:g} "
            f"({run.path})"
        )
    return int(np.abs(strains - strain).argmin())
