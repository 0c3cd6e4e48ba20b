"""Run a config from start to end, or go on with a run file."""

import logging
import os
from collections.abc import Mapping
from contextlib import closing, nullcontext, suppress
from pathlib import Path
from typing import Any, cast, overload

from rsrg.config.resume_rules import extended_config
from rsrg.config.run_config import RunConfig
from rsrg.config.schema import Config
from rsrg.config.stored import stored_config
from rsrg.config.trajectory import TrajectoryConfig
from rsrg.config.yaml_source import given_overrides
from rsrg.errors import ConfigError, FrameError, RunFileError
from rsrg.execution.clock import CLOCK
from rsrg.execution.executor import Executor, require_executor
from rsrg.execution.kinds import initial_state, require_memory, saved_state
from rsrg.execution.notebook import watched
from rsrg.execution.open_executor import open_executor
from rsrg.execution.progress import Watcher, unwatched
from rsrg.execution.session import Session
from rsrg.execution.signals import stop_on_signals
from rsrg.execution.walltime import TimeLimit
from rsrg.formatting import shell_path
from rsrg.results.any_run import AnyRun, failed_at_once, stored_run
from rsrg.results.exact_run import ExactRun
from rsrg.results.run import Run
from rsrg.results.stored_run import StoredRun
from rsrg.results.trajectory_run import TrajectoryRun
from rsrg.storage.atomic import (
    free_name,
    given_path,
    make_folder,
    remove_leftovers,
    resolve_symlink,
    set_aside,
)
from rsrg.storage.lock import locked, remove_dead_lock
from rsrg.storage.run_file import (
    EXACT,
    MERGED,
    SUFFIXES,
    Snapshot,
    restore_command,
)


@overload
def run(
    config: Config,
    path: str | os.PathLike[str],
    *,
    restart: bool = ...,
    watch: Watcher | None = ...,
    executor: Executor | None = ...,
    walltime: float | None = ...,
    must_begin: bool = ...,
) -> Run: ...
@overload
def run(
    config: Config | TrajectoryConfig,
    path: str | os.PathLike[str],
    *,
    restart: bool = ...,
    watch: Watcher | None = ...,
    executor: Executor | None = ...,
    walltime: float | None = ...,
    must_begin: bool = ...,
) -> Run | TrajectoryRun: ...
def run(
    config: Config | TrajectoryConfig,
    path: str | os.PathLike[str],
    *,
    restart: bool = False,
    watch: Watcher | None = None,
    executor: Executor | None = None,
    walltime: float | None = None,
    must_begin: bool = True,
) -> Run | TrajectoryRun:
    """Compute what a config asks for and write it to a new run file. Nothing is ever overwritten.

    config: from `load_config`.
    path: of the run file, which must not exist yet; it ends in .h5 or .hdf5.
    restart: where the file exists, rename it to a free name (NAME.old) and begin again.
    watch: a function that is called with the `Progress` of the run, again and again. Without one
    a notebook shows a bar, a script nothing.
    executor: where the sums are computed; by default in threads of this process.
    walltime: seconds from now by which the run must end.
    must_begin: compute at least one chunk of draws, even beyond `walltime`.

    Returns the Run, or the TrajectoryRun of a trajectory. Its status is "stopped" where a signal (a
    first Ctrl-C) or `walltime` ended it early; `resume` goes on from there.

    Raises RunFileError if the file exists, cannot be written, or another process works on it;
    ConfigError if `config` is no Config, the file has another ending, or the run does not fit into
    memory; KeyboardInterrupt at a second Ctrl-C.

    Example:
        The strain at which a glass with α = 0.7 fails, by the exact sum and by the formulas:

        >>> import pathlib, tempfile, rsrg
        >>> text = '''
        ... schema_version: 1
        ... materials: [{alpha: 0.7}]
        ... lengths: {start: 50 angstrom, sample: 1 mm}
        ... blocks: {n0: 3, count: volume}
        ... strain: {values: [0.0, 0.5, 2.0]}
        ... readings: [fixed/ellipsoid]
        ... sampling: {estimator: exact}
        ... '''
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "small.yaml")
        ...     _ = path.write_text(text)
        ...     config = rsrg.load_config(path)
        ...     run = rsrg.run(config, f"{folder}/small.h5")
        >>> for c in run.critical_strains():
        ...     print(f"{c.source:9} {c.value:.4f} {c.channel}")
        lattice   0.4711 xx+yy+zz
        continuum 0.3267 xx+yy+zz
        log       0.2942 yy-zz
        log       0.2942 yz
        log       0.3880 xx+yy+zz
    """
    if not isinstance(config, Config | TrajectoryConfig):
        raise ConfigError([f"`config` must be a Config (see load_config); got {config!r}"])
    with watched(watch) as seen:
        run = start(
            config,
            path,
            restart=restart,
            watch=seen,
            executor=executor,
            walltime=walltime,
            must_begin=must_begin,
        )
    return cast(Run | TrajectoryRun, run)


