"""Carrying a run to its end: chunk by chunk, saving as it goes, stopping when asked."""

import math
import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rsrg.config.quantities import si_value
from rsrg.config.resume_rules import extended_config
from rsrg.config.schema import Config
from rsrg.config.stored import stored_config
from rsrg.errors import ConfigError, RunFileError
from rsrg.results.derive import derive
from rsrg.results.run import Run, open_run
from rsrg.runs.chunks import Bundle, chunk_means, grown_chunks, one_blas_thread
from rsrg.runs.executors import PATIENCE, POLL, Executor, InOrder, Unit, open_executor
from rsrg.runs.journal import EVERY, LOG, journal
from rsrg.runs.pace import Pace
from rsrg.runs.plan import require_memory
from rsrg.runs.pools import PoolState
from rsrg.runs.signals import StopRequest, stop_on_signals
from rsrg.runs.state import State
from rsrg.runs.target import next_round
from rsrg.runs.walltime import TimeLimit
from rsrg.storage.atomic import free_name, make_folder, real, remove_leftovers, save, set_aside
from rsrg.storage.lock import forget_dead, locked
from rsrg.storage.run_file import Snapshot, encode, take_previous


@dataclass(frozen=True)
class Progress:
    """How far a run is: chunks done of all, the step in hand, and a word on what happens.

    urgent: told from inside a signal handler, where no buffered stream may be written to.
    unsaved: seconds since the last checkpoint.
    """

    done: int
    total: int
    step: int
    steps: int
    note: str = ""
    urgent: bool = False
    unsaved: float = 0.0


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
    walltime: float | None = None,
) -> Run:
    """Run a config into a new run file. Resumes nothing, overwrites nothing.

    restart: start anew where the file exists; the old one is renamed (see `set_aside`).
    executor: where chunks are computed; this process by default. walltime: seconds from now in
    which to end. A run that a signal or the time stopped comes back with status "stopped".

    Raises RunFileError if the file exists, cannot be written, or is being worked on; ConfigError
    if it is not named as a run file, or the run does not fit into memory.
    """
    target, limit = real(Path(path)), TimeLimit.of(walltime)
    if not isinstance(config, Config):
        raise ConfigError([f"`config` must be a Config (see load_config); got {config!r}"])
    if target.suffix not in SUFFIXES:
        raise ConfigError([f"a run file must end in {' or '.join(SUFFIXES)}; got {target}"])
    require_memory(config)
    state = State.start(config)
    make_folder(target)
    with locked(target) as note:
        if target.exists() and not restart:
            raise RunFileError(
                f"{target} exists already. Go on with it: rsrg resume {target}. "
                f"Start anew, keeping it as {free_name(target).name}: add --restart"
            )
        if target.exists():
            set_aside(target)
        return _carry_on(_Worker(state, target, watch, limit), executor, note)


def resume(
    path: str | os.PathLike[str],
    overrides: Mapping[str, Any] | None = None,
    *,
    watch: Watcher = _unwatched,
    executor: Executor | None = None,
    walltime: float | None = None,
) -> Run:
    """Go on with a run file to its end. A finished run is returned as it is.

    overrides: dotted keys; those that leave the numbers alone (checkpoint, title), and those that
    ask for more (see `extension`), for which only what is new is computed. executor, walltime: as
    in `run`.

    Raises RunFileError for a missing or damaged file, or one being worked on; ConfigError, with a
    diff, for any other override.
    """
    target, limit = real(Path(path)), TimeLimit.of(walltime)
    if target.suffix == ".prev":
        whole = target.with_suffix("")
        raise RunFileError(
            f"{target} is the checkpoint before the last of {whole}, and is kept as it is. "
            f"To go on from there: {take_previous(whole)}, then rsrg resume {whole}"
        )
    if _to_do(target, overrides or {}) is None:
        forget_dead(target)
        return open_run(target)
    with locked(target) as note:
        state = _to_do(target, overrides or {})  # as it is now that nobody else writes
        if state is None:
            return open_run(target)
        return _carry_on(_Worker(state, target, watch, limit), executor, note)


