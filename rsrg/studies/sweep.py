"""Carrying a study to its end: each run that is missing, stopped or failed, one after another."""

import os
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from rsrg.config.schema import Config
from rsrg.errors import ConfigError, ExecutorError, RsrgError
from rsrg.execution import engine
from rsrg.execution.clock import CLOCK
from rsrg.execution.executor import Executor, require_executor
from rsrg.execution.notebook import watched
from rsrg.execution.open_executor import open_executor
from rsrg.execution.progress import Progress, Watcher
from rsrg.execution.signals import StopRequest, stop_on_signals
from rsrg.execution.timing import ChunkTimes, chunk_times, decides_times
from rsrg.execution.walltime import TimeLimit
from rsrg.records import Records
from rsrg.results.any_run import open_stored_run
from rsrg.results.run import Run
from rsrg.storage.atomic import given_path, require_path
from rsrg.studies.index import index_of, read_index, write_index
from rsrg.studies.status import Group, RunStatus, study_status
from rsrg.studies.study import Member, Study, load_study

Notify = Callable[[str], None]


@dataclass(frozen=True)
class SweepPlan:
    """The work of a sweep. seconds: for its chunks in this process; None if nothing is drawn."""

    group: Group
    runs: int
    chunks: int
    seconds: float | None


@dataclass(frozen=True)
class Swept:
    """What came of a sweep. stopped: whether a signal or the time limit ended it early.

    runs: how far each is, also those of an earlier study in the folder.
    """

    folder: Path
    runs: Records[RunStatus]
    stopped: bool

    @property
    def wanted(self) -> list[RunStatus]:
        """The runs that the study asks for."""
        return [run for run in self.runs if run.in_study]

    @property
    def finished(self) -> bool:
        """Whether all runs that the study asks for are finished."""
        return all(run.state == "finished" for run in self.wanted)

    def _repr_html_(self) -> str:
        return self.runs._repr_html_()


def sweep(
    study: str | os.PathLike[str] | Mapping[str, Any] | Study,
    folder: str | os.PathLike[str] | None = None,
    *,
    watch: Watcher | None = None,
    notify: Notify = lambda text: None,
    executor: Executor | None = None,
    walltime: float | None = None,
) -> Swept:
    """Carry out all runs of a study that are missing, stopped or failed; finished ones stay.

    A study varies a base config along axes. Each run lies in a file of the folder, whose name
    follows from its config; the same call goes on where an earlier one was stopped.

    study: the path of a YAML study; or a mapping of the same keys and values: `base` (a config as a
    path, mapping or Config) and one of `product`, `zip` (mappings of dotted keys to lists of
    values, also from numpy) and `runs` (a list of mappings of dotted keys to values).
    folder: of the runs; by default runs/STUDY. A mapping has no name, and must come with one.
    watch: as in `run`.
    notify: a function that is called with a line on each run that ends.
    executor, walltime: as in `run`, but for the whole sweep.

    Returns what came of it: runs (records as of `status`), finished (whether all of them are) and
    stopped (whether a signal or walltime ended it early). Where one run fails, its record says why,
    and the others go on.

    Raises ConfigError with every problem of the study and its configs; RunFileError where the
    folder cannot be written.

    Example:
        The exact sum over 8 and over 27 blocks:

        >>> import tempfile, rsrg
        >>> config = {
        ...     "schema_version": 1,
        ...     "materials": [{"alpha": 0.7}],
        ...     "lengths": {"start": "50 angstrom", "sample": "1 mm"},
        ...     "blocks": {"n0": 2, "count": "volume"},
        ...     "strain": {"values": [0.0, 0.5, 2.0]},
        ...     "readings": ["fixed/ellipsoid"],
        ...     "sampling": {"estimator": "exact"},
        ... }
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     swept = rsrg.sweep({"base": config, "product": {"blocks.n0": [2, 3]}}, folder)
        ...     runs = [rsrg.open_run(record.path) for record in swept.runs]
        >>> swept.finished, swept.runs[1].parameters
        (True, {'blocks.n0': 3})
        >>> for run in runs:
        ...     print(run.config.blocks.n0, round(run.critical_strains()[0].value, 3))
        2 0.368
        3 0.471
    """
    loaded = study if isinstance(study, Study) else load_study(study)
    if folder is None and isinstance(study, Mapping):
        raise ConfigError(["`folder` must be given for a study that is a mapping; got none"])
    target = loaded.folder if folder is None else given_path(folder)
    require_path(target)
    require_executor(executor)
    with (
        watched(watch) as seen,
        nullcontext(executor) if executor else open_executor() as chosen,
    ):
        session = Sweep(loaded, target, notify, seen, chosen, walltime)
        group = session.work()
    return Swept(target, Records(group.named()), session.stopped)


