"""The command `report`: the page, table and pictures of a run, finished or not, or of a study."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rsrg.cli.figures import FigureFormat, refuse_figures, report_figures
from rsrg.cli.options import AsJson
from rsrg.cli.outcome import draw, report_exact, report_study, report_trajectory
from rsrg.cli.paper_table import TableFormat, print_paper_table
from rsrg.errors import ConfigError, RunFileError

if TYPE_CHECKING:
    from rsrg.results.run import Run
    from rsrg.studies.members import Member

PICTURES = (".png", ".svg", ".pdf")


def report(
    run: Annotated[
        Path,
        typer.Argument(
            metavar="RUN", help="A run file (HDF5), a folder of runs, or a file of merged runs."
        ),
    ],
    material: Annotated[
        str | None,
        typer.Option(
            help="Glass of pictures, of --table, and of unequal blocks; default: the first."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="FILE",
            help="Where the page goes (.html), default: beside RUN; or, in its place, draw the one "
            "picture (.png, .svg, .pdf).",
        ),
    ] = None,
    shared_script: Annotated[
        bool,
        typer.Option(
            "--shared-script",
            help="Keep the script that draws (plotly, 5 MB) in one file beside the pages.",
        ),
    ] = False,
    figures: Annotated[
        FigureFormat | None,
        typer.Option(help="Also write each figure at journal size into RUN_figures/."),
    ] = None,
    table: Annotated[
        TableFormat | None,
        typer.Option(
            help="Print only the table of critical strains: csv, or latex (needs booktabs)."
        ),
    ] = None,
    every_channel: Annotated[
        bool,
        typer.Option(
            "--every-channel", help="A column for each channel that fails, not the first only."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write the page of a run: whether to trust it, and what it says; and print its tables.

    The page is one HTML file that needs no network. Also of runs that are not
    finished, with the results so far; of a folder, such as a sweep's; and of
    merged runs.
    """
    from rsrg.report.console import print_json
    from rsrg.results.merged_runs import MergedRuns
    from rsrg.results.opened import open_any
    from rsrg.results.run import Run
    from rsrg.results.trajectory_run import TrajectoryRun
    from rsrg.studies.members import merged_members, study_members

    if output is not None and output.suffix not in (".html", *PICTURES):
        raise RunFileError(
            "`--output` must end in .html for the page, or in .png, .svg or .pdf for a picture; "
            f"got {output}"
        )
    if table is not None and as_json:
        raise ConfigError(["`--json` must not come with `--table`, which names another format"])
    if table is not None:
        print_paper_table(run, table, material)
        return
    opened = None if run.is_dir() else open_any(run)
    if opened is None or isinstance(opened, MergedRuns):
        refuse_figures(run, figures)
        members = merged_members(opened.snapshot) if opened else study_members(run)
        _report_study(run, members, output, shared_script, material, as_json)
        return
    pictured = output is not None and output.suffix in PICTURES
    if as_json:
        opened.require_finished()
    if as_json and isinstance(opened, Run):
        print_json([asdict(r) for r in opened.critical_strains()])
        return
    if not isinstance(opened, Run):
        refuse_figures(run, figures)
        picture = output if pictured else None
        if isinstance(opened, TrajectoryRun):
            report_trajectory(opened, picture, material, as_json)
        else:
            report_exact(opened, picture, as_json=as_json)
    else:
        opened.material_index(material)  # an unknown glass is an error, not left out
        _print_tables(opened, every_channel, material)
        if output is not None and pictured:
            draw(opened, output, material)
        if figures is not None:
            report_figures(opened, figures, material)
    if not (pictured or as_json):
        from rsrg.report.page.write import write_report

        print(f"report: {write_report(opened, output, shared_script=shared_script)}")


def _print_tables(run: "Run", every_channel: bool, material: str | None) -> None:
    """The tables of a run; of one that is not finished, those of the part that is done."""
    from rsrg.report.terminal import print_disorder, print_results
    from rsrg.results.preliminary import nothing_yet, preliminary

    shown = preliminary(run)
    if shown is None:
        print(f"{run.path} is {run.status}: {nothing_yet(run)}")
        return
    if part := shown.attributes.get("preliminary"):
        print(f"{run.path} is {run.status}; results so far, {part}:")
    print_results(shown, every_channel)
    if shown.config.flow.quenched:
        print_disorder(shown, material)


def _report_study(
    path: Path,
    members: list["Member"],
    output: Path | None,
    shared_script: bool,
    material: str | None,
    as_json: bool,
) -> None:
    """The page of a study; or its picture, where its runs are quenched; or its numbers."""
    from rsrg.report.console import print_json
    from rsrg.report.page.study_page import as_records, study_sentence
    from rsrg.report.page.write import write_study_report

    quenched = path.is_dir() and all(m.blocks for m in members)
    pictured = output is not None and output.suffix in PICTURES
    if pictured and not path.is_dir():
        raise RunFileError(
            f"a picture shows one run; {path} holds merged ones: name one of them as "
            f"{path}/RUN.h5, or a page, .html"
        )
    if quenched or pictured:
        report_study(path, output if pictured else None, material, as_json)
    elif as_json:
        print_json(as_records(members))
    else:
        print(study_sentence(members))
    if not (pictured or as_json):
        print(f"report: {write_study_report(path, members, output, shared_script)}")
