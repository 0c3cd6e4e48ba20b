"""Carrying a run to its end: chunk by chunk, saving as it goes, stopping when asked."""

import os
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

from rsrg.config.resume_rules import extended_config
from rsrg.config.schema import Config
from rsrg.config.stored import stored_config
from rsrg.errors import ConfigError, RunFileError
from rsrg.execution.clock import CLOCK
from rsrg.execution.executor import Executor
from rsrg.execution.open_executor import open_executor
from rsrg.execution.plan import require_memory
from rsrg.execution.progress import Watcher, _unwatched
from rsrg.execution.run_log import LOG, journal
from rsrg.execution.session import _Worker
from rsrg.execution.signals import stop_on_signals
from rsrg.execution.state import State
from rsrg.execution.tasks import one_blas_thread
from rsrg.execution.walltime import TimeLimit
from rsrg.results.run import Run, open_run
from rsrg.storage.atomic import (
    free_name,
    make_folder,
    remove_leftovers,
    resolve_symlink,
    set_aside,
)
from rsrg.storage.lock import locked, remove_dead_lock
from rsrg.storage.run_file import Snapshot, restore_command

SUFFIXES = (".h5", ".hdf5")


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
    target, limit = resolve_symlink(Path(path)), TimeLimit.of(walltime)
    if not isinstance(config, Config):
        raise ConfigError([f"`config` must be a Config (see load_config); got {config!r}"])
    if target.suffix not in SUFFIXES:
        raise ConfigError([f"a run file must end in {' or '.join(SUFFIXES)}; got {target}"])
    require_memory(config)
    state = State.start(config)
    make_folder(target)
    with locked(target, CLOCK.now(), CLOCK.sleep) as note:
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
    target, limit = resolve_symlink(Path(path)), TimeLimit.of(walltime)
    if target.suffix == ".prev":
        whole = target.with_suffix("")
        raise RunFileError(
            f"{target} is the checkpoint before the last of {whole}, and is kept as it is. "
            f"To go on from there: {restore_command(whole)}, then rsrg resume {whole}"
        )
    if _to_do(target, overrides or {}) is None:
        remove_dead_lock(target, CLOCK.now(), CLOCK.sleep)
        return open_run(target)
    with locked(target, CLOCK.now(), CLOCK.sleep) as note:
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
