"""Carrying a run to its end: chunk by chunk, saving as it goes, stopping when asked."""

import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rsrg.runs.config import Config
from rsrg.runs.errors import ConfigError, RunFileError
from rsrg.runs.executors import Executor, InOrder, open_executor
from rsrg.runs.extension import extended_config
from rsrg.runs.quantities import si_value
from rsrg.runs.results import derive
from rsrg.runs.run import Run, open_run
from rsrg.runs.signals import StopRequest, stop_on_signals
from rsrg.runs.state import State
from rsrg.runs.store import Snapshot, encode, free_name, save, set_aside


@dataclass(frozen=True)
class Progress:
    """How far a run is: chunks done of all, the step in hand, and a word on what happens.

    urgent: told from inside a signal handler, where no buffered stream may be written to.
    """

    done: int
    total: int
    step: int
    steps: int
    note: str = ""
    urgent: bool = False


log = logging.getLogger(__name__)

SUFFIXES = (".h5", ".hdf5")
Watcher = Callable[[Progress], None]


def _unwatched(progress: Progress) -> None:
    """Nobody watches."""


def run(
    config: Config,
    path: str | os.PathLike[str],
    *,
    restart: bool = False,
    watch: Watcher = _unwatched,
    executor: Executor | None = None,
) -> Run:
    """Run a config into a new run file. Resumes nothing, overwrites nothing.

    restart: start anew where the file exists; the old one is renamed (see `set_aside`). A run that
    SIGINT or SIGTERM stopped comes back with status "stopped". executor: where chunks are computed;
    this process by default.

    Raises RunFileError if the file exists or cannot be written, ConfigError if it is not named
    as a run file.
    """
    target = Path(path)
    if not isinstance(config, Config):
        raise ConfigError([f"`config` must be a Config (see load_config); got {config!r}"])
    if target.suffix not in SUFFIXES:
        raise ConfigError([f"a run file must end in {' or '.join(SUFFIXES)}; got {target}"])
    if target.exists() and not restart:
        raise RunFileError(
            f"{target} exists already. Go on with it: rsrg resume {target}. "
            f"Start anew, keeping it as {free_name(target).name}: add --restart"
        )
    if target.exists():
        set_aside(target)
    return _carry_on(State.empty(config), target, watch, executor)


def resume(
    path: str | os.PathLike[str],
    overrides: Mapping[str, Any] | None = None,
    *,
    watch: Watcher = _unwatched,
    executor: Executor | None = None,
) -> Run:
    """Go on with a run file to its end. A finished run is returned as it is.

    overrides: dotted keys; only those that leave the numbers alone (checkpoint, title), and a
    larger `sampling.samples`, for which only the new draws are made. executor: as in `run`.

    Raises RunFileError for a missing or damaged file; ConfigError, with a diff, for any other
    override.
    """
    with Snapshot(Path(path)) as snapshot:
        state = State.of(snapshot)
        finished = snapshot.attributes["status"] == "finished"
    config = extended_config(state.config, dict(overrides or {}))
    if finished and config == state.config:
        return open_run(path)
    return _carry_on(state.extended(config), Path(path), watch, executor)


def _carry_on(state: State, path: Path, watch: Watcher, executor: Executor | None) -> Run:
    """Do what is left to do, save, and open the result."""
    worker = _Worker(state, path, watch)
    with stop_on_signals(worker.notify) as request:
        state.begin_session()
        log.info("%s: sums by engine %s", path, state.sessions[-1]["engine"])
        worker.save("running", "running")
        try:
            with nullcontext(executor) if executor else open_executor() as chosen:
                reason = worker.work(request, chosen)
        except BaseException as error:
            worker.save("failed", f"failed: {type(error).__name__}: {error}")
            raise
        if reason is None:
            worker.note("writing results")
            worker.save("finished", "finished")
        else:
            worker.save("stopped", f"stopped by {reason}")
    return open_run(path)


class _Worker:
    """One session of work on one run file."""

    def __init__(self, state: State, path: Path, watch: Watcher) -> None:
        self.state, self.path, self.watch = state, path, watch
        self.every = si_value(state.config.checkpoint.every, "second")
        self.saved_at = time.monotonic()

    def note(self, text: str = "", urgent: bool = False) -> None:
        done, steps, chunks = self.state.done, len(self.state.done), self.state.config.chunks()
        step = min(int((done == chunks).sum()) + 1, steps)
        self.watch(Progress(int(done.sum()), steps * chunks, step, steps, text, urgent))

    def notify(self, signal_name: str) -> None:
        self.note(f"{signal_name}: stopping at the next chunk; Ctrl-C again ends it at once", True)

    def save(self, status: str, reason: str) -> None:
        """Write the run file; a finished one with all its results."""
        state = self.state
        state.sessions[-1] |= {"reason": reason}
        datasets = state.datasets()
        if status == "finished":
            sums = (state.moments, state.unstrained) if state.sums else (None, None)
            datasets |= derive(state.config, *sums)
        attributes = state.attributes(status)
        state.sessions[-1]["ended"] = str(attributes["updated"])
        datasets["provenance/ended"] = [s["ended"] for s in state.sessions]
        save(self.path, encode(attributes, datasets))
        self.saved_at = time.monotonic()

    def work(self, request: StopRequest, executor: Executor) -> str | None:
        """All chunks that are missing. Returns what stopped it early, or None at the end."""
        state, config = self.state, self.state.config.resolved()
        self.note()
        for (step, chunk), (moments, unstrained) in InOrder(
            executor, config, self._missing(), lambda: request.reason is not None
        ):
            state.moments[step, :, :, chunk] = moments
            state.unstrained[step, chunk] = unstrained
            state.done[step] = chunk + 1
            if request.reason is None and self._due(step):
                self.save("running", "running")
            self.note()
        return request.reason

    def _missing(self) -> Iterator[tuple[int, int]]:
        chunks = self.state.config.chunks()
        if self.state.sums:
            for step in range(len(self.state.done)):
                for chunk in range(int(self.state.done[step]), chunks):
                    yield step, chunk

    def _due(self, step: int) -> bool:
        """After each step, and every `checkpoint.every` within one."""
        complete = self.state.done[step] == self.state.config.chunks()
        last = step == len(self.state.done) - 1
        return (complete and not last) or time.monotonic() - self.saved_at >= self.every
