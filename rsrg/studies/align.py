"""Datasets of many runs as one, with further dimensions in front; NaN where a run has nothing.

Runs need not have the same glasses, readings, strains or number of steps: each axis of the result
holds what any of them has.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rsrg.errors import RunFileError
from rsrg.storage.layout import ENTRIES, Entry


@dataclass(frozen=True)
class Axis:
    """A dimension that the runs do not have: values of a dotted key.

    Or the number of the run, with key "" and further columns of values along it.
    """

    name: str
    key: str
    values: tuple[Any, ...]
    columns: dict[str, tuple[Any, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """The datasets of one run, and its place along the axes."""

    path: Path
    place: tuple[int, ...]
    datasets: dict[str, Any]


Scales = dict[str, list[Any]]


def stacked(axes: Sequence[Axis], parts: Sequence[Part]) -> tuple[dict[str, Any], dict[str, Entry]]:
    """All datasets of the parts and their entries, the axes and their values first.

    Raises RunFileError where two parts hold different values for one place.
    """
    scales = _scales(parts)
    datasets: dict[str, Any] = {f"axes/{a.name}": _column(a.values) for a in axes}
    entries = {f"axes/{a.name}": _axis_entry(a) for a in axes}
    for axis in axes:
        for name, values in axis.columns.items():
            datasets[f"axes/{name}"] = _column(values)
            entries[f"axes/{name}"] = Entry((axis.name,), "", f"parameter of each run: {name}")
    for dim, labels in scales.items():
        datasets[f"axes/{dim}"], entries[f"axes/{dim}"] = labels, ENTRIES[f"axes/{dim}"]
    for name in dict.fromkeys(n for part in parts for n in part.datasets):
        if name.removeprefix("axes/") not in scales:
            datasets[name], entries[name] = _stack(name, axes, parts, scales)
    return datasets, entries


def _axis_entry(axis: Axis) -> Entry:
    told = f"swept over: {axis.key}" if axis.key else "number of the run"
    return Entry((axis.name,), "", told)


def _column(values: Sequence[Any]) -> list[Any]:
    """The values of an axis: numbers as they are, all else as texts."""
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    return list(values) if numbers else [str(v) for v in values]


def _scales(parts: Sequence[Part]) -> Scales:
    """The labels along each axis that the runs have: all that any of them has."""
    scales: Scales = {}
    for part in parts:
        for name, values in part.datasets.items():
            if ENTRIES[name].dims == (name.removeprefix("axes/"),):
                scales.setdefault(ENTRIES[name].dims[0], []).extend(_labels(values))
    return {dim: _union(labels) for dim, labels in scales.items()}


def _labels(values: Any) -> list[Any]:
    return list(np.asarray(values).tolist())


def _union(labels: list[Any]) -> list[Any]:
    distinct = list(dict.fromkeys(labels))
    return distinct if isinstance(distinct[0], str) else sorted(distinct)


def _stack(
    name: str, axes: Sequence[Axis], parts: Sequence[Part], scales: Scales
) -> tuple[Any, Entry]:
    """One dataset of all parts. Of the axes, one that all runs agree on gets no new dimension."""
    entry = ENTRIES[name]
    if name.startswith("axes/"):
        values = _filled(name, (), [Part(p.path, (), p.datasets) for p in parts], scales)
        if values is not None:
            return values, entry
    values = _filled(name, tuple(len(a.values) for a in axes), parts, scales)
    if values is None:
        raise RunFileError(
            f"merged runs must not hold different values of {name} for one place; "
            f"among {', '.join(str(p.path) for p in parts)} some do"
        )
    dims = (*(a.name for a in axes), *entry.dims)
    return values, Entry(dims, entry.units, entry.long_name, entry.equation)


def _filled(name: str, sizes: tuple[int, ...], parts: Sequence[Part], scales: Scales) -> Any:
    """Every part's values at their place, nothing elsewhere; None where two parts disagree."""
    dims, having = ENTRIES[name].dims, [p for p in parts if name in p.datasets]
    text = np.asarray(having[0].datasets[name]).dtype.kind in "UO"
    shape = (*sizes, *(len(scales[d]) for d in dims))
    target: Any = np.full(shape, "", dtype=object) if text else np.full(shape, np.nan)
    taken = np.zeros(shape, dtype=bool)
    for part in having:
        where = np.ix_(*(_positions(part, d, scales) for d in dims))
        values, inner, seen = part.datasets[name], target[part.place], taken[part.place]
        agree = (inner[where] == values) | ((values != values) & (inner[where] != inner[where]))
        if not np.all(agree | ~seen[where]):
            return None
        inner[where], seen[where] = values, True
    whole = np.asarray(having[0].datasets[name]).dtype.kind == "i" and bool(taken.all())
    return target.astype(np.int64) if whole else target


def _positions(part: Part, dim: str, scales: Scales) -> list[int]:
    number = {label: i for i, label in enumerate(scales[dim])}
    return [number[label] for label in _labels(part.datasets[f"axes/{dim}"])]
