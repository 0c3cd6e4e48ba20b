"""The command line. Commands parse, call, and print; everything else is imported when needed."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from rsrg.runs.config import Config
    from rsrg.runs.run import Run

EXIT_FAILURE, EXIT_USAGE, EXIT_STOPPED = 1, 2, 75

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

ConfigPath = Annotated[Path, typer.Argument(metavar="CONFIG", help="A YAML config.")]
RunPath = Annotated[Path, typer.Argument(metavar="RUN", help="A run file (HDF5).")]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "-o", metavar="KEY VALUE", help="Override a config value: -o sampling.seed 7. Repeatable."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
NoProgress = Annotated[bool, typer.Option("--no-progress", help="No progress bar.")]
Threads = Annotated[
    int | None,
    typer.Option("--threads", metavar="N", help="Threads of the sums; default: one per core."),
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print errors only.")]


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
    no_progress: NoProgress = False,
    quiet: Quiet = False,
) -> None:
    """Run a config: progress, then the table of critical strains, a run file and a picture."""
    from rsrg.report.terminal import print_plan, progress_bar
    from rsrg.runs import engine
    from rsrg.runs.plan import plan

    loaded = _load(config, o)
    _use_threads(threads)
    if dry_run:
        print_plan(plan(loaded))
        return
    target = output or Path("runs") / f"{config.stem}.h5"
    with progress_bar(no_progress or quiet) as watch:
        result = engine.run(loaded, target, restart=restart, watch=watch)
    _finish(result, quiet)


@app.command()
def resume(
    run: RunPath,
    o: Overrides = None,
    threads: Threads = None,
    no_progress: NoProgress = False,
    quiet: Quiet = False,
) -> None:
    """Go on with a stopped run; or extend a finished one with -o sampling.samples N."""
    from rsrg.report.terminal import progress_bar
    from rsrg.runs import engine

    overrides = _parse_overrides(o)
    _use_threads(threads)
    with progress_bar(no_progress or quiet) as watch:
        result = engine.resume(run, overrides, watch=watch)
    _finish(result, quiet)


@app.command()
def validate(config: ConfigPath, o: Overrides = None, as_json: AsJson = False) -> None:
    """Check a config and say what it asks for; every problem is listed at once."""
    from rsrg.report.terminal import print_json, print_plan
    from rsrg.runs.plan import plan

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
    from rsrg.runs.run import open_run

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
    from rsrg.runs.run import open_run

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
    run: RunPath,
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
    """Print the table of critical strains of a finished run again and draw its picture."""
    from rsrg.report.flow_figure import flow_figure
    from rsrg.report.terminal import print_json, print_place, print_results
    from rsrg.runs.run import open_run

    opened = open_run(run)
    if as_json:
        print_json([asdict(r) for r in opened.critical_strains()])
        return
    picture = output or opened.path.with_suffix(".png")
    glass = flow_figure(opened, picture, material)
    print_results(opened, every_channel)
    print_place(opened, picture, glass)


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
    from rsrg.report.terminal import print_json
    from rsrg.runs.config import Config

    print_json(Config.model_json_schema())


def _load(path: Path, overrides: list[str] | None) -> "Config":
    from rsrg.runs.loading import load_config

    return load_config(path, _parse_overrides(overrides))


def _parse_overrides(pairs: list[str] | None) -> dict[str, Any]:
    """KEY=VALUE texts (see `_join_overrides`) with each value read as YAML."""
    from rsrg.runs.source import read_value

    parts = [pair.partition("=") for pair in pairs or []]
    return {key: read_value(value) for key, _, value in parts}


def _use_threads(threads: int | None) -> None:
    if threads is not None:
        from rsrg.physics.errors import PhysicsError
        from rsrg.sums.jit import set_threads

        try:
            set_threads(threads)
        except PhysicsError as error:
            _fail(str(error), EXIT_USAGE)


def _finish(run: "Run", quiet: bool) -> None:
    """Say how a session ended; a stopped one exits with 75."""
    from rsrg.report.flow_figure import flow_figure
    from rsrg.report.terminal import print_place, print_results

    if run.status != "finished":
        done, total = run.progress
        _fail(
            f"stopped: {done} of {total} chunks are in {run.path}. Go on: rsrg resume {run.path}",
            EXIT_STOPPED,
        )
    picture = run.path.with_suffix(".png")
    if not quiet:
        print_results(run)
    glass = flow_figure(run, picture)
    if not quiet:
        print_place(run, picture, glass)


def _join_overrides(arguments: list[str]) -> list[str]:
    """`-o KEY VALUE` as `-o KEY=VALUE`, the one form that the parser takes."""
    joined: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        joined.append(argument)
        if argument == "-o":
            key = next(rest, "")
            value = "" if "=" in key else next(rest, "")
            if not key or ("=" not in key and (not value or value.startswith("--"))):
                _fail(f"`-o` must be followed by a key and a value; got {key!r} {value!r}", 2)
            joined.append(key if "=" in key else f"{key}={value}")
    return joined


def _fail(message: str, code: int) -> NoReturn:
    for line in message.splitlines():
        print(f"rsrg: {line}", file=sys.stderr)
    sys.exit(code)


def main() -> None:
    """Entry point: mistakes of a user end in one clear message, never in a traceback."""
    from rsrg.runs.errors import ConfigError, RsrgError

    try:
        app(_join_overrides(sys.argv[1:]), prog_name="rsrg")
    except RsrgError as error:
        _fail(str(error), EXIT_USAGE if isinstance(error, ConfigError) else EXIT_FAILURE)
    except (ValueError, ArithmeticError) as error:
        from rsrg.physics.errors import ConvergenceError, PhysicsError

        if not isinstance(error, PhysicsError | ConvergenceError):
            raise
        _fail(str(error), EXIT_FAILURE)