def start(
    config: RunConfig,
    path: str | os.PathLike[str],
    *,
    restart: bool = False,
    watch: Watcher = unwatched,
    executor: Executor | None = None,
    walltime: float | None = None,
    must_begin: bool = True,
) -> AnyRun:
    """Compute what a config of any kind asks for; otherwise as `run`."""
    target, limit = resolve_symlink(given_path(path)), TimeLimit.from_walltime(walltime)
    require_executor(executor)
    if target.suffix not in SUFFIXES:
        raise ConfigError([f"a run file must end in {' or '.join(SUFFIXES)}; got {target}"])
    state = initial_state(config, executor)
    make_folder(target)
    with locked(target, CLOCK.now(), CLOCK.sleep) as note:
        if target.exists() and not (restart or failed_at_once(target)):
            raise RunFileError(
                f"{target} exists already. Go on with it: rsrg resume {shell_path(target)} (in "
                f"Python: rsrg.resume). Begin again, keeping it as {free_name(target).name}: add "
                "--restart (in Python: restart=True)"
            )
        if target.exists() and restart:
            set_aside(target)
        session = Session(state, target, watch, limit, must_begin)
        del state  # of which the session lets go in time
        return _carry_on(session, executor, note)


def resume(
    path: str | os.PathLike[str],
    overrides: Mapping[str, Any] | None = None,
    *,
    watch: Watcher | None = None,
    executor: Executor | None = None,
    walltime: float | None = None,
    must_begin: bool = True,
    same_bits: bool = False,
) -> Run | TrajectoryRun:
    """Go on with a run that was stopped, or extend one that is finished.

    A finished run is returned as it is, unless the overrides ask for more.

    path: of the run file.
    overrides: new values by dotted key. Allowed are those that change no number (title,
    checkpoint), and those that ask for more, such as a larger `sampling.samples` or
    `lengths.sample`: these are totals, and only what is missing is computed.
    watch, executor, walltime, must_begin: as in `run`.
    same_bits: refuse to go on with other software, or on another kind of processor, than before:
    the last bits of what is left could differ. Otherwise the run file notes it.

    Returns the Run. Raises RunFileError for a file that is missing or damaged, that another
    process works on, or that `same_bits` refuses; ConfigError, with the old and new values, for an
    override that would change results already computed; KeyboardInterrupt at a second Ctrl-C.

    Example:
        From a sample of 135 nm, three steps, to one of 1 mm:

        >>> import pathlib, tempfile, rsrg
        >>> text = '''
        ... schema_version: 1
        ... materials: [{alpha: 0.7}]
        ... lengths: {start: 50 angstrom, sample: 135 nm}
        ... blocks: {n0: 3, count: volume}
        ... strain: {values: [0.0, 0.5, 2.0]}
        ... readings: [fixed/ellipsoid]
        ... sampling: {estimator: exact}
        ... '''
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "small.yaml")
        ...     _ = path.write_text(text)
        ...     config = rsrg.load_config(path)
        ...     _ = rsrg.run(config, f"{folder}/small.h5")
        ...     run = rsrg.resume(f"{folder}/small.h5", {"lengths.sample": "1 mm"})
        >>> config.steps(), run.config.steps()
        (3, 12)
    """
    with watched(watch) as seen:
        run = go_on(
            path,
            overrides,
            kinds=(Run, TrajectoryRun),
            watch=seen,
            executor=executor,
            walltime=walltime,
            must_begin=must_begin,
            same_bits=same_bits,
        )
    return cast(Run | TrajectoryRun, run)


def chunks_left(
    path: str | os.PathLike[str], overrides: Mapping[str, Any] | None = None
) -> tuple[RunConfig, dict[str, int]]:
    """What `resume` would do: the config, and how many chunks of each kind are left. Reads only.

    Raises as `resume` does for what it refuses before it begins.
    """
    with _resumable(resolve_symlink(given_path(path))) as snapshot:
        state = saved_state(snapshot)
        if (config := _remaining(snapshot, overrides)) is None:
            return state.config, dict.fromkeys(state.chunks_done, 0)
        done = state.extended(config).chunks_done
    return config, {kind: total - done[kind] for kind, total in config.chunk_totals().items()}


