"""The members of a study with their first failures: from a folder of runs, or a merged file."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any, Literal

import numpy as np

from rsrg.ensemble.pool_statistics import critical_quartiles
from rsrg.errors import RunFileError
from rsrg.physics.arrays import Array
from rsrg.physics.loading import outward
from rsrg.results.any_run import open_stored_run
from rsrg.results.axes import generation_lengths
from rsrg.results.exact_run import ExactRun
from rsrg.results.run import Run
from rsrg.results.trajectory_run import MeanRecord, TrajectoryRun
from rsrg.results.trust import Level, trust, worst
from rsrg.storage.layout import SOURCES
from rsrg.storage.run_file import Snapshot
from rsrg.studies.collect import differing_settings
from rsrg.studies.status import RunStatus, State, statuses

Kind = Literal["flow", "trajectory", "exact"]
Place = tuple[str, str, str]  # glass, reading ("" for the log formula) and source


@dataclass(frozen=True)
class Failure:
    """A first failure: the strain e, NaN for none on the grid, and its standard error."""

    strain: float
    stderr: float


@dataclass(frozen=True)
class BlockFailures:
    """Quartiles of the critical strains of a pool's blocks, (generations, 3), infinite beyond.

    lengths: L of every generation, in m, or in L₁ where meters is False.
    """

    lengths: Array
    meters: bool
    quartiles: Array


@dataclass(frozen=True)
class Member:
    """One run of a study. path: None for one that lies in a merged file. note: of its status.

    kind: what it is; a flow, where that is not known. level: what the checks of a flow say; None
    where it has no results. means: of a finished trajectory.
    """

    name: str
    path: Path | None
    state: State
    done: int
    total: int
    parameters: dict[str, Any]
    failures: dict[Place, Failure] = field(default_factory=dict)
    blocks: dict[tuple[str, str], BlockFailures] = field(default_factory=dict)
    level: Level | None = None
    note: str = ""
    kind: Kind = "flow"
    means: tuple[MeanRecord, ...] = ()


def study_members(path: Path) -> list[Member]:
    """The runs of a folder, of its study if it has one.

    Raises RunFileError where there is no run at all.
    """
    rows = [row for group in statuses([path]) for row in group.runs if row.in_study is not False]
    if not rows:
        raise RunFileError(f"no run files at {path}")
    members = [_member(row) for row in rows]
    if any(row.parameters for row in rows):
        return [m for m, _ in members]
    configs = [config for _, config in members]
    known = differing_settings([c for c in configs if c is not None])
    parameters = iter(known)
    return [
        m if config is None else _with(m, next(parameters))
        for (m, _), config in zip(members, configs, strict=True)
    ]


def _with(member: Member, parameters: dict[str, Any]) -> Member:
    return Member(**{**vars(member), "parameters": parameters})


def _member(row: RunStatus) -> tuple[Member, Any]:
    """A member by its status, with its results if it has them; and its config."""
    path = Path(row.path)
    common: dict[str, Any] = {
        "name": path.name, "path": path, "state": row.state, "done": row.done, "total": row.total,
        "parameters": row.parameters, "note": row.note,
    }  # fmt: skip
    if row.state in ("missing", "damaged"):
        return Member(**common), None
    with closing(open_stored_run(path)) as run:
        if isinstance(run, TrajectoryRun):
            means = tuple(run.means()) if run.status == "finished" else ()
            return Member(**common, kind="trajectory", means=means), None
        if isinstance(run, ExactRun):
            return Member(**common, kind="exact"), None
        if run.status != "finished":
            return Member(**common), run.config
        level = worst(trust(run))
        return Member(
            **common, failures=_failures(run), blocks=_blocks(run), level=level
        ), run.config


def first_failure(strains: Array, errors: Array) -> Failure:
    """The critical strain nearest to e = 0, of (crossings,), NaN for none."""
    order = outward(strains)
    if not order:
        return Failure(np.nan, np.nan)
    return Failure(float(strains[order[0]]), float(errors[order[0]]))


def _failures(run: Run) -> dict[Place, Failure]:
    failures = {}
    for source in run.sources():
        strains = run.values("critical/strain", source)
        errors = run.read("critical/strain_stderr") if source == "lattice" else 0.0 * strains
        for i, glass in enumerate(run.read("axes/material")):
            for j, reading in enumerate(run.readings(source)):
                at = (i, j) if reading else (i,)
                failures[str(glass), reading, source] = first_failure(strains[at], errors[at])
    return failures


def _blocks(run: Run) -> dict[tuple[str, str], BlockFailures]:
    if "pool/critical_strain" not in run.snapshot:
        return {}
    ratios, meters = generation_lengths(run.config), "axes/length" in run.snapshot
    lengths = ratios * (run.read("axes/length")[0] / ratios[1]) if meters else ratios
    quartiles = critical_quartiles(run.read("pool/critical_strain"))
    return {
        (str(glass), str(reading)): BlockFailures(lengths, meters, quartiles[i, :, j])
        for i, glass in enumerate(run.read("axes/material"))
        for j, reading in enumerate(run.read("axes/reading"))
    }


def merged_members(snapshot: Snapshot) -> list[Member]:
    """Each place along the swept dimensions of a merged file at which there is a run.

    Raises RunFileError where the file holds no critical strains.
    """
    return list(_merged_members(snapshot))


def _merged_members(snapshot: Snapshot) -> Iterator[Member]:
    results = [s for s in SOURCES if f"critical/strain{SOURCES[s].suffix}" in snapshot]
    if not results:
        raise RunFileError(f"{snapshot.path} holds no critical strains of runs")
    first = SOURCES[results[0]]
    dims = snapshot.dimensions(f"critical/strain{first.suffix}")
    swept = dims[: dims.index("material")]
    labels = [snapshot.read(f"axes/{d}").tolist() for d in swept]
    columns = {d: _columns(snapshot, d) for d in swept}
    for place in product(*(range(len(values)) for values in labels)):
        parameters: dict[str, Any] = {}
        for d, values, k in zip(swept, labels, place, strict=True):
            parameters |= {n: c[k] for n, c in columns[d].items()} or {d: values[k]}
        failures = dict(_merged_failures(snapshot, results, place))
        name = ", ".join(f"{k} = {v}" for k, v in parameters.items()) or snapshot.path.name
        yield Member(name, None, "finished", 0, 0, parameters, failures)


def _columns(snapshot: Snapshot, dim: str) -> dict[str, list[Any]]:
    """The parameters of the runs of a merged file that span no grid, by name."""
    if dim != "run":
        return {}
    names = [n for n in snapshot.file["axes"] if snapshot.dimensions(f"axes/{n}") == ("run",)]
    return {n: snapshot.read(f"axes/{n}").tolist() for n in names}


def _merged_failures(
    snapshot: Snapshot, sources: Sequence[str], place: tuple[int, ...]
) -> Iterator[tuple[Place, Failure]]:
    glasses = [str(m) for m in snapshot.read("axes/material")]
    for source in sources:
        suffix = SOURCES[source].suffix
        strains = snapshot.read(f"critical/strain{suffix}")[place]
        errors = snapshot.read("critical/strain_stderr")[place] if suffix == "" else 0.0 * strains
        has_readings = strains.ndim == 3
        readings = [str(r) for r in snapshot.read("axes/reading")] if has_readings else [""]
        for i, glass in enumerate(glasses):
            for j, reading in enumerate(readings):
                at = (i, j) if has_readings else (i,)
                yield (glass, reading, source), first_failure(strains[at], errors[at])
