"""Commands on many runs at once: carry a study on, look at runs, put their results together."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from rsrg.cli.examples import OptionalStudy, StudyExample, chosen
from rsrg.cli.options import EXIT_FAILURE, AsJson, ExecutionOptions, with_execution_options
from rsrg.cli.outcome import exit_stopped


@with_execution_options
def sweep(
    execution: ExecutionOptions,
    study: OptionalStudy = None,
    example: StudyExample = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="DIR", help="Folder of the runs; default: runs/STUDY."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("-n", "--dry-run", help="Say what is to do, and how long it would take.")
    ] = False,
) -> None:
    """Run all runs of a study that are missing, stopped or failed; finished ones stay."""
    from rsrg.report.console import console
    from rsrg.report.status_table import counts, plan_text, print_groups
    from rsrg.studies.status import groups_of
    from rsrg.studies.study import load_study
    from rsrg.studies.sweep import sweep as sweep_study
    from rsrg.studies.sweep import sweep_plan

    loaded = load_study(chosen(study, example, "study"))
    folder = output or loaded.folder
    execution.apply()
    if dry_run:
        plan = sweep_plan(loaded, folder)
        print_groups([plan.group], console())
        print(plan_text(plan))
        return
    notify = (lambda text: None) if execution.quiet else (lambda text: print(text, flush=True))
    with execution.opened() as options:
        swept = sweep_study(loaded, folder, notify=notify, **options)
    if swept.stopped and not swept.finished:
        exit_stopped(f"stopped: {counts(swept.wanted)}. Go on with the same command")
    if not execution.quiet or not swept.finished:
        print_groups(groups_of(swept.runs), console())
    if not swept.finished:
        print(f"rsrg: not every run is finished: {counts(swept.wanted)}", file=sys.stderr)
        raise typer.Exit(EXIT_FAILURE)


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
    from rsrg.studies.run_files import left_out
    from rsrg.studies.status import groups_of
    from rsrg.studies.status import status as run_states

    runs = run_states(*paths)
    if as_json:
        print_json(as_records(runs))
    else:
        print_groups(groups_of(runs), console())
        print(counts(runs))
        if others := left_out(paths):
            print(others)
    wanted = [s for s in runs if s.in_study is not False]
    if check and (not wanted or any(s.state != "finished" for s in wanted)):
        raise typer.Exit(EXIT_FAILURE)


def merge(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH…", help="A sweep's folder, or finished runs.")
    ],
    output: Annotated[Path, typer.Option("--output", metavar="FILE", help="File to write.")],
    pool_seeds: Annotated[
        bool, typer.Option("--pool-seeds", help="Seeds of one config as one result.")
    ] = False,
    no_raw: Annotated[
        bool, typer.Option("--no-raw", help="Leave out the raw chunk means: a smaller file.")
    ] = False,
) -> None:
    """Put finished runs into one file, with what they were swept over as named dimensions."""
    from rsrg.studies.merge import merge as merge_runs
    from rsrg.studies.run_files import left_out

    merged = merge_runs(paths, output, pool_seeds=pool_seeds, raw=not no_raw)
    sizes = " × ".join(f"{name} {size}" for name, size in merged.sizes.items())
    print(f"{merged.path}: {merged.runs} runs{', ' if sizes else ''}{sizes}")
    for note in (*merged.notes, *filter(None, [left_out(paths)])):
        print(f"note: {note}")
