"""Finished runs to be merged: which they are, and by which parameters they differ."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rsrg.config.resume_rules import flat
from rsrg.config.schema import Config
from rsrg.errors import NotARunError, RunFileError
from rsrg.formatting import shell_path
from rsrg.results.any_run import open_stored_run
from rsrg.results.exact_run import ExactRun
from rsrg.results.trajectory_run import TrajectoryRun
from rsrg.studies.index import read_index
from rsrg.studies.run_files import run_files
from rsrg.studies.status import RunStatus, run_status, run_statuses

WHOLE_SETTINGS = (
    "materials",
    "readings",
    "strain.values",
    "strain.tensor",
)  # each counts as one value, whatever keys it contains


@dataclass(frozen=True)
class Collected:
    """A finished run. parameters: the settings in which it differs from others, by dotted key."""

    path: Path
    config: Config
    digest: str
    versions: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Collection:
    """Runs, and whether their parameters span a grid or are a list of cases.

    left_out: files beside them that hold runs that are merged already.
    """

    runs: tuple[Collected, ...]
    grid: bool
    left_out: tuple[Path, ...] = ()


def collect(paths: Sequence[Path]) -> Collection:
    """The runs of a sweep's folder that its study asks for; or files, and folders of files.

    Raises RunFileError, naming every one of them, for runs that are not finished or no flows, and
    for two files that hold the same run; for a file of merged runs that is named itself.
    """
    index = read_index(paths[0]) if len(paths) == 1 and paths[0].is_dir() else None
    left_out: list[Path] = []
    if index is None:
        rows = list(_rows(paths, left_out))
    else:
        rows = [run_status(paths[0] / e.file, e) for e in index.runs if e.in_study]
    _require_finished(rows, paths)
    runs = [_collected(row) for row in rows]
    _require_distinct(runs)
    if index is None or index.kind != "product":
        runs = _by_differences(runs)
    return Collection(tuple(runs), index is None or index.kind == "product", tuple(left_out))


def _rows(paths: Sequence[Path], left_out: list[Path]) -> Iterator[RunStatus]:
    """The runs of files and folders; what is merged in these is added to `left_out`."""
    for path in paths:
        if path.is_dir():
            files = run_files(path)
            rows = list(run_statuses(files))
            known = {row.path for row in rows}
            left_out += [file for file in files if str(file) not in known]
            yield from rows
        else:
            yield _row(path)


def _row(path: Path) -> RunStatus:
    try:
        return run_status(path)
    except NotARunError:
        raise RunFileError(
            f"runs can be merged once; {path} holds merged runs already: name the files that it "
            "was merged from"
        ) from None


def _require_finished(rows: list[RunStatus], paths: Sequence[Path]) -> None:
    if not paths:
        raise RunFileError("`paths` must name at least one run file or folder; got none")
    if not rows:
        raise RunFileError(f"no run files at {', '.join(map(str, paths))}")
    unfinished = [f"{s.path} is {s.state}" for s in rows if s.state != "finished"]
    if unfinished:
        raise RunFileError("only finished runs can be merged; " + "; ".join(unfinished))


def _collected(row: RunStatus) -> Collected:
    run = open_stored_run(Path(row.path))
    if isinstance(run, ExactRun):
        raise RunFileError(
            f"only runs of a flow can be merged; {row.path} holds exact super blocks, whose "
            "strengths, distances and temperatures are axes of one run: "
            f"rsrg report {shell_path(row.path)}"
        )
    if isinstance(run, TrajectoryRun):
        raise RunFileError(
            f"only runs of a flow can be merged; {row.path} holds a trajectory: list the frames of "
            "several in one config, under `positions`"
        )
    versions = str(run.read("provenance/versions")[-1])
    digest = str(run.attributes["config_hash"])
    run.close()
    return Collected(Path(row.path), run.config, digest, versions, row.parameters)


def _require_distinct(runs: list[Collected]) -> None:
    first: dict[str, Path] = {}
    for run in runs:
        if run.digest in first:
            raise RunFileError(
                f"each run can be merged once; {first[run.digest]} and {run.path} hold the same, "
                f"with seed {run.config.sampling.seed}"
            )
        first[run.digest] = run.path


def _by_differences(runs: list[Collected]) -> list[Collected]:
    """The runs, with every setting in which their configs differ as a parameter."""
    parameters = differing_settings([run.config for run in runs])
    return [
        Collected(r.path, r.config, r.digest, r.versions, p)
        for r, p in zip(runs, parameters, strict=True)
    ]


def differing_settings(configs: Sequence[Config]) -> list[dict[str, Any]]:
    """The settings in which configs differ, by dotted key: those of each."""
    rows = [_parameters(config) for config in configs]
    keys = sorted({key for row in rows for key in row})
    varying = [k for k in keys if any(row.get(k) != rows[0].get(k) for row in rows)]
    return [{k: row.get(k) for k in varying} for row in rows]


def _parameters(config: Config) -> dict[str, Any]:
    """The config by dotted key, with settings that belong together as one value."""
    parameters: dict[str, Any] = {}
    for key, value in flat(config.numerical_settings()).items():
        whole = next((k for k in WHOLE_SETTINGS if key.startswith(k)), None)
        if whole is not None:
            parameters[whole] = [*parameters.get(whole, []), value]
        else:
            parameters[key] = value
    return parameters