def _to_do(path: Path, overrides: Mapping[str, Any]) -> State | None:
    """The state to go on from; None where the run is finished and nothing more is asked for."""
    with Snapshot(path) as snapshot:
        before = stored_config(snapshot)
        config = extended_config(before, dict(overrides))
        if snapshot.attributes["status"] == "finished" and config == before:
            return None
        require_memory(config)
        return State.of(snapshot).extended(config)


def _carry_on(worker: "_Worker", executor: Executor | None, note: str) -> Run:
    """Do what is left to do, save, and open the result."""
    path, state = worker.path, worker.state
    with journal(path), one_blas_thread(), stop_on_signals(worker.notify) as request:
        remove_leftovers(path)
        state.begin_session(note)
        LOG.info("%s: session %d begins, %s", path, len(state.sessions), state.session_text())
        try:
            worker.save("running", "running")
            with nullcontext(executor) if executor else open_executor() as chosen:
                reason = worker.sample(request, chosen) or worker.conclude(request)
        except BaseException as error:
            LOG.error("failed: %s: %s", type(error).__name__, error)
            with suppress(RunFileError):  # the disk may be what failed
                worker.save("failed", f"failed: {type(error).__name__}: {error}")
            raise
        if reason is not None:
            worker.save("stopped", f"stopped by {reason}")
        LOG.info("%s; saving took %.2g %% of the time", _ending(reason), 100 * worker.pace.share())
    return open_run(path)


def _ending(reason: str | None) -> str:
    return "finished" if reason is None else f"stopped by {reason}"