def sweep_plan(study: Study, folder: Path) -> SweepPlan:
    """The plan of a sweep, from a few timed chunks of each kind of run."""
    group, members = study_status(study, folder), {m.file: m for m in study.members}
    todo = [s for s in group.runs if s.in_study and _to_do(s)]
    chunks, total, known = 0, 0.0, False
    times: dict[str, ChunkTimes | None] = {}
    for status in todo:
        config, left = _work_left(members[Path(status.path).name], status)
        chunks += sum(left.values())
        kind = decides_times(config)
        if kind not in times:
            times[kind] = chunk_times(config)
        if (each := times[kind]) is not None:
            total, known = total + each.of(left), True
    return SweepPlan(group, len(todo), chunks, total if known else None)


def _work_left(member: Member, status: RunStatus) -> tuple[Config, dict[str, int]]:
    """The config of a run, and how many chunks of each kind of work are left."""
    if status.state == "missing":
        return member.config, member.config.chunk_totals()
    with cast(Run, open_stored_run(Path(status.path))) as run:
        totals, done = run.config.chunk_totals(), run.chunks_done
        return run.config, {kind: total - done[kind] for kind, total in totals.items()}


def _to_do(status: RunStatus) -> bool:
    return status.state in ("missing", "stopped", "failed", "running", "interrupted")


class Sweep:
    """One session of work on a study."""

    def __init__(
        self,
        study: Study,
        folder: Path,
        notify: Notify,
        watch: Watcher,
        executor: Executor,
        walltime: float | None = None,
    ) -> None:
        self.study, self.folder = study, folder
        self.notify, self.watch, self.executor = notify, watch, executor
        self.walltime, self.limit = walltime, TimeLimit.from_walltime(walltime)
        self.began = CLOCK.monotonic()
        self.stopped = False
        self.failures: dict[str, str] = {}  # by file: why a run did not go on to its end

    def work(self) -> Group:
        """Do all that is left. Where a run fails, the user is notified and the next one begins.

        Raises RunFileError where the folder refuses, ExecutorError where the workers are lost.
        """
        write_index(self.folder, index_of(self.study, read_index(self.folder)))
        group = study_status(self.study, self.folder)
        rows = {Path(s.path).name: s for s in group.runs}
        todo = [m for m in self.study.members if _to_do(rows[m.file])]
        with stop_on_signals(StopRequest(), self._stop_requested):
            for number, member in enumerate(todo, 1):
                self.stopped |= number > 1 and self.limit.left() <= 0.0
                if self.stopped:
                    break
                outcome = self._carry_on(member, rows[member.file], must_begin=number == 1)
                text = parameters_text(member.parameters)
                self.notify(f"[{number}/{len(todo)}] {member.file}  {text}: {outcome}")
        return self._explained(study_status(self.study, self.folder))

    def _explained(self, group: Group) -> Group:
        """The same with the failures of this session in the notes that do not tell them."""
        return replace(group, runs=tuple(self._with_failure(run) for run in group.runs))

    def _with_failure(self, run: RunStatus) -> RunStatus:
        failure = self.failures.get(Path(run.path).name, "")
        if failure in run.note:
            return run
        return replace(run, note="; ".join(filter(None, (run.note, failure))))

    def _stop_requested(self, signal_name: str) -> None:
        """Stop the sweep after a signal between two runs."""
        self.stopped = True

    def _carry_on(self, member: Member, status: RunStatus, must_begin: bool) -> str:
        """Run or resume one member. Returns how that ended, in a few words.

        must_begin: only the first run of a sweep may compute a chunk beyond the time limit.
        """
        path, began = self.folder / member.file, CLOCK.monotonic()
        left = None if self.walltime is None else max(0.0, self.walltime + self.began - began)
        options: dict[str, Any] = {
            "watch": self._seen,
            "executor": self.executor,
            "walltime": left,
            "must_begin": must_begin,
        }
        try:
            if status.state == "missing":
                run = engine.run(member.config, path, **options)
            else:
                run = engine.resume(path, **options)
        except ExecutorError:
            raise
        except RsrgError as error:
            self.failures[member.file] = str(error)
            return f"not done: {error}"
        except Exception as error:  # of any kind: other runs may succeed
            self.failures[member.file] = f"{type(error).__name__}: {error}"
            return f"failed: {self.failures[member.file]}"
        self.stopped |= run.status == "stopped"
        return f"{run.status} after {CLOCK.monotonic() - began:.1f} s"

    def _seen(self, progress: Progress) -> None:
        """Pass progress on; a signal while a run writes its results still ends the sweep."""
        self.stopped |= progress.urgent
        self.watch(progress)


def parameters_text(parameters: dict[str, object]) -> str:
    """Parameters on one line."""
    return ", ".join(f"{key} = {value}" for key, value in parameters.items())
