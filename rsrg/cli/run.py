"""Commands that compute one run: `run` and `exact` start one, `resume` goes on with it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rsrg.cli.examples import ExactExample, OptionalConfig, RunExample, chosen
from rsrg.cli.options import (
    ExecutionOptions,
    Overrides,
    RunPath,
    load,
    print_positions,
    with_execution_options,
)
from rsrg.cli.outcome import finish
from rsrg.cli.overrides import parse_overrides

if TYPE_CHECKING:
    from rsrg.config.run_config import RunConfig

Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="FILE", help="Run file; default: runs/CONFIG.h5."),
]
Restart = Annotated[
    bool,
    typer.Option("--restart", help="Begin again if the run file exists; it is kept as .old."),
]


@with_execution_options
def run(
    execution: ExecutionOptions,
    config: OptionalConfig = None,
    example: RunExample = None,
    o: Overrides = None,
    output: Output = None,
    restart: Restart = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "-n",
            "--dry-run",
            help="Write nothing; say what it would take: pairs of blocks, memory, time.",
        ),
    ] = False,
) -> None:
    """Run a config: progress, then the table of critical strains, a run file and a picture.

    A config with `positions` at its top level is a trajectory: M of each frame.
    """
    from rsrg.config.trajectory import TrajectoryConfig
    from rsrg.execution import engine
    from rsrg.execution.timing import timed_plan
    from rsrg.execution.trajectory_timing import trajectory_plan
    from rsrg.report.console import print_json
    from rsrg.report.plan_text import print_plan

    source = chosen(config, example, "flow", "trajectory")
    loaded = load(source, o)
    execution.apply()
    if dry_run:
        planned = (
            trajectory_plan(loaded, execution.side_by_side)
            if isinstance(loaded, TrajectoryConfig)
            else timed_plan(loaded)
        )
        if execution.as_json:
            print_json({"config": json.loads(loaded.resolved()), **asdict(planned)})
            return
        print_plan(planned)
        print_positions(loaded)
        return
    target = output or Path("runs") / f"{source.stem}.h5"
    with execution.opened() as options:
        result = engine.run(loaded, target, restart=restart, **options)
    finish(result, execution.quiet, execution.as_json)


@with_execution_options
def exact(
    execution: ExecutionOptions,
    config: OptionalConfig = None,
    example: ExactExample = None,
    o: Overrides = None,
    output: Output = None,
    restart: Restart = False,
) -> None:
    """Solve super blocks exactly: where Eqs. 3.2 and 3.3 are right, as a table and a picture."""
    from rsrg.config.loading import load_exact_config
    from rsrg.execution import engine

    source = chosen(config, example, "exact")
    loaded = load_exact_config(source, parse_overrides(o))
    execution.apply()
    target = output or Path("runs") / f"{source.stem}.h5"
    with execution.opened() as options:
        result = engine.start(loaded, target, restart=restart, **options)
    finish(result, execution.quiet, execution.as_json)


@with_execution_options
def resume(
    run: RunPath,
    execution: ExecutionOptions,
    o: Overrides = None,
    same_bits: Annotated[
        bool,
        typer.Option(
            "--same-bits",
            help="Refuse other software, or another kind of processor, than the run began with.",
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("-n", "--dry-run", help="Say what is left, and how long it would take.")
    ] = False,
) -> None:
    """Go on with a stopped run; or extend a finished one: -o sampling.samples N."""
    from rsrg.execution import engine

    overrides = parse_overrides(o)
    execution.apply()
    if dry_run:
        _print_left(run, overrides, execution.as_json)
        return
    with execution.opened() as options:
        result = engine.go_on(run, overrides, same_bits=same_bits, **options)
    finish(result, execution.quiet, execution.as_json)


def _print_left(path: Path, overrides: dict[str, Any], as_json: bool) -> None:
    """What a resume would do, and how long that would take here."""
    from rsrg.execution import engine
    from rsrg.formatting import counted, duration_text
    from rsrg.report.console import print_json

    config, left, total = engine.chunks_left(path, overrides)
    whole = _seconds(config) if left else None
    seconds = None if whole is None else whole * left / total
    if as_json:
        print_json({"chunks_left": left, "chunks": total, "seconds": seconds})
        return
    print(f"{path}: {counted(left, 'chunk')} of {total:,} left")
    if seconds is not None:
        print(f"  time about {duration_text(seconds)} on this machine")


def _seconds(config: "RunConfig") -> float | None:
    """What all of a run would take here; None where there is no estimate."""
    from rsrg.config.schema import Config
    from rsrg.config.trajectory import TrajectoryConfig
    from rsrg.execution.timing import timed_plan
    from rsrg.execution.trajectory_timing import trajectory_plan

    if isinstance(config, TrajectoryConfig):
        return trajectory_plan(config).seconds
    return timed_plan(config).seconds if isinstance(config, Config) else None
