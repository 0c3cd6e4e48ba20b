"""A dataset of a run as an array of xarray: named axes with their coordinates, and units."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import xarray

    from rsrg.results.opened_file import OpenedFile


def data_array(run: "OpenedFile", name: str) -> "xarray.DataArray":
    """A dataset with all axes of the run that go along its own, such as L_n with the steps.

    Raises RunFileError, naming the nearest dataset, where there is none of this name.
    """
    import xarray  # starts slowly, and commands need none

    values = run.read(name)
    entry = run.entry(name)
    axes = {path: run.entry(path) for path in run if path.startswith("axes/")}
    coordinates = {
        path.removeprefix("axes/"): (along.dims, _own(run.read(path)), along.attributes)
        for path, along in axes.items()
        if len(along.dims) == 1 and along.dims[0] in entry.dims
    }
    return xarray.DataArray(
        _own(values),
        dims=entry.dims,
        coords=coordinates,
        name=name.strip("/").rpartition("/")[2],
        attrs=entry.attributes,
    )


def data_tree(run: "OpenedFile", names: Iterable[str]) -> "xarray.DataTree":
    """Datasets as a tree of xarray, one node for each group, each with the axes it needs."""
    import xarray

    groups: dict[str, dict[str, Any]] = {}
    for path in names:
        group, _, name = path.partition("/")
        groups.setdefault(group, {})[name] = data_array(run, path)
    nodes = {f"/{group}": xarray.Dataset(arrays) for group, arrays in groups.items()}
    return xarray.DataTree.from_dict({"/": xarray.Dataset(attrs=run.attributes), **nodes})


def _own(values: Any) -> Any:
    """A copy, so that a change of it does not change the run; texts as those of numpy."""
    return np.array(values, dtype=str if values.dtype == object else None)
