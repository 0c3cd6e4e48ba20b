"""Arguments, options and exit codes that several commands share, and messages to the user."""

import inspect
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, get_type_hints

import typer

from rsrg.cli.overrides import parse_overrides
from rsrg.cli.usage import usage_text
from rsrg.errors import RsrgError

if TYPE_CHECKING:
    from rsrg.config.exact import ExactConfig
    from rsrg.config.schema import Config
    from rsrg.config.trajectory import TrajectoryConfig

EXIT_FAILURE, EXIT_USAGE, EXIT_STOPPED, EXIT_INTERRUPTED = 1, 2, 75, 130

ConfigPath = Annotated[Path, typer.Argument(metavar="CONFIG", help="A YAML config.")]
RunPath = Annotated[Path, typer.Argument(metavar="RUN", help="A run file (HDF5).")]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "-o",
        metavar="KEY VALUE",
        help="Change a setting of the config: -o sampling.seed 7. Repeatable.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
LongitudinalVelocity = Annotated[
    str | None, typer.Option(help="Longitudinal sound velocity with its unit: '5.9 km/s'.")
]
TransverseVelocity = Annotated[
    str | None, typer.Option(help="Transverse sound velocity with its unit: '3.7 km/s'.")
]
Alpha = Annotated[float | None, typer.Option(help="1 − c_t²/c_l² itself, from 0.25 to 1.")]


@dataclass(frozen=True)
class ExecutionOptions:
    """How a command computes runs: where, for how long, and what it prints meanwhile."""

    threads: Annotated[
        int | None,
        typer.Option(
            "--threads",
            metavar="N",
            min=1,
            help="Compute in N threads; default: one for each processor that it may use.",
        ),
    ] = None
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            metavar="N",
            min=1,
            help="Compute in N processes instead.",
        ),
    ] = None
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler",
            metavar="ADDRESS",
            help="Compute on a Dask cluster instead: tcp://HOST:PORT, or a scheduler file "
            "FILE.json.",
        ),
    ] = None
    walltime: Annotated[
        str | None,
        typer.Option(
            "--walltime",
            metavar="D-HH:MM:SS",
            help="Stop in time to have saved by then, with exit code 75; also HH:MM:SS, MM:SS, "
            "D-HH, 30m, 5s; default: no limit. The end of a SLURM job is obeyed by itself.",
        ),
    ] = None
    no_progress: Annotated[bool, typer.Option("--no-progress", help="No progress bar.")] = False
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Say what is done, and how.")] = (
        False
    )
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print errors only.")] = False
    as_json: AsJson = False

    def apply(self) -> None:
        """With -v, show what the package logs."""
        if self.verbose:
            logging.basicConfig(format="%(message)s")
            logging.getLogger("rsrg").setLevel(logging.INFO)

    @property
    def side_by_side(self) -> int | None:
        """How many units are computed side by side on this machine; None for the default."""
        return self.threads or self.workers

    @contextmanager
    def opened(self) -> Iterator[dict[str, Any]]:
        """Executor, progress display and time limit, as keyword arguments of `engine.run`."""
        from rsrg.execution.open_executor import open_executor
        from rsrg.execution.progress_bar import progress_bar
        from rsrg.execution.walltime import walltime_seconds

        limit = walltime_seconds(self.walltime)
        with (
            one_blas_thread(),
            progress_bar(self.no_progress, self.quiet) as watch,
            open_executor(self.threads, self.workers, self.scheduler) as executor,
        ):
            if self.scheduler is not None and not self.verbose:
                _silence_dask()
            try:
                yield {"executor": executor, "watch": watch, "walltime": limit}
            except KeyboardInterrupt:
                if self.as_json:
                    print_error(RsrgError("ended at once by a second Ctrl-C"))
                exit_at_once(EXIT_INTERRUPTED)


def _silence_dask() -> None:
    """No lines of Dask's own in this process: what matters of its cluster, the run says itself."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in ("distributed", "tornado", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL)


def with_execution_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of ExecutionOptions, after its own.

    The command takes them as one argument, `execution`; the parser sees them one by one.
    """
    keyword = inspect.Parameter.KEYWORD_ONLY
    hints = get_type_hints(ExecutionOptions, include_extras=True)
    own = [p for p in inspect.signature(command).parameters.values() if p.name != "execution"]
    shared = [
        inspect.Parameter(f.name, keyword, default=f.default, annotation=hints[f.name])
        for f in fields(ExecutionOptions)
    ]

    @wraps(command)
    def wrapper(**values: Any) -> None:
        execution = ExecutionOptions(**{p.name: values.pop(p.name) for p in shared})
        command(**values, execution=execution)

    parameters = [*(p.replace(kind=keyword) for p in own), *shared]
    wrapper.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {p.name: p.annotation for p in parameters}
    return wrapper


def one_blas_thread() -> AbstractContextManager[object]:
    """Linear algebra in one thread: matrices are small, and a second thread would only wait."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1, "blas")


def load(path: Path, overrides: list[str] | None) -> "Config | TrajectoryConfig":
    """The config in a file, with `-o` overrides."""
    from rsrg.config.loading import load_config

    return load_config(path, parse_overrides(overrides))


def load_any(path: Path, overrides: list[str] | None) -> "Config | ExactConfig | TrajectoryConfig":
    """The config in a file, of whatever kind, with `-o` overrides."""
    from rsrg.config.exact import ExactConfig
    from rsrg.config.loading import exact_config_from_source, kind_of_config, runnable_config
    from rsrg.config.yaml_source import override, read_source

    source = override(read_source(path), parse_overrides(overrides))
    exact = kind_of_config(source) is ExactConfig
    return exact_config_from_source(source) if exact else runnable_config(source)


def print_positions(config: "Config | TrajectoryConfig") -> None:
    """Which blocks the config of a flow takes from a file, and their box, if it does."""
    from rsrg.config.schema import Config

    if isinstance(config, Config) and config.blocks.positions is not None:
        from rsrg.config.positions import sample_text

        print(f"  {sample_text(config.blocks.positions)}")


def say(message: str) -> None:
    """Print a message on standard error, each line with the program's name in front."""
    for line in message.splitlines():
        print(f"rsrg: {line}", file=sys.stderr)
    sys.stderr.flush()


def exit_at_once(code: int) -> NoReturn:
    """Exit with a code, without waiting for a thread that still computes a chunk."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def fail(error: Exception, code: int) -> NoReturn:
    """Print the message of an error on standard error, and exit with a code.

    With `--json`, print it as JSON on standard output instead.
    """
    if "--json" in sys.argv:
        print_error(error)
    else:
        say(error_text(error))
    sys.exit(code)


def print_error(error: Exception) -> None:
    """Print an error as JSON on standard output."""
    print(json.dumps({"error": error_record(error)}, ensure_ascii=False, indent=1))


def error_text(error: Exception) -> str:
    """The message of an error, of the parser's too."""
    return usage_text(error) if hasattr(error, "format_message") else str(error)


def error_record(error: Exception) -> dict[str, Any]:
    """An error for programs: its kind, its message, and each problem of a config by itself."""
    message = error_text(error)
    problems = list(getattr(error, "problems", [message]))
    return {"kind": type(error).__name__, "message": message, "problems": problems}
