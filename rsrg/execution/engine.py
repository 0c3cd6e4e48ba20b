"""Run a config from start to end, or go on with a run file."""

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
from rsrg.execution.progress import Watcher, unwatched
from rsrg.execution.run_log import LOG, run_log
from rsrg.execution.session import Session
from rsrg.execution.signals import stop_on_signals
from rsrg.execution.state import State
from rsrg.execution.tasks import one_blas_thread
from rsrg.execution.walltime import TimeLimit
from rsrg.results.run import Run
from rsrg.storage.atomic import free_name, make_folder, remove_leftovers, resolve_symlink, set_aside
from rsrg.storage.lock import locked, remove_dead_lock
from rsrg.storage.run_file import Snapshot, restore_command

SUFFIXES = (".h5", ".hdf5")


def run(
    config: Config,
    path: str | os.PathLike[str],
    *,
    restart: bool = False,
    watch: Watcher = unwatched,
    executor: Executor | None = None,
    walltime: float | None = None,
    must_begin: bool = True,
) -> Run:
    """Run a config into a new run file. Resumes nothing, overwrites nothing.

    restart: begin again where the file exists; the old one is renamed (see `set_aside`). watch: is
    called with the Progress of the run. executor: where chunks are computed; this process by
    default. walltime: seconds from now in which to end. must_begin: wait for the first chunk even
    beyond that. A run that a signal or the time stopped comes back with status "stopped".

    Raises RunFileError if the file exists, cannot be written, or is being worked on; ConfigError
    if it is not named as a run file, or the run does not fit into memory; KeyboardInterrupt at a
    second Ctrl-C.
    """
    target, limit = resolve_symlink(Path(path)), TimeLimit.from_walltime(walltime)
    if not isinstance(config, Config):
        raise ConfigError([f"`config` must be a Config (see load_config); got {config!r}"])
    if target.suffix not in SUFFIXES:
        raise ConfigError([f"a run file must end in {' or '.join(SUFFIXES)}; got {target}"])
    require_memory(config)
    state = State.initial(config)
    make_folder(target)
    with locked(target, CLOCK.now(), CLOCK.sleep) as note:
        if target.exists() and not restart:
            raise RunFileError(
                f"{target} exists already. Go on with it: rsrg resume {target}. "
                f"Begin again, keeping it as {free_name(target).name}: add --restart"
            )
        if target.exists():
            set_aside(target)
        return _carry_on(Session(state, target, watch, limit, must_begin), executor, note)


def resume(
    path: str | os.PathLike[str],
    overrides: Mapping[str, Any] | None = None,
    *,
    watch: Watcher = unwatched,
    executor: Executor | None = None,
    walltime: float | None = None,
    must_begin: bool = True,
) -> Run:
    """Go on with a run file to its end. A finished run is returned as it is.

    overrides: dotted keys; those that leave the numbers alone (checkpoint, title), and those that
    ask for more (see `config.resume_rules`), for which only what is new is computed. The other
    arguments are those of `run`.

    Raises RunFileError for a missing or damaged file, or one being worked on; ConfigError, with a
    diff, for any other override; KeyboardInterrupt at a second Ctrl-C.
    """
    target, limit = resolve_symlink(Path(path)), TimeLimit.from_walltime(walltime)
    if target.suffix == ".prev":
        whole = target.with_suffix("")
        raise RunFileError(
            f"{target} is the checkpoint before the last of {whole}, and is kept as it is. "
            f"To go on from there: {restore_command(whole)}, then rsrg resume {whole}"
        )
    snapshot = Snapshot(target)
    if (config := _remaining(snapshot, overrides or {})) is None:
        remove_dead_lock(target, CLOCK.now(), CLOCK.sleep)
        return Run(snapshot)
    with locked(target, CLOCK.now(), CLOCK.sleep) as note:
        if not snapshot.is_current():  # somebody saved between our reading and our lock
            snapshot.close()
            snapshot = Snapshot(target)
            if (config := _remaining(snapshot, overrides or {})) is None:
                return Run(snapshot)
        with snapshot:
            state = State.from_run_file(snapshot).extended(config)
        return _carry_on(Session(state, target, watch, limit, must_begin), executor, note)


def _remaining(snapshot: Snapshot, overrides: Mapping[str, Any]) -> Config | None:
    """The config to go on with; None where the run is finished and nothing more is asked for."""
    before = stored_config(snapshot)
    config = extended_config(before, dict(overrides))
    if snapshot.attributes["status"] == "finished" and config == before:
        return None
    require_memory(config)
    return config


def _carry_on(session: Session, executor: Executor | None, note: str) -> Run:
    """Do what is left to do, save, and open the result."""
    path, record = session.path, session.state.record
    with (
        run_log(path),
        one_blas_thread(),
        stop_on_signals(session.request, session.stop_requested),
    ):
        remove_leftovers(path)
        record.begin(session.state.config, note)
        LOG.info("%s: session %d begins, %s", path, len(record.sessions), record.present())
        try:
            session.save("running", "running")
            with nullcontext(executor) if executor else open_executor() as chosen:
                reason = session.work(chosen)
        except Exception as error:
            LOG.error("failed: %s: %s", type(error).__name__, error)
            with suppress(RunFileError):  # the disk may be what failed
                session.save("failed", f"failed: {type(error).__name__}: {error}")
            raise
        if reason is not None:
            session.save("stopped", f"stopped by {reason}")
        ending = "finished" if reason is None else f"stopped by {reason}"
        LOG.info("%s; saving took %.2g %% of the time", ending, 100 * session.pace.share())
    return Run(Snapshot.from_content(path, session.content))