class _Worker:
    """One session of work on one run file."""

    def __init__(self, state: State, path: Path, watch: Watcher, limit: TimeLimit) -> None:
        self.state, self.path, self.watch, self.limit = state, path, watch, limit
        self.pace = Pace(si_value(state.config.checkpoint.every, "second"))
        self.logged_at = time.monotonic()
        self.first_at = 0.0  # when the first chunk of a round was done

    def note(self, text: str = "", urgent: bool = False) -> None:
        chunks, steps = self.state.config.chunks(), len(self.state.done)
        step, unsaved = min(int((self.state.done == chunks).sum()) + 1, steps), self.pace.age()
        if self.state.pool and self.state.complete:
            step = min(self.state.pool.generation + 1, steps)
        self.watch(Progress(*self.state.progress, step, steps, text, urgent, unsaved))

    def notify(self, signal_name: str) -> None:
        self.note(f"{signal_name}: stopping at the next chunk; Ctrl-C again ends it at once", True)

    def save(self, status: str, reason: str, results: Mapping[str, Any] | None = None) -> None:
        """Write the run file, and note what that took."""
        began, before = time.monotonic(), self.pace.interval()
        state = self.state
        state.sessions[-1] |= {"reason": reason}
        attributes = state.attributes(status)
        content = encode(attributes, {**state.datasets(), **(results or {})})
        save(self.path, content)
        self.pace.saved(began)
        if self.pace.interval() > 1.5 * before:
            LOG.info(
                "a checkpoint takes %.2g s: from now on one every %.3g s, to keep it under 2 %%",
                *(self.pace.saving, self.pace.interval()),
            )
        self._log(f"saved {len(content) / 1e6:.3g} MB, {status}", status == "running")

    def _log(self, text: str, often: bool) -> None:
        """A line on progress; of what comes often, one in half a minute."""
        if not often or time.monotonic() - self.logged_at >= EVERY:
            self.logged_at = time.monotonic()
            LOG.info("%d chunks done in all; %s", int(self.state.done.sum()), text)

    def sample(self, request: StopRequest, executor: Executor) -> str | None:
        """Rounds of chunks until no target error asks for more. Returns as `work`.

        The time that goes on record is that of the fastest round for all, without its first chunk:
        none for compiling.
        """
        config: Config | None = self.state.config
        made, fastest = 0, math.inf
        while config is not None:
            if config is not self.state.config:
                self.state = self.state.extended(config)
            before = int(self.state.done.sum())
            reason = self.work(request, executor)
            new = int(self.state.done.sum()) - before
            if new > 1:
                made, fastest = made + new, min(fastest, self.each(new))
                self.state.sessions[-1] |= {"sampling": f"{made * fastest:.3f}"}
            if reason is not None:
                return reason
            config = next_round(self.state.config, self.state.means)
        return None

    def each(self, chunks: int) -> float:
        """Time of each of the chunks that `work` has just made, the first left out."""
        return (time.monotonic() - self.first_at) / (chunks - 1)

    def work(self, request: StopRequest, executor: Executor) -> str | None:
        """All chunks that are missing. Returns what stopped it early, or None at the end."""
        config = self.state.config.resolved()
        self.first_at = 0.0
        self.note()
        stopping, late = lambda: request.reason is not None, lambda: self._late(executor)
        begin = partial(executor.submit, chunk_means, config)
        for unit, means in InOrder(executor, lambda u: begin(*u), self._units(), stopping, late):
            self.first_at = self.first_at or time.monotonic()
            self.state.take(*unit, means)
            self.pace.ended(unit)
            if request.reason is None and self._due(unit[0]):
                self.save("running", "running")
            self.note()
        reason = request.reason or (None if self.state.complete else self.limit.reason)
        if reason is None and self.state.pool:
            return self._grow(self.state.pool, request, executor)
        return reason

    def _grow(self, pool: PoolState, request: StopRequest, executor: Executor) -> str | None:
        """All chunks of super blocks that are missing, step after step. Returns as `work`."""
        begin = partial(executor.submit, grown_chunks, self.state.config.resolved())
        stopping, late = lambda: request.reason is not None, lambda: self._late(executor)
        for step in range(pool.generation, len(pool.done)):
            bundles = self._bundles(pool, step, executor.bundle)
            for bundle, grown in InOrder(
                executor, lambda b: begin(*b, pool.part(b)), bundles, stopping, late
            ):
                pool.put(bundle, grown)
                self.pace.ended(bundle)
                if request.reason is None and self.pace.due(step_complete=False):
                    self.save("running", "running")
                self.note()
            if request.reason or pool.generation == step:
                return request.reason or self.limit.reason
        return None

    def _bundles(self, pool: PoolState, step: int, most: int) -> Iterator[Bundle]:
        """What is missing of a step of the pool, until the time that is left is too short."""
        for bundle in pool.missing(step, most):
            if self.pace.too_late(self.limit.left()):
                return
            self.pace.begun(bundle)
            yield bundle

    def _late(self, executor: Executor) -> bool:
        """Whether no unit can be waited for any more; the first of a session is, once begun."""
        return (self.pace.units > 0 or not executor.prompt) and self.pace.over(self.limit.left())

    def _units(self) -> Iterator[Unit]:
        """What is missing, until the time that is left is too short for more."""
        state = self.state
        for step in range(len(state.done) if state.sums else 0):
            for chunk in range(int(state.done[step]), state.config.chunks()):
                for cases in state.missing(step, chunk):
                    if self.pace.too_late(self.limit.left()):
                        return
                    self.pace.begun((step, chunk, cases))
                    yield step, chunk, cases

    def conclude(self, request: StopRequest) -> str | None:
        """Compute the results and save them. Returns what stopped it early, or None."""
        state = self.state
        self.note("writing results")
        if self.pace.due(step_complete=True):
            self.save("running", "running")
        pool = ThreadPoolExecutor(max_workers=1)  # so that this thread takes signals at once
        found = pool.submit(derive, state.config, state.means if state.sums else None)
        while not wait([found], timeout=POLL).done:
            if request.reason and time.monotonic() - request.asked_at > PATIENCE:
                pool.shutdown(wait=False)
                return request.reason
            if self.pace.units > 0 and self.pace.over(self.limit.left()):
                pool.shutdown(wait=False)  # the next session has this alone to do
                return self.limit.reason
        pool.shutdown()
        about_pool = state.pool.conclusions() if state.pool else {}
        self.save("finished", "finished", {**found.result(), **about_pool})
        return None

    def _due(self, step: int) -> bool:
        """After each step, and every `checkpoint.every` within one, within what saving may cost."""
        complete = self.state.done[step] == self.state.config.chunks()
        last = step == len(self.state.done) - 1
        return self.pace.due(complete and not last)
