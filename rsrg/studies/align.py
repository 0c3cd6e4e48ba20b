"""Datasets of many runs put into one, with further dimensions in front; NaN where a run has none.

Runs need not have the same glasses, readings, strains or number of steps: each axis of the result
holds what any of them has.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from rsrg.errors import RunFileError
from rsrg.storage.entry import Entry
from rsrg.storage.layout import ENTRIES


@dataclass(frozen=True)
class Axis:
    """A new dimension along which runs differ: the values of one dotted key.

    Or the number of the run: then key is "", and columns hold several values for each run.
    """

    name: str
    key: str
    values: tuple[Any, ...]
    columns: dict[str, tuple[Any, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class RunArrays:
    """The datasets of one run, and its index along each of the new axes."""

    path: Path
    place: tuple[int, ...]
    datasets: dict[str, Any]


Scales = dict[str, list[Any]]


@dataclass(frozen=True)
class OwnRange:
    """Which part of the aligned datasets is a run's own.

    axes: of each axis the indices of its labels, or their number n where they are the first n; left
    out where it has all. integers: its datasets of whole numbers.
    """

    axes: dict[str, int | list[int]]
    integers: list[str]


def own_ranges(runs: Sequence[RunArrays]) -> list[OwnRange]:
    """The own range of each run, in datasets of `align_runs`."""
    scales = _scales(runs)
    return [
        OwnRange(
            axes={
                dim: _short(positions)
                for dim, labels in scales.items()
                if f"axes/{dim}" in run.datasets
                and (positions := _positions(run, dim, scales)) != list(range(len(labels)))
            },
            integers=[n for n, v in run.datasets.items() if np.asarray(v).dtype.kind == "i"],
        )
        for run in runs
    ]


def _short(positions: list[int]) -> int | list[int]:
    count = len(positions)
    return count if positions == list(range(count)) else positions


def align_runs(
    axes: Sequence[Axis], runs: Sequence[RunArrays]
) -> tuple[dict[str, Any], dict[str, Entry]]:
    """All datasets of the runs and their entries, the axes and their values first.

    Raises RunFileError where two runs hold different values for one place.
    """
    scales = _scales(runs)
    datasets: dict[str, Any] = {f"axes/{a.name}": axis_values(a.values) for a in axes}
    entries = {f"axes/{a.name}": _axis_entry(a) for a in axes}
    for axis in axes:
        for name, values in axis.columns.items():
            datasets[f"axes/{name}"] = axis_values(values)
            entries[f"axes/{name}"] = Entry((axis.name,), "", f"parameter of each run: {name}")
    for dim, labels in scales.items():
        datasets[f"axes/{dim}"], entries[f"axes/{dim}"] = labels, ENTRIES[f"axes/{dim}"]
    for name in dict.fromkeys(n for run in runs for n in run.datasets):
        if name.removeprefix("axes/") not in scales:
            datasets[name], entries[name] = _align(name, axes, runs, scales)
    return datasets, entries


def _axis_entry(axis: Axis) -> Entry:
    meaning = f"swept over: {axis.key}" if axis.key else "number of the run"
    return Entry((axis.name,), "", meaning)


def axis_values(values: Sequence[Any]) -> list[Any]:
    """The values of an axis: numbers unchanged, anything else as texts."""
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    return list(values) if numbers else [str(v) for v in values]


def _scales(runs: Sequence[RunArrays]) -> Scales:
    """The labels along each axis that runs already have: the union over all runs."""
    scales: Scales = {}
    for run in runs:
        for name, values in run.datasets.items():
            if ENTRIES[name].dims == (name.removeprefix("axes/"),):
                scales.setdefault(ENTRIES[name].dims[0], []).extend(_labels(values))
    return {dim: _union(labels) for dim, labels in scales.items()}


def _labels(values: Any) -> list[Any]:
    return list(np.asarray(values).tolist())


def _union(labels: list[Any]) -> list[Any]:
    distinct = list(dict.fromkeys(labels))
    return distinct if isinstance(distinct[0], str) else sorted(distinct)


def _align(
    name: str, axes: Sequence[Axis], runs: Sequence[RunArrays], scales: Scales
) -> tuple[Any, Entry]:
    """One dataset of all runs. In the group `axes`, one equal in all runs gets no new dimension."""
    entry = ENTRIES[name]
    if name.startswith("axes/"):
        values = _filled(name, (), [RunArrays(p.path, (), p.datasets) for p in runs], scales)
        if values is not None:
            return values, entry
    values = _filled(name, tuple(len(a.values) for a in axes), runs, scales)
    if values is None:
        raise RunFileError(
            f"merged runs must not hold different values of {name} for one place; "
            f"among {', '.join(str(p.path) for p in runs)} some do"
        )
    dims = (*(a.name for a in axes), *entry.dims)
    return values, replace(entry, dims=dims)


def _filled(name: str, sizes: tuple[int, ...], runs: Sequence[RunArrays], scales: Scales) -> Any:
    """Every run's values at their indices, else NaN or ""; None where two runs disagree."""
    dims, having = ENTRIES[name].dims, [p for p in runs if name in p.datasets]
    text = np.asarray(having[0].datasets[name]).dtype.kind in "UO"
    shape = (*sizes, *(len(scales[d]) for d in dims))
    target: Any = np.full(shape, "", dtype=object) if text else np.full(shape, np.nan)
    taken = np.zeros(shape, dtype=bool)
    for run in having:
        where = np.ix_(*(_positions(run, d, scales) for d in dims))
        values, inner, seen = run.datasets[name], target[run.place], taken[run.place]
        agree = (inner[where] == values) | ((values != values) & (inner[where] != inner[where]))
        if not np.all(agree | ~seen[where]):
            return None
        inner[where], seen[where] = values, True
    whole = np.asarray(having[0].datasets[name]).dtype.kind == "i" and bool(taken.all())
    return target.astype(np.int64) if whole else target


def _positions(run: RunArrays, dim: str, scales: Scales) -> list[int]:
    number = {label: i for i, label in enumerate(scales[dim])}
    return [number[label] for label in _labels(run.datasets[f"axes/{dim}"])]
