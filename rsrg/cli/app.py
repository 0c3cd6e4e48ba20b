"""The command line. Commands parse, call, and print; everything else is imported when needed."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from rsrg.cli import studies as cli_studies
from rsrg.cli import theory as cli_paper
from rsrg.cli.options import (
    EXIT_FAILURE,
    EXIT_STOPPED,
    EXIT_USAGE,
    AsJson,
    ConfigPath,
    NoProgress,
    Overrides,
    Quiet,
    RunPath,
    Scheduler,
    Threads,
    Verbose,
    Walltime,
    Workers,
    log_to_stderr,
    use_threads,
)
from rsrg.cli.overrides import join_overrides, parse_overrides
from rsrg.errors import ConfigError, RsrgError

if TYPE_CHECKING:
    from rsrg.config.schema import Config
    from rsrg.results.run import Run

app = typer.Typer(
    name="rsrg",
    help="Real-space renormalization of interacting glass blocks: the sum itself, held against "
    "the formula.",
    epilog="Exit codes: 0 done, 1 failure, 2 usage or config, 75 stopped early and resumable.",
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


@app.command()
def run(
    config: ConfigPath,
    o: Overrides = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Run file; default: runs/CONFIG.h5."),
    ] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="Start anew if the file exists; it becomes .old.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("-n", "--dry-run", help="Say what it would do: pairs, memory, time.")
    ] = False,
    threads: Threads = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    walltime: Walltime = None,
    no_progress: NoProgress = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Run a config: progress, then the table of critical strains, a run file and a picture."""
    from rsrg.execution import engine
    from rsrg.execution.plan import plan
    from rsrg.report.terminal import print_plan

    loaded = _load(config, o)
    use_threads(threads)
    log_to_stderr(verbose)
    if dry_run:
        print_plan(plan(loaded))
        return
    target = output or Path("runs") / f"{config.stem}.h5"
    with _means(workers, scheduler, walltime, no_progress, quiet) as means:
        result = engine.run(loaded, target, restart=restart, **means)
    _finish(result, quiet)


