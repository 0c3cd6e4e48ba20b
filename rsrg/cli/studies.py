"""Commands on many runs at once: carry a study on, look at runs, put their results together."""

import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rsrg.cli.examples import OptionalStudy, StudyExample, chosen
from rsrg.cli.options import EXIT_FAILURE, AsJson, ExecutionOptions, with_execution_options
from rsrg.cli.outcome import exit_stopped
from rsrg.formatting import counted

if TYPE_CHECKING:
    from rsrg.studies.study import Study
    from rsrg.studies.sweep import Swept

Folder = Annotated[
    Path | None,
    typer.Option("--output", metavar="DIR", help="Folder of the runs; default: runs/STUDY."),
]
DryRun = Annotated[
    bool, typer.Option("-n", "--dry-run", help="Say what is to do, and how long it would take.")
]


@with_execution_options
def sweep(
    execution: ExecutionOptions,
    study: OptionalStudy = None,
    example: StudyExample = None,
    output: Folder = None,
    dry_run: DryRun = False,
) -> None:
    """Run all runs of a study that are missing, stopped or failed; finished ones stay."""
    from rsrg.studies.study import load_study
    from rsrg.studies.sweep import sweep as sweep_study

    loaded = load_study(chosen(study, example, "study"))
    folder = output or loaded.folder
    execution.apply()
    if dry_run:
        _print_plan(loaded, folder, execution.as_json)
        return
    with execution.opened() as options:
        swept = sweep_study(loaded, folder, notify=_notify(execution), **options)
    _finish(swept, folder, execution)


def _print_plan(study: "Study", folder: Path, as_json: bool) -> None:
    """What a sweep would do, and how long that would take."""
    from rsrg.report.console import console, print_json
    from rsrg.report.status_table import plan_data, plan_text, print_groups
    from rsrg.studies.sweep import sweep_plan

    plan = sweep_plan(study, folder)
    if as_json:
        print_json(plan_data(plan))
        return
    print_groups([plan.group], console())
    print(plan_text(plan))


def _finish(swept: "Swept", folder: Path, execution: ExecutionOptions) -> None:
    """Say how a sweep ended; a stopped one exits with 75, one with failed runs with 1."""
    from rsrg.report.console import console, print_json
    from rsrg.report.status_table import as_records, counts, print_groups
    from rsrg.studies.status import groups_of

    if execution.as_json:
        print_json(
            {"folder": str(folder), "finished": swept.finished, "stopped": swept.stopped}
            | {"runs": as_records(swept.runs)}
        )
    if swept.stopped and not swept.finished:
        exit_stopped(f"stopped: {counts(swept.wanted)}. Go on with the same command")
    if not execution.as_json and not (execution.quiet and swept.finished):
        print_groups(groups_of(swept.runs), console())
    if not swept.finished:
        print(f"rsrg: not every run is finished: {counts(swept.wanted)}", file=sys.stderr)
        raise typer.Exit(EXIT_FAILURE)


def _notify(execution: ExecutionOptions) -> Callable[[str], None]:
    """What says of each run how it ended: with `--json` on standard error, as progress is."""
    if execution.quiet:
        return lambda text: None
    stream = sys.stderr if execution.as_json else sys.stdout
    return lambda text: print(text, file=stream, flush=True)


def status(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH…", help="Run files, folders, or study files.")
    ],
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 0 only if every run is finished.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show how far runs are: finished, running by whom, interrupted, stopped, failed and why."""
    from rsrg.report.console import console, print_json
    from rsrg.report.status_table import as_records, counts, print_groups
    from rsrg.studies.run_files import in_subfolders, left_out
    from rsrg.studies.status import groups_of
    from rsrg.studies.status import status as run_states

    runs = run_states(*paths)
    if as_json:
        print_json(as_records(runs))
    else:
        print_groups(groups_of(runs), console())
        print(counts(runs))
        for note in (left_out(paths), "" if runs else in_subfolders(paths)):
            if note:
                print(note)
    wanted = [s for s in runs if s.in_study is not False]
    if check and (not wanted or any(s.state != "finished" for s in wanted)):
        raise typer.Exit(EXIT_FAILURE)


def merge(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH…", help="A sweep's folder, or finished runs.")
    ],
    output: Annotated[Path, typer.Option("--output", metavar="FILE", help="File to write.")],
    pool_seeds: Annotated[
        bool,
        typer.Option(
            "--pool-seeds", help="Make one result of runs that differ in their seed alone."
        ),
    ] = False,
    no_raw: Annotated[
        bool,
        typer.Option(
            "--no-raw", help="Leave out the raw means over chunks of 16 draws: a smaller file."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put finished runs into one file, with what they were swept over as named dimensions."""
    from rsrg.report.console import print_json
    from rsrg.studies.merge import merge as merge_runs
    from rsrg.studies.run_files import left_out

    merged = merge_runs(paths, output, pool_seeds=pool_seeds, raw=not no_raw)
    notes = [*merged.notes, *filter(None, [left_out(paths)])]
    if as_json:
        print_json(asdict(merged) | {"path": str(merged.path), "notes": notes})
        return
    sizes = " × ".join(f"{name} {size}" for name, size in merged.sizes.items())
    print(f"{merged.path}: {counted(merged.runs, 'run')}{', ' if sizes else ''}{sizes}")
    for note in notes:
        print(f"note: {note}")
