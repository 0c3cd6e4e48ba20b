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
    one_blas_thread,
    print_positions,
    with_execution_options,
)
from rsrg.cli.outcome import finish
from rsrg.cli.overrides import parse_overrides

if TYPE_CHECKING:
    from rsrg.config.exact import ExactConfig
    from rsrg.config.run_config import RunConfig
    from rsrg.config.schema import Config
    from rsrg.config.trajectory import TrajectoryConfig
    from rsrg.execution.plan import Plan
    from rsrg.execution.trajectory_plan import TrajectoryPlan

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
    from rsrg.execution import engine
    from rsrg.report.console import print_json
    from rsrg.report.plan_text import print_plan

    source = chosen(config, example, "flow", "trajectory")
    loaded = load(source, o)
    execution.apply()
    if dry_run:
        planned = _planned(loaded, execution.side_by_side)
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
    dry_run: Annotated[
        bool, typer.Option("-n", "--dry-run", help="Write nothing; say what it would take.")
    ] = False,
) -> None:
    """Solve super blocks exactly: where Eqs. 3.2 and 3.3 are right, as a table and a picture."""
    from rsrg.config.loading import load_exact_config
    from rsrg.execution import engine

    source = chosen(config, example, "exact")
    loaded = load_exact_config(source, parse_overrides(o))
    execution.apply()
    if dry_run:
        _print_exact_plan(loaded, execution)
        return
    target = output or Path("runs") / f"{source.stem}.h5"
    with execution.opened() as options:
        result = engine.start(loaded, target, restart=restart, **options)
    finish(result, execution.quiet, execution.as_json)


def _print_exact_plan(config: "ExactConfig", execution: ExecutionOptions) -> None:
    """What an ensemble of exact super blocks would take."""
    from rsrg.execution.exact_timing import exact_plan
    from rsrg.report.console import print_json
    from rsrg.report.plan_text import print_plan

    with one_blas_thread():
        planned = exact_plan(config, execution.side_by_side)
    if execution.as_json:
        print_json({"config": json.loads(config.resolved()), **asdict(planned)})
        return
    print_plan(planned)


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
    from rsrg.config.schema import Config
    from rsrg.execution import engine
    from rsrg.formatting import counted, duration_text
    from rsrg.report.console import print_json

    config, by_kind = engine.chunks_left(path, overrides)
    left, total = sum(by_kind.values()), sum(config.chunk_totals().values())
    seconds = _seconds_left(config, by_kind) if left else None
    if as_json:
        print_json({"chunks_left": left, "chunks": total, "seconds": seconds})
        return
    print(f"{path}: {counted(left, config.unit)} of {total:,} left")
    if seconds is not None:
        source = "measured on one chunk" if isinstance(config, Config) else "estimated"
        print(f"  time about {duration_text(seconds)} on this machine ({source})")


def _seconds_left(config: "RunConfig", chunks: dict[str, int]) -> float | None:
    """The time of so many chunks of each kind of work on this machine; None where unknown."""
    from rsrg.config.schema import Config
    from rsrg.config.trajectory import TrajectoryConfig
    from rsrg.execution.timing import chunk_times
    from rsrg.execution.trajectory_timing import trajectory_plan

    if isinstance(config, TrajectoryConfig):
        whole = trajectory_plan(config).seconds
        return None if whole is None else whole * sum(chunks.values()) / config.chunks()
    times = chunk_times(config) if isinstance(config, Config) else None
    return times.of(chunks) if times else None


def _planned(
    config: "Config | TrajectoryConfig", threads: int | None = None
) -> "Plan | TrajectoryPlan":
    """The plan of a flow or a trajectory, with the time that it would take here."""
    from rsrg.config.schema import Config

    if isinstance(config, Config):
        from rsrg.execution.timing import timed_plan

        return timed_plan(config)
    from rsrg.execution.trajectory_timing import trajectory_plan

    return trajectory_plan(config, threads)