@app.command()
def resume(
    run: RunPath,
    o: Overrides = None,
    threads: Threads = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    walltime: Walltime = None,
    no_progress: NoProgress = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Go on with a stopped run; or extend a finished one: -o sampling.samples N."""
    from rsrg.execution import engine

    overrides = parse_overrides(o)
    use_threads(threads)
    log_to_stderr(verbose)
    with _means(workers, scheduler, walltime, no_progress, quiet) as means:
        result = engine.resume(run, overrides, **means)
    _finish(result, quiet)


for _command in (cli_studies.sweep, cli_studies.status, cli_studies.merge):
    app.command()(_command)


@app.command()
def validate(config: ConfigPath, o: Overrides = None, as_json: AsJson = False) -> None:
    """Check a config and say what it asks for; every problem is listed at once."""
    from rsrg.execution.plan import plan
    from rsrg.report.terminal import print_json, print_plan

    loaded = _load(config, o)
    planned = plan(loaded, measure=False)
    if as_json:
        print_json({"valid": True, "config": json.loads(loaded.resolved()), **asdict(planned)})
        return
    print(f"{config} is valid.")
    print_plan(planned)


@app.command()
def inspect(
    run: RunPath,
    node: Annotated[str, typer.Argument(metavar="[NODE]", help="A group or dataset.")] = "/",
    as_json: AsJson = False,
) -> None:
    """Show a run file, also while it runs: status and tree, or the numbers of one dataset."""
    from rsrg.report.terminal import console, print_json
    from rsrg.report.tree import dataset_text, file_tree, node_rows, shown_attributes
    from rsrg.results.run import open_run

    opened = open_run(run)
    if node in ("config", "config_text"):
        print(opened.attributes[node])
        return
    rows = node_rows(opened, node)
    if as_json:
        print_json({"attributes": shown_attributes(opened), "datasets": rows})
        return
    console(wide=True).print(file_tree(opened, node))
    if [r["path"].strip("/") for r in rows] == [node.strip("/")]:
        print(dataset_text(opened, node))


@app.command()
def compare(
    run: RunPath,
    material: Annotated[str | None, typer.Option(help="Glass; default: the first.")] = None,
    reading: Annotated[str | None, typer.Option(help="Reading; default: all.")] = None,
    strain: Annotated[
        float | None, typer.Option(help="Strain; default: nearest to where the sum fails.")
    ] = None,
    channel: Annotated[
        str | None, typer.Option(help="Eigenchannel, e.g. yy-zz; default: the weakest.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Step by step: the flowing χ, the formulas, and their deviation in standard errors."""
    from rsrg.report.comparison import Choice, as_records, comparison, comparison_table
    from rsrg.report.terminal import console, print_json
    from rsrg.results.run import open_run

    rows = comparison(open_run(run), Choice(material, reading, strain, channel))
    if as_json:
        print_json(as_records(rows))
        return
    for steps in rows:
        console().print(comparison_table(steps))
        print()
    print("χ: eigenvalue of the channel. Deviations: in standard errors of χ⁻¹.")


@app.command()
def report(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="A run file (HDF5), or a folder of quenched runs.")
    ],
    material: Annotated[str | None, typer.Option(help="Glass of the picture.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="PNG, SVG or PDF.")
    ] = None,
    every_channel: Annotated[
        bool,
        typer.Option("--every-channel", help="A column for each channel, not the lowest only."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print the table of critical strains of a finished run again and draw its picture.

    Of a folder of quenched runs, such as a sweep's: the critical strains of their blocks against L.
    """
    from rsrg.report.flow_figure import flow_figure
    from rsrg.report.terminal import print_json, print_place, print_results
    from rsrg.results.run import open_run

    if run.is_dir():
        _report_study(run, output or run / f"{run.resolve().name}.png", material, as_json)
        return
    opened = open_run(run)
    if as_json:
        print_json([asdict(r) for r in opened.critical_strains()])
        return
    picture = output or opened.path.with_suffix(".png")
    glass = flow_figure(opened, picture, material)
    print_results(opened, every_channel)
    print_place(opened, picture, glass)
    _report_disorder(opened, picture, material)


@app.command()
def materials(as_json: AsJson = False) -> None:
    """List the twelve glasses of the paper's Table I, which configs can name."""
    from rsrg.physics.materials import GLASSES
    from rsrg.report.glass_table import glass_table
    from rsrg.report.terminal import console, print_json

    if as_json:
        print_json([asdict(m) for m in GLASSES.values()])
        return
    console().print(glass_table())


@app.command()
def schema() -> None:
    """Print the JSON schema of a config, for editors that complete and check YAML."""
    from rsrg.config.schema import Config
    from rsrg.report.terminal import print_json

    print_json(Config.model_json_schema())


app.command()(cli_paper.reproduce)
app.command()(cli_paper.critical)


def _load(path: Path, overrides: list[str] | None) -> "Config":
    from rsrg.config.loading import load_config

    return load_config(path, parse_overrides(overrides))


@contextmanager
def _means(
    workers: int | None, scheduler: str | None, walltime: str | None, silent: bool, quiet: bool
) -> Iterator[dict[str, Any]]:
    """Where a run computes, how long it may, and who watches, as the engine takes them."""
    from rsrg.execution.open_executor import open_executor
    from rsrg.execution.walltime import walltime_seconds
    from rsrg.report.progress import progress_bar

    limit = walltime_seconds(walltime)
    with open_executor(workers, scheduler) as executor, progress_bar(silent, quiet) as watch:
        yield {"executor": executor, "watch": watch, "walltime": limit}


def _finish(run: "Run", quiet: bool) -> None:
    """Say how a session ended; a stopped one exits with 75."""
    if run.status != "finished":
        done, total = run.progress
        _say(f"stopped: {done} of {total} chunks are in {run.path}. Go on: rsrg resume {run.path}")
        os._exit(EXIT_STOPPED)  # at once, whatever a thread that was left behind still computes
    from rsrg.report.flow_figure import flow_figure
    from rsrg.report.terminal import print_place, print_results

    picture = run.path.with_suffix(".png")
    if not quiet:
        print_results(run)
    glass = flow_figure(run, picture)
    if not quiet:
        print_place(run, picture, glass)
    _report_disorder(run, picture, quiet=quiet)


def _report_disorder(
    run: "Run", picture: Path, material: str | None = None, quiet: bool = False
) -> None:
    """Table and picture of the pool of a quenched run, beside the picture of the flow."""
    from rsrg.report.disorder_figure import disorder_figure
    from rsrg.report.terminal import print_disorder

    if not run.config.flow.quenched:
        return
    beside = picture.with_stem(f"{picture.stem}_pool")
    glass = disorder_figure(run, beside, material)
    if not quiet:
        print_disorder(run, material)
        print(f"picture of the blocks of {glass}: {beside}")


def _report_study(folder: Path, picture: Path, material: str | None, as_json: bool) -> None:
    """Table and picture of a folder of quenched runs, or the numbers as JSON."""
    from rsrg.report.study_figure import as_records, distributions, study_figure, study_table
    from rsrg.report.terminal import console, print_json
    from rsrg.studies.collect import collect

    rows = distributions(collect([folder]).runs, material)
    if as_json:
        print_json(as_records(rows))
        return
    study_figure(rows, picture)
    console(wide=True).print(study_table(rows))
    print(f"picture of {len(rows)} runs of {rows[0].material}: {picture}")


def _say(message: str) -> None:
    for line in message.splitlines():
        print(f"rsrg: {line}", file=sys.stderr)
    sys.stderr.flush()


def _fail(message: str, code: int) -> NoReturn:
    _say(message)
    sys.exit(code)


def main() -> None:
    """Entry point: mistakes of a user end in one clear message, never in a traceback."""
    try:
        app(join_overrides(sys.argv[1:]), prog_name="rsrg")
    except RsrgError as error:
        _fail(str(error), EXIT_USAGE if isinstance(error, ConfigError) else EXIT_FAILURE)
    except (ValueError, ArithmeticError) as error:
        from rsrg.physics.errors import ConvergenceError, PhysicsError

        if not isinstance(error, PhysicsError | ConvergenceError):
            raise
        _fail(str(error), EXIT_USAGE if isinstance(error, PhysicsError) else EXIT_FAILURE)
