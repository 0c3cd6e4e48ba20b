"""How a command ends: what it prints of a run, of its pool or of a study, finished or stopped."""

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from rsrg.cli.options import EXIT_STOPPED, exit_at_once, say

if TYPE_CHECKING:
    from rsrg.results.exact_run import ExactRun
    from rsrg.results.run import Run


def exit_stopped(message: str) -> NoReturn:
    """Say that work stopped early, and exit with 75 at once."""
    say(message)
    exit_at_once(EXIT_STOPPED)


def finish(run: "Run | ExactRun", quiet: bool) -> None:
    """Say how a session ended; a stopped one exits with 75."""
    if run.status != "finished":
        done, total = run.progress
        exit_stopped(
            f"stopped: {done} of {total} chunks are in {run.path}. Go on: rsrg resume {run.path}"
        )
    from rsrg.results.run import Run

    if not isinstance(run, Run):
        report_exact(run, run.path.with_suffix(".png"), quiet)
        return
    from rsrg.report.flow_figure import flow_figure
    from rsrg.report.terminal import print_place, print_results

    picture = run.path.with_suffix(".png")
    if not quiet:
        print_results(run)
    glass = flow_figure(run, picture)
    if not quiet:
        print_place(run, picture, glass)
    report_disorder(run, picture, quiet=quiet)


def report_exact(
    run: "ExactRun", picture: Path, quiet: bool = False, as_json: bool = False
) -> None:
    """Table and picture of an ensemble of exact super blocks, or its numbers as JSON."""
    from rsrg.report.console import print_json
    from rsrg.report.exact_figure import exact_figure
    from rsrg.report.exact_table import as_records, print_exact

    run.require_finished()
    if as_json:
        print_json(as_records(run))
        return
    exact_figure(run, picture)
    if not quiet:
        print_exact(run)
        print(f"run file: {run.path}\npicture: {picture}")


def report_disorder(
    run: "Run", picture: Path, material: str | None = None, quiet: bool = False
) -> None:
    """Table and picture of the pool of a quenched run, beside the picture of the flow."""
    if not run.config.flow.quenched:
        return
    from rsrg.report.disorder_figure import disorder_figure
    from rsrg.report.terminal import print_disorder

    beside = picture.with_stem(f"{picture.stem}_pool")
    glass = disorder_figure(run, beside, material)
    if not quiet:
        print_disorder(run, material)
        print(f"picture of the blocks of {glass}: {beside}")


def report_study(folder: Path, picture: Path, material: str | None, as_json: bool) -> None:
    """Table and picture of a folder of quenched runs, or the numbers as JSON."""
    from rsrg.report.console import console, print_json
    from rsrg.report.study_figure import as_records, distributions, study_figure, study_table
    from rsrg.studies.collect import collect

    rows = distributions(collect([folder]).runs, material)
    if as_json:
        print_json(as_records(rows))
        return
    study_figure(rows, picture)
    console(wide=True).print(study_table(rows))
    print(f"picture of {len(rows)} runs of {rows[0].material}: {picture}")
