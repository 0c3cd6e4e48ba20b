"""The records of merged runs: what `open_run` needs to give each of them again."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from rsrg.results.member_record import ENTRY, RECORD, MemberRecord
from rsrg.results.run import Run, open_single_run
from rsrg.storage.entry import Entry
from rsrg.studies.align import Axis, OwnRange, RunArrays, axis_values, own_ranges
from rsrg.studies.seeds import SeedGroup, chunks_per_seed

Described = tuple[str, Entry, list[Any]]
ASIDE = ("axes/session", "axes/monomial")


def kept_aside(name: str) -> bool:
    """Whether a dataset is not merged, but kept in the record of its run."""
    return name.startswith(("checkpoint/", "provenance/")) or name in ASIDE


def member_records(
    axes: Sequence[Axis], rows: Sequence[SeedGroup], arrays: Sequence[RunArrays]
) -> list[Described]:
    """The datasets with a record of each run, or of each group of pooled seeds."""
    names = _names([_name(group) for group in rows])
    datasets = list(dict.fromkeys(name for array in arrays for name in array.datasets))
    texts = [
        _record(name, axes, group, array.place, own, datasets).text()
        for name, group, array, own in zip(names, rows, arrays, own_ranges(arrays), strict=True)
    ]
    axis = Entry(("result",), "1", "number of the result: of one run, or of pooled seeds")
    return [("axes/result", axis, list(range(len(rows)))), (RECORD, ENTRY, texts)]


def _name(group: SeedGroup) -> str:
    first = group[0].path.name
    return first if len(group) == 1 else f"pooled_{first}"


def _names(names: Sequence[str]) -> list[str]:
    """The names, each with its number where files in several folders have the same."""
    numbered = []
    for k, name in enumerate(names):
        before = names[:k].count(name)
        numbered.append(f"{before + 1}_{name}" if before else name)
    return numbered


def _record(
    name: str,
    axes: Sequence[Axis],
    group: SeedGroup,
    place: tuple[int, ...],
    own: OwnRange,
    datasets: Sequence[str],
) -> MemberRecord:
    """The record of a run, of which `datasets` are merged."""
    runs = [open_single_run(run.path) for run in group]
    attributes = {k: _plain(v) for k, v in runs[0].attributes.items()}
    if len(group) > 1:
        attributes |= _pooled_attributes(group)
    rest = _joined([_aside(run) for run in runs])
    absent = [name for name in datasets if name not in runs[0].snapshot]
    for run in runs:
        run.close()
    parameters = dict(p for axis, k in zip(axes, place, strict=True) for p in _values(axis, k))
    return MemberRecord(
        name=name,
        parameters=parameters,
        place=list(place),
        attributes=attributes,
        axes=own.axes,
        integers=own.integers,
        absent=absent,
        rest=rest,
    )


def _values(axis: Axis, k: int) -> list[tuple[str, Any]]:
    """The parameters of a run at an index of an axis: one, or all columns of a list of runs."""
    columns = axis.columns or {axis.name: axis.values}
    return [(name, axis_values(values)[k]) for name, values in columns.items()]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _pooled_attributes(group: SeedGroup) -> dict[str, Any]:
    """The config of one run that drew all chunks, and the seeds that drew them."""
    first = group[0].config
    samples = sum(run.config.sampling.samples for run in group)
    sampling = first.sampling.model_copy(update={"samples": samples})
    config = first.model_copy(update={"sampling": sampling})
    return {
        "config": config.resolved(),
        "config_text": config.resolved(),
        "config_hash": config.digest(),
        "chunks_per_seed": json.dumps(chunks_per_seed(group)),
    }


def _aside(run: Run) -> dict[str, list[Any]]:
    names = [name for name in run.snapshot.names("") if kept_aside(name)]
    return {name: np.asarray(run.read(name)).tolist() for name in names}


def _joined(parts: Sequence[dict[str, list[Any]]]) -> dict[str, list[Any]]:
    """Of pooled seeds: the chunks done added, the sessions one after another."""
    joined = dict(parts[0])
    for part in parts[1:]:
        for name, values in part.items():
            if name.startswith("checkpoint/"):
                joined[name] = [a + b for a, b in zip(joined[name], values, strict=True)]
            elif name.startswith("provenance/"):
                joined[name] = joined[name] + values
    count = max(len(v) for n, v in joined.items() if n.startswith("provenance/"))
    return joined | {"axes/session": list(range(count))}