def go_on(
    path: str | os.PathLike[str],
    overrides: Mapping[str, Any] | None = None,
    *,
    kinds: tuple[type[StoredRun], ...] = (StoredRun,),
    watch: Watcher = unwatched,
    executor: Executor | None = None,
    walltime: float | None = None,
    must_begin: bool = True,
    same_bits: bool = False,
) -> AnyRun:
    """Go on with a run of any kind, or of the kinds that are asked for; otherwise as `resume`."""
    target, limit = resolve_symlink(given_path(path)), TimeLimit.from_walltime(walltime)
    require_executor(executor)
    snapshot = _resumable(target)
    if not issubclass(ExactRun, kinds) and snapshot.attributes.get("filetype") == EXACT:
        raise RunFileError(
            f"{target} holds exact super blocks: go on with rsrg resume {shell_path(target)}"
        )
    if (config := _remaining(snapshot, overrides, executor)) is None:
        remove_dead_lock(target, CLOCK.now(), CLOCK.sleep)
        return stored_run(snapshot)
    with locked(target, CLOCK.now(), CLOCK.sleep) as note:
        if not snapshot.is_current():  # another process saved after we read and before we locked
            snapshot.close()
            snapshot = Snapshot(target)
            if (config := _remaining(snapshot, overrides, executor)) is None:
                return stored_run(snapshot)
        with snapshot:
            state = saved_state(snapshot).extended(config)
        if same_bits and (changes := state.record.changes()):
            raise RunFileError(
                f"{target} was computed otherwise, and its last bits could differ: {changes}. "
                "To go on all the same, leave out --same-bits (in Python: same_bits=True)"
            )
        session = Session(state, target, watch, limit, must_begin)
        del state  # of which the session lets go in time
        return _carry_on(session, executor, note)


def _resumable(path: Path) -> Snapshot:
    """A run file that one may go on with. Raises RunFileError for any other."""
    if path.suffix == ".prev":
        whole = path.with_suffix("")
        raise RunFileError(
            f"{path} is the checkpoint before the last of {whole}, and is kept as it is. "
            f"To go on from there: {restore_command(whole)}, then rsrg resume {shell_path(whole)}"
        )
    snapshot = Snapshot(path)
    if snapshot.attributes.get("filetype") == MERGED:
        raise RunFileError(
            f"{path} holds merged runs, and none to go on with: resume the runs, and merge again"
        )
    return snapshot


def _remaining(
    snapshot: Snapshot, overrides: Mapping[str, Any] | None, executor: Executor | None = None
) -> RunConfig | None:
    """The config of the work left; None where the run is finished and nothing more is asked for."""
    before = stored_config(snapshot)
    config = extended_config(before, given_overrides(overrides))
    if snapshot.attributes["status"] == "finished" and config == before:
        return None
    require_memory(config, executor)
    return config


def _carry_on(session: Session, executor: Executor | None, note: str) -> AnyRun:
    """Do the work that is left, save it, and open the run file."""
    path, record, log = session.path, session.state.record, session.log
    with closing(log), stop_on_signals(session.request, session.stop_requested):
        remove_leftovers(path)
        record.begin(session.state.engine, note, log)
        if session.limit.note:
            record.note(session.limit.note)
        number = len(record.sessions)
        log.write(logging.INFO, "%s: session %d begins, %s", path, number, record.present())
        try:
            session.save("running", "running")
            with nullcontext(executor) if executor else open_executor() as chosen:
                reason = session.work(chosen)
        except Exception as error:
            gone = isinstance(error, FrameError)  # whoever began the run hears it as one line
            level = logging.INFO if gone else logging.ERROR
            log.write(level, "failed: %s: %s", type(error).__name__, error)
            with suppress(RunFileError):  # the disk may be what failed
                session.save("failed", f"failed: {type(error).__name__}: {error}")
            if gone:
                again = f"rsrg resume {shell_path(path)}"
                raise FrameError(f"{error}; what was done is saved: {again} goes on") from None
            raise
        if reason is not None:
            session.save("stopped", f"stopped by {reason}")
        ending = "finished" if reason is None else f"stopped by {reason}"
        share = 100 * session.pace.share()
        log.write(logging.INFO, "%s; saving took %.2g%% of the time", ending, share)
    return stored_run(Snapshot.from_content(path, session.released()))
