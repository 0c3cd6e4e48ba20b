"""How a command ends: what it prints of a run, of its pool or of a study, finished or stopped."""

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from rsrg.cli.options import EXIT_STOPPED, exit_at_once, say
from rsrg.errors import RunFileError
from rsrg.formatting import shell_path

if TYPE_CHECKING:
    from rsrg.results.any_run import AnyRun
    from rsrg.results.exact_run import ExactRun
    from rsrg.results.run import Run
    from rsrg.results.trajectory_run import TrajectoryRun


def exit_stopped(message: str) -> NoReturn:
    """Say that work stopped early, and exit with 75 at once."""
    say(message)
    exit_at_once(EXIT_STOPPED)


def finish(run: "AnyRun", quiet: bool, as_json: bool = False) -> None:
    """Say how a session ended; a stopped one exits with 75."""
    if run.status != "finished":
        _finish_stopped(run, as_json)
    from rsrg.report.console import print_json
    from rsrg.report.run_data import run_data

    silent = quiet or as_json
    if not silent:
        _print_finished(run)
    pictures = _pictures(run, silent)
    if as_json:
        print_json(run_data(run, pictures))


def _finish_stopped(run: "AnyRun", as_json: bool) -> NoReturn:
    if as_json:
        from rsrg.report.console import print_json
        from rsrg.report.run_data import run_data

        print_json(run_data(run, ()))
        exit_at_once(EXIT_STOPPED)
    done, total = run.progress
    reason = run.provenance[-1]["reason"]
    exit_stopped(
        f"{reason}: {done} of {total} {run.config.unit}s are in {run.path}. Go on: rsrg resume "
        f"{shell_path(run.path)}"
    )


def _print_finished(run: "AnyRun") -> None:
    """The tables of a run, and where it is."""
    from rsrg.results.run import Run
    from rsrg.results.trajectory_run import TrajectoryRun

    if isinstance(run, Run):
        from rsrg.report.terminal import print_disorder, print_results

        print_results(run)
        if run.config.flow.quenched:
            print_disorder(run)
    elif isinstance(run, TrajectoryRun):
        from rsrg.report.trajectory_table import print_trajectory

        print_trajectory(run)
    else:
        from rsrg.report.exact_table import print_exact

        print_exact(run)
    print(f"run file: {run.path}")


def _pictures(run: "AnyRun", quiet: bool) -> list[Path]:
    """Draw the pictures of a run beside it, unless a file of the user's is there."""
    from rsrg.report.style import require_own
    from rsrg.results.run import Run
    from rsrg.results.trajectory_run import TrajectoryRun

    picture = run.path.with_suffix(".png")
    try:
        require_own(picture)
        if isinstance(run, Run):
            return draw(run, picture, quiet=quiet)
        if isinstance(run, TrajectoryRun):
            from rsrg.report.trajectory_figure import trajectory_figure

            trajectory_figure(run, picture)
        else:
            from rsrg.report.exact_figure import exact_figure

            exact_figure(run, picture)
    except RunFileError as error:
        say(f"no picture: {error}")
        return []
    if not quiet:
        print(f"picture: {picture}")
    return [picture]


def draw(run: "Run", picture: Path, material: str | None = None, quiet: bool = False) -> list[Path]:
    """The picture of a run's flow; of a quenched run, beside it that of its pool."""
    from rsrg.report.flow_figure import flow_figure

    pictures = {picture: flow_figure(run, picture, material)}
    if run.config.flow.quenched:
        from rsrg.report.disorder_figure import disorder_figure

        beside = picture.with_stem(f"{picture.stem}_pool")
        pictures[beside] = f"the blocks of {disorder_figure(run, beside, material)}"
    for path, subject in pictures.items() if not quiet else ():
        print(f"picture of {subject}: {path}")
    return list(pictures)


def report_exact(run: "ExactRun", picture: Path | None, as_json: bool = False) -> None:
    """Table and picture of an ensemble of exact super blocks, or its numbers as JSON."""
    from rsrg.report.console import print_json
    from rsrg.report.exact_figure import exact_figure
    from rsrg.report.exact_table import as_records, print_exact

    if run.status != "finished":
        done, total = run.progress
        print(f"{run.path} is {run.status}: {done} of {total} chunks")
        return
    if as_json:
        print_json(as_records(run))
        return
    print_exact(run)
    print(f"run file: {run.path}")
    if picture is not None:
        exact_figure(run, picture)
        print(f"picture: {picture}")


def report_trajectory(
    run: "TrajectoryRun", picture: Path | None, material: str | None, as_json: bool
) -> None:
    """Tables and picture of a trajectory, or its numbers as JSON."""
    from rsrg.report.console import print_json
    from rsrg.report.trajectory_figure import trajectory_figure
    from rsrg.report.trajectory_table import as_records, print_trajectory

    if run.status != "finished":
        done, total = run.progress
        print(f"{run.path} is {run.status}: {done} of {total} frames")
        return
    run.material_index(material)  # an unknown glass is an error, not left out
    if as_json:
        print_json(as_records(run))
        return
    print_trajectory(run)
    print(f"run file: {run.path}")
    if picture is not None:
        trajectory_figure(run, picture, material)
        print(f"picture: {picture}")


def report_study(folder: Path, picture: Path | None, material: str | None, as_json: bool) -> None:
    """Table of a folder of quenched runs, and their picture; or the numbers as JSON."""
    from rsrg.report.console import console, print_json
    from rsrg.report.fitted_table import print_table
    from rsrg.report.study_figure import as_records, distributions, study_figure, study_table
    from rsrg.studies.collect import collect

    rows = distributions(collect([folder]).runs, material)
    if as_json:
        print_json(as_records(rows))
        return
    print_table(console(), study_table(rows), names=2)
    if picture is not None:
        study_figure(rows, picture)
        print(f"picture of {len(rows)} runs of {rows[0].material}: {picture}")
