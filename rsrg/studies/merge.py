"""Many finished runs in one file, with their swept parameters as named dimensions.

Results are merged, and the raw chunk means from which they follow: NaN beyond the chunks that a run
has, those of pooled seeds one after another as `members` lists them. Runs may also differ in their
glasses, readings or strains: these have axes already, and the merged file has all of them. A record
of each run says which part is its own, so that `open_run` gives each of them again.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from rsrg.errors import ConfigError, RunFileError
from rsrg.execution.clock import CLOCK
from rsrg.physics.arguments import as_list
from rsrg.results.run import open_single_run
from rsrg.storage import provenance
from rsrg.storage.atomic import given_path, make_folder, save
from rsrg.storage.encoding import SCHEMA_VERSION, encode
from rsrg.storage.entry import Entry
from rsrg.storage.layout import AXES, FROM_CHUNK_MEANS, is_raw
from rsrg.storage.run_file import MERGED, SUFFIXES
from rsrg.studies.align import Axis, RunArrays, align_runs
from rsrg.studies.collect import Collected, Collection, collect
from rsrg.studies.index import cell
from rsrg.studies.member_records import kept_aside, member_records
from rsrg.studies.seeds import POOLED, SeedGroup, pooled_results, seed_groups

WITH_AXIS = ("materials", "readings")  # runs that differ in these are merged along existing axes


Described = tuple[str, Entry, list[Any]]


@dataclass(frozen=True)
class Merged:
    """What was merged. sizes: every swept dimension with its length."""

    path: Path
    runs: int
    sizes: dict[str, int]
    notes: tuple[str, ...]


def merge(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    output: str | os.PathLike[str],
    *,
    pool_seeds: bool = False,
    raw: bool = True,
) -> Merged:
    """Put finished runs into one file, with what they were swept over as named dimensions.

    paths: the folder of a sweep; or run files, and folders of them.
    output: of the file to write, which must not exist yet; it ends in .h5 or .hdf5.
    pool_seeds: make the seeds of one config one result, as if one run had drawn all of them.
    raw: with the raw chunk means; without them the file is much smaller.

    Returns a record of what was merged: path, runs (how many), sizes (of every swept dimension, by
    its name) and notes. `open_run` opens the file, and so does xarray.open_datatree.

    Raises ConfigError where the file is not named as one of HDF5; RunFileError where it exists or
    cannot be written, where a run is not finished, twice there or no run of a flow, where the runs
    differ in parameters that span no grid, or where two runs hold results for the same place.

    Example:
        Two sizes of super blocks, by the exact mean of the sum:

        >>> import tempfile, rsrg
        >>> config = {
        ...     "schema_version": 1,
        ...     "materials": [{"alpha": 0.7}],
        ...     "lengths": {"log_ratio": 3.0},
        ...     "blocks": {"n0": 2, "count": "volume"},
        ...     "strain": {"values": [0.0, 0.5, 2.0]},
        ...     "readings": ["fixed/ellipsoid"],
        ...     "sampling": {"estimator": "exact"},
        ... }
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = rsrg.sweep({"base": config, "product": {"blocks.n0": [2, 3]}}, f"{folder}/runs")
        ...     merged = rsrg.merge(f"{folder}/runs", f"{folder}/merged.h5")
        >>> merged.runs, merged.sizes
        (2, {'n0': 2})
    """
    given = [given_path(path) for path in as_list(paths)]
    return write_merged(collect(given), given_path(output), pool_seeds, raw)


def write_merged(
    collection: Collection, path: Path, pool_seeds: bool = False, raw: bool = True
) -> Merged:
    """Write the runs of a collection into one file; otherwise as `merge`."""
    if path.suffix not in SUFFIXES:
        raise ConfigError([f"a merged file must end in {' or '.join(SUFFIXES)}; got {path}"])
    if path.exists():
        raise RunFileError(f"{path} exists already; nothing is overwritten")
    rows = seed_groups(collection.runs) if pool_seeds else [(run,) for run in collection.runs]
    ignored = POOLED if pool_seeds else ()
    axes = _axes([group[0] for group in rows], ignored, collection.grid)
    arrays = [
        RunArrays(group[0].path, _place(axes, group[0], number), _results(group, pool_seeds, raw))
        for number, group in enumerate(rows)
    ]
    runs = [run for group in rows for run in group]
    datasets, entries = align_runs(axes, arrays)
    for name, entry, values in (*_members(rows), *member_records(axes, rows, arrays)):
        datasets[name], entries[name] = values, entry
    versions = sorted({run.versions for run in runs})
    make_folder(path)
    save(path, encode(_attributes(pool_seeds, versions), datasets, entries))
    sizes = {axis.name: len(axis.values) for axis in axes}
    return Merged(path, len(runs), sizes, tuple(_notes(versions, collection.left_out)))


def _notes(versions: Sequence[str], left_out: Sequence[Path]) -> Iterator[str]:
    if len(versions) > 1:
        yield "the runs were made with different software: " + " | ".join(versions)
    if left_out:
        yield f"left out, as their runs are merged already: {', '.join(p.name for p in left_out)}"


def _attributes(pooled: bool, versions: list[str]) -> dict[str, Any]:
    return {
        "filetype": MERGED,
        "schema_version": SCHEMA_VERSION,
        "seeds_pooled": pooled,
        "versions_differ": len(versions) > 1,
        "created": CLOCK.now(),
        "host": provenance.host(),
        **{f"{name}_version": v for name, v in provenance.versions().items()},
    }


def _axes(runs: Sequence[Collected], ignored: tuple[str, ...], grid: bool) -> list[Axis]:
    """A dimension for each parameter where they span a grid; else one, `run`, for all."""
    distinct = dict.fromkeys(key for run in runs for key in run.parameters)
    keys = [k for k in distinct if k not in ignored and k not in WITH_AXIS]
    if not grid:
        columns = {_name(k, keys): tuple(r.parameters.get(k) for r in runs) for k in keys}
        return [Axis("run", "", tuple(range(len(runs))), columns)]
    values = {k: _distinct([cell(r.parameters.get(k)) for r in runs]) for k in keys}
    present = {tuple(cell(r.parameters.get(k)) for k in keys) for r in runs}
    missing = next((p for p in product(*values.values()) if p not in present), None)
    if missing is not None:
        absent = ", ".join(f"{k} = {v}" for k, v in zip(keys, missing, strict=True))
        raise RunFileError(
            f"the parameters of merged runs must span a grid, or be a study's `zip` or `runs`; "
            f"they differ in {', '.join(keys)}, and there is no run with {absent}"
        )
    raw = {k: {cell(r.parameters.get(k)): r.parameters.get(k) for r in runs} for k in keys}
    return [Axis(_name(k, keys), k, tuple(raw[k][v] for v in values[k])) for k in keys]


def _distinct(values: Sequence[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


def _name(key: str, keys: Sequence[str]) -> str:
    """The last word of a dotted key; the whole key where that word is already taken."""
    last = [k.split(".")[-1] for k in keys]
    word = key.split(".")[-1]
    return word if last.count(word) == 1 and word not in AXES else key.replace(".", "_")


def _place(axes: Sequence[Axis], run: Collected, number: int) -> tuple[int, ...]:
    """The index of a run along each axis."""
    return tuple(
        number
        if axis.key == ""
        else [cell(v) for v in axis.values].index(cell(run.parameters.get(axis.key)))
        for axis in axes
    )


def _results(group: SeedGroup, pooled: bool, raw: bool) -> dict[str, Any]:
    """Axes, derived datasets and raw chunk means of a run, or of a group of runs."""
    run = open_single_run(group[0].path)
    names = [n for n in run if not (pooled and not n.startswith("axes/"))]
    datasets = {n: run.read(n) for n in names if n not in FROM_CHUNK_MEANS}
    if pooled:
        datasets |= pooled_results(group)
    if "axes/chunk" in datasets:
        chunks = len(datasets["axes/chunk"])
        datasets["coupling/chunks"] = np.full(len(run.read("axes/step")), chunks)
    run.close()
    return {n: values for n, values in datasets.items() if _merged(n, raw)}


def _merged(name: str, raw: bool) -> bool:
    """Whether a dataset goes into the merged file: an axis, a result, or a raw chunk mean."""
    if kept_aside(name):
        return False
    return raw or not (is_raw(name) or name == "axes/quartic")


def _members(rows: Sequence[SeedGroup]) -> list[Described]:
    """The datasets that describe each run, such as its file and seed."""
    runs = [run for group in rows for run in group]
    columns: dict[str, tuple[str, list[Any]]] = {
        "axes/member": ("number of the run", list(range(len(runs)))),
        "members/file": ("run file", [run.path.name for run in runs]),
        "members/config_hash": (
            "SHA-256 of all that changes its numbers",
            [r.digest for r in runs],
        ),
        "members/seed": ("seed", [run.config.sampling.seed for run in runs]),
        "members/samples": ("draws per step", [run.config.sampling.samples for run in runs]),
        "members/versions": ("software of its last session", [run.versions for run in runs]),
        "members/result": (
            "number of the result it is in, of which pooled seeds have one",
            [number for number, group in enumerate(rows) for _ in group],
        ),
    }
    return [
        (name, Entry(("member",), "", text), values) for name, (text, values) in columns.items()
    ]
