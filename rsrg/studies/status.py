"""How far runs are: one file, a folder of them, or a study. Reads only, also while they run."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, get_args

from rsrg.config.yaml_source import read_source
from rsrg.errors import ConfigError, NotARunError, RunFileError
from rsrg.execution.chunk_cost import relative_costs
from rsrg.execution.clock import CLOCK
from rsrg.formatting import duration_text
from rsrg.records import Records
from rsrg.results.any_run import AnyRun, open_stored_run
from rsrg.results.merged_runs import MergedRuns
from rsrg.results.stored_run import StoredRun
from rsrg.storage.atomic import given_path
from rsrg.storage.lock import Holder, named_holder
from rsrg.storage.run_file import SUFFIXES, YAML, Snapshot
from rsrg.studies.index import NAME, Index, IndexEntry, cell, index_of, read_index
from rsrg.studies.run_files import run_files
from rsrg.studies.study import Study, is_study, load_study

State = Literal[
    "finished", "running", "interrupted", "stopped", "failed", "missing", "damaged", "changed"
]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True)
class RunStatus:
    """How far one run is. note: explains the state. seconds_left: None where unknown.

    state: among others `interrupted`, where the process ended without saving its end, and
    `changed`, where the file holds another run than its name in the sweep says. holder: the process
    named in the lock of a running or interrupted run. alive: whether that process runs; None where
    that is unknown. group: the folder or study that lists it; "" for a file named itself.
    unit: of done and total, chunk or frame.
    """

    path: str
    state: State
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    note: str = ""
    in_study: bool | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    holder: Holder | None = None
    alive: bool | None = None
    group: str = ""
    unit: str = "chunk"

    def table_row(self) -> dict[str, str]:
        """Its row in a table: texts by heading."""
        parameters = ", ".join(f"{key} = {cell(v)}" for key, v in self.parameters.items())
        left = "" if self.seconds_left is None else duration_text(self.seconds_left)
        stray = "not in study" if self.in_study is False else ""
        return {
            "run": self.path,
            "parameters": parameters,
            "status": self.state,
            "chunks": f"{self.done}/{self.total}" if self.total else "",
            "time left": left,
            "note": "; ".join(part for part in (stray, self.note) if part),
        }


def status(*paths: str | os.PathLike[str]) -> Records[RunStatus]:
    """How far runs are: finished, running by whom, interrupted, stopped, failed and why.

    It reads only, also while they run.

    paths: run files, folders of them, or study files.

    Returns a list of records with path, state, done and total (chunks), seconds_left (at the mean
    rate so far; None where unknown), note, in_study (whether the study of its folder asks for it;
    None without one) and parameters (what the study varies), the files first. A notebook shows it
    as a table. state is one of finished, running, interrupted (its process is gone), stopped,
    failed, missing, damaged and changed (by a resume, so that it is no longer the study's).

    Raises ConfigError for a path that is none of these, RunFileError for a damaged index of a
    folder.

    Example:
        >>> import pathlib, tempfile, rsrg
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for record in rsrg.status(f"{folder}/none.h5"):
        ...         print(pathlib.Path(record.path).name, record.state)
        none.h5 missing
    """
    return Records(run for g in statuses([given_path(path) for path in paths]) for run in g.named())


def run_status(path: Path, entry: IndexEntry | None = None) -> RunStatus:
    """The status of a run file, also of a damaged one. entry: its entry in an index.

    Raises NotARunError for an undamaged file that holds no single run.
    """
    listed = _listed(entry)
    if not path.exists():
        return RunStatus(str(path), "missing", **listed)
    try:
        run, holder, alive = _with_holder(path)
    except NotARunError:
        raise
    except RunFileError as error:
        note = str(error).removeprefix(f"{path} is damaged: ").replace(f" {path}", "", 1)
        return RunStatus(str(path), "damaged", note=note, **listed)
    status = _status_of(run, holder, alive, entry)
    run.close()
    return status


def open_with_status(path: Path) -> tuple[AnyRun, RunStatus]:
    """A run file of any kind, opened, and how far it is. Raises as `open_stored_run`."""
    run, holder, alive = _with_holder(path)
    return run, _status_of(run, holder, alive)


def _status_of(
    run: StoredRun, holder: Holder | None, alive: bool | None, entry: IndexEntry | None = None
) -> RunStatus:
    path, (done, total) = run.path, run.progress
    state, note = _state(run, holder, alive)
    if entry is not None and not run.attributes["config_hash"].startswith(Path(entry.file).stem):
        state, note = (
            "changed",
            f"{state}; its config was changed by a resume, so it is kept as it is",
        )
    left = None if state in ("finished", "changed") else _seconds_left(run)
    details = {"holder": holder, "alive": alive, "unit": run.config.unit, **_listed(entry)}
    return RunStatus(str(path), state, done, total, left, note, **details)


def _listed(entry: IndexEntry | None) -> dict[str, Any]:
    """What the index of a study says of a run."""
    if entry is None:
        return {}
    return {"in_study": entry.in_study, "parameters": entry.parameters}


def _with_holder(path: Path) -> tuple[AnyRun, Holder | None, bool | None]:
    """A run; if its file says "running", also the holder of its lock, and whether that one runs.

    A process that ends saves first and then releases the lock. So if the lock is free and the file
    shows the same session before and after that check, its process is gone.
    """
    before = ""
    while True:
        run = open_stored_run(path)
        if run.status != "running":
            return run, None, None
        session = f"{len(run.read('provenance/started'))} {run.attributes['host']}"
        holder = named_holder(path)
        alive = False if holder is None else holder.known_alive()
        if alive is not False or session == before:
            return run, holder, alive
        before = session


def _state(run: StoredRun, holder: Holder | None, alive: bool | None) -> tuple[State, str]:
    reason = str(run.read("provenance/reason")[-1])
    if run.status == "finished":
        return "finished", ""
    if run.status == "running":
        return _running(run, holder, alive)
    return ("failed", reason) if run.status == "failed" else ("stopped", reason)


def _running(run: StoredRun, holder: Holder | None, alive: bool | None) -> tuple[State, str]:
    """State and note of a run whose file says "running"; the note begins with what matters."""
    age = CLOCK.wall() - _time(run.attributes["updated"]).timestamp()
    saved = f"saved {duration_text(age)} ago"
    if holder is None:
        last = str(run.attributes["host"])
        return "interrupted", f"no process has it; resume or sweep goes on; {saved} by {last}"
    if alive is False:
        gone = f"process {holder.pid} is gone; resume or sweep goes on"
        return "interrupted", f"{gone}; {saved} on {holder.host}"
    unseen = "" if alive else "; whether it lives cannot be seen from here"
    return "running", f"{saved}, process {holder.pid} on {holder.host}{unseen}"


def _time(text: Any) -> datetime:
    return datetime.fromisoformat(str(text))


def _seconds_left(run: StoredRun) -> float | None:
    """Seconds left, at the mean rate of all sessions so far; None before the first chunk.

    Chunks of different kinds of work count as what they cost.
    """
    costs, done = relative_costs(run.config), run.chunks_done
    took = sum(costs[kind] * count for kind, count in done.items())
    if took == 0.0:
        return None
    started, ended = run.read("provenance/started"), run.read("provenance/ended")
    sessions = [(_time(b) - _time(a)).total_seconds() for a, b in zip(started, ended, strict=True)]
    if min(sessions) < 0.0:  # the clock was set back within one: nobody knows how long it took
        return None
    whole = sum(costs[kind] * total for kind, total in run.config.chunk_totals().items())
    return sum(sessions) * (whole / took - 1.0)


@dataclass(frozen=True)
class Group:
    """The runs of one folder or study, or files named one by one."""

    title: str
    runs: tuple[RunStatus, ...]

    def named(self) -> Iterator[RunStatus]:
        """The runs, each with the title of this group."""
        return (replace(run, group=self.title) for run in self.runs)


def groups_of(runs: Iterable[RunStatus]) -> list[Group]:
    """Runs that name their groups, as these groups."""
    return [Group(title, tuple(own)) for title, own in groupby(runs, key=lambda r: r.group)]


def study_status(study: Study, folder: Path) -> Group:
    """All runs of a study, and those in its folder that it does not ask for (any more)."""
    return _indexed(folder, index_of(study, read_index(folder)))


def _indexed(folder: Path, index: Index) -> Group:
    entries = {e.file: e for e in index.runs if e.in_study or (folder / e.file).exists()}
    strangers = [p for p in run_files(folder) if p.name not in entries]
    rows = [run_status(folder / e.file, e) for e in entries.values()]
    rows += run_statuses(strangers)
    return Group(f"{folder}, study {index.study}", tuple(rows))


def run_statuses(paths: list[Path]) -> Iterator[RunStatus]:
    """The runs among the files of a folder."""
    for path in paths:
        with suppress(NotARunError):
            yield run_status(path)


def statuses(paths: list[Path]) -> list[Group]:
    """The status of the runs at each path: a run file, a folder, or a study file.

    Raises ConfigError for a path that is none of these, RunFileError for a damaged index.
    """
    groups: list[Group] = []
    files: list[RunStatus] = []
    for path in paths:
        if path.is_dir():
            groups += _folder(path)
        elif path.suffix in YAML:
            groups.append(_study(path))
        elif path.suffix in SUFFIXES:
            files.append(_file_status(path))
        else:
            raise ConfigError([f"a path must be a run file, a folder or a study file; got {path}"])
    return ([Group("", tuple(files))] if files else []) + groups


def _file_status(path: Path) -> RunStatus:
    """The status of a file that was named itself; merged runs are finished, all of them."""
    try:
        return run_status(path)
    except NotARunError:
        with MergedRuns(Snapshot(path)) as merged:
            return RunStatus(str(path), "finished", note=f"merged: {merged.summary}")


def _study(path: Path) -> Group:
    if not is_study(read_source(path)):
        raise ConfigError([f"`status` shows runs and studies; {path} is a config: name its run"])
    study = load_study(path)
    return study_status(study, study.folder)


def _folder(folder: Path) -> Iterator[Group]:
    """The runs of a folder, then those of the studies in it."""
    index = read_index(folder)
    if index is not None:
        yield _indexed(folder, index)
    elif rows := tuple(run_statuses(run_files(folder))):
        yield Group(str(folder), rows)
    for inner in sorted(p for p in folder.iterdir() if (p / NAME).is_file()):
        yield from _folder(inner)
