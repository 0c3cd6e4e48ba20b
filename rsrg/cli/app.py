"""The command line: all commands, and how their errors are shown."""

import atexit
import gc
import sys
from typing import Annotated

import typer

from rsrg.cli import report, run, show, studies, theory
from rsrg.cli.options import EXIT_FAILURE, EXIT_USAGE, fail
from rsrg.cli.overrides import join_overrides
from rsrg.errors import ConfigError, RsrgError

UsageError: type[Exception] = typer.BadParameter.__mro__[1]  # typer names its subclasses alone
ALLOCATIONS = 10_000  # of objects between two searches for unreachable ones

app = typer.Typer(
    name="rsrg",
    help="Real-space renormalization of interacting glass blocks: the sum itself, held against "
    "the formula.",
    epilog="Exit codes: 0 done, 1 failure, 2 usage or config, 75 stopped early and resumable, "
    "130 second Ctrl-C.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"rsrg {version('rsrg')}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


for _command in (
    *(run.run, run.exact, run.resume),
    *(studies.sweep, studies.status, studies.merge),
    *(show.validate, show.inspect, show.compare, report.report, show.materials, show.schema),
    *(theory.reproduce, theory.critical, theory.stability),
):
    app.command()(_command)


def main() -> None:
    """Entry point: mistakes of a user end in one clear message, never in a traceback.

    Most objects are made by imports, and stay. The garbage collector would look at them again and
    again while a command starts, and once more at its end: a quarter of the time of a short run.
    """
    gc.set_threshold(ALLOCATIONS)
    atexit.register(gc.freeze)
    try:
        as_json = "--json" in sys.argv  # then the parser does not print its own errors, but raises
        code = app(join_overrides(sys.argv[1:]), prog_name="rsrg", standalone_mode=not as_json)
    except RsrgError as error:
        fail(error, EXIT_USAGE if isinstance(error, ConfigError) else EXIT_FAILURE)
    except UsageError as error:
        fail(error, EXIT_USAGE)
    except (ValueError, ArithmeticError) as error:
        _fail_physics(error)
    else:
        sys.exit(code)


def _fail_physics(error: Exception) -> None:
    """End with the message of an equation; raise anything else."""
    from rsrg.physics.errors import ConvergenceError, PhysicsError

    if not isinstance(error, PhysicsError | ConvergenceError):
        raise error
    fail(error, EXIT_USAGE if isinstance(error, PhysicsError) else EXIT_FAILURE)
