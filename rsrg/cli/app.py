"""The command line: all commands, and how their errors are shown."""

import atexit
import gc
import sys
from typing import Annotated

import typer

from rsrg.cli import doctor, init, report, run, show, studies, theory, watch
from rsrg.cli.options import EXIT_FAILURE, EXIT_USAGE, fail
from rsrg.cli.overrides import join_overrides
from rsrg.cli.streams import LastingStream, lasting_streams
from rsrg.errors import InputError, RsrgError

COMPUTING = ("run", "exact", "resume", "sweep", "reproduce")  # their work goes into files
UsageError: type[Exception] = typer.BadParameter.__mro__[1]  # typer names its subclasses alone
ALLOCATIONS = 10_000  # of objects between two searches for unreachable ones

app = typer.Typer(
    name="rsrg",
    help="Real-space renormalization of interacting glass blocks: the sum over blocks itself, held "
    "against the paper's formula.",
    epilog="Exit codes: 0 done, 1 failure, 2 usage or config, 75 stopped early and resumable, "
    "130 second Ctrl-C.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from rsrg.storage.provenance import version_text

        print(f"rsrg {version_text()}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print version and commit."
        ),
    ] = False,
) -> None:
    pass


for _command in (
    init.init,
    *(run.run, run.exact, run.resume),
    *(show.validate, show.inspect, show.compare, report.report, show.materials, show.schema),
    *(studies.sweep, studies.status, watch.watch, studies.merge),
    doctor.doctor,
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
    with lasting_streams() as out:
        try:
            _carry_out()
        finally:
            _require_output(out)


def _require_output(out: LastingStream) -> None:
    """Fail where the output was the work of the command, and could not be written."""
    out.flush()
    computes = len(sys.argv) > 1 and sys.argv[1] in COMPUTING
    if out.error is not None and not computes:
        fail(RsrgError(f"cannot write the output: {out.error.strerror}"), EXIT_FAILURE)


def _carry_out() -> None:
    try:
        # not standalone: the parser then raises its errors, and prints none
        code = app(join_overrides(sys.argv[1:]), prog_name="rsrg", standalone_mode=False)
    except RsrgError as error:
        fail(error, EXIT_USAGE if isinstance(error, InputError) else EXIT_FAILURE)
    except UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # no mistake: it is how help is asked for
            print(getattr(error, "ctx").get_help())  # noqa: B009, of a class that has no name here
            sys.exit(EXIT_USAGE)
        fail(error, EXIT_USAGE)
    except OSError as error:  # a folder that may not be entered, a disk that is gone
        if error.filename is None:
            raise
        fail(RsrgError(f"{error.filename}: {error.strerror}"), EXIT_FAILURE)
    except Exception:
        _fail_on_old_packages()
        raise
    else:
        sys.exit(code)


def _fail_on_old_packages() -> None:
    """End with what is missing or too old, where a package may be to blame for what happened."""
    from rsrg.dependencies import unmet_requirements

    if unmet := unmet_requirements():
        fail(RsrgError("\n".join(unmet)), EXIT_FAILURE)
