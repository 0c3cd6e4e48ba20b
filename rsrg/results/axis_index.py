"""Which entry of a named axis of a run is meant: a name, or a strain of the grid."""

import numpy as np

from rsrg.errors import RunFileError
from rsrg.physics.arguments import real_number, shown
from rsrg.results.name_index import name_index
from rsrg.results.opened_file import OpenedFile
from rsrg.results.run import Run


def axis_index(run: OpenedFile, axis: str, name: str) -> int:
    """The index of a name on an axis of a run, or of merged runs: material, reading or channel.

    Raises RunFileError, listing the names, for an unknown one.
    """
    return name_index(axis, name, [str(n) for n in run.read(f"axes/{axis}")], run.path)


def nearest_strain(run: Run, strain: float) -> int:
    """The index of the strain of the grid that is nearest to this one.

    Raises RunFileError for a strain outside the grid.
    """
    strains = run.read("axes/strain")
    e = real_number(strain)
    if e is None or not strains[0] <= e <= strains[-1]:
        given = shown(strain) if e is None else f"{e:g}"
        raise RunFileError(
            f"`strain` must lie on the grid, {strains[0]:g} … {strains[-1]:g}; got {given} "
            f"({run.path})"
        )
    return int(np.abs(strains - e).argmin())
