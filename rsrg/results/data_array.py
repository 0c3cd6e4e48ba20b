"""A dataset of a run as an array of xarray: named axes with their coordinates, and units."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from rsrg.storage.entry import Entry
from rsrg.storage.layout import AXES, ENTRIES

if TYPE_CHECKING:
    import xarray

    from rsrg.results.stored_run import StoredRun


def data_array(run: "StoredRun", name: str) -> "xarray.DataArray":
    """A dataset with all axes of the run that go along its own, such as L_n with the steps.

    Raises RunFileError, naming the nearest dataset, where there is none of this name.
    """
    import xarray  # starts slowly, and commands need none

    values = run.read(name)
    key = name.strip("/")
    entry = ENTRIES[key]
    coordinates = {
        axis: (along.dims, _own(run.read(f"axes/{axis}")), _attributes(along))
        for axis, along in AXES.items()
        if len(along.dims) == 1 and along.dims[0] in entry.dims and f"axes/{axis}" in run
    }
    return xarray.DataArray(
        _own(values),
        dims=entry.dims,
        coords=coordinates,
        name=key.rpartition("/")[2],
        attrs=_attributes(entry),
    )


def data_tree(run: "StoredRun", names: Iterable[str]) -> "xarray.DataTree":
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


def _attributes(entry: Entry) -> dict[str, str]:
    return entry.attributes
