"""The command `report`: the page, table and pictures of a run, finished or not, or of a study."""

import io
from contextlib import nullcontext, redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rsrg.cli.figures import FigureFormat, refuse_figures, report_figures
from rsrg.cli.options import AsJson
from rsrg.cli.outcome import draw, report_exact, report_study, report_trajectory
from rsrg.cli.paper_table import TableFormat, print_paper_table
from rsrg.errors import ConfigError, RunFileError

if TYPE_CHECKING:
    from rsrg.results.any_run import AnyRun
    from rsrg.results.run import Run
    from rsrg.studies.members import Member

PICTURES = (".png", ".svg", ".pdf")
RunOrStudy = Annotated[
    Path,
    typer.Argument(
        metavar="RUN", help="A run file (HDF5), a folder of runs, or a file of merged runs."
    ),
]
Material = Annotated[
    str | None,
    typer.Option(help="Glass of pictures, of --table, and of unequal blocks; default: the first."),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        metavar="FILE",
        help="Where the page goes (.html), default: beside RUN; or, in its place, draw the one "
        "picture (.png, .svg, .pdf).",
    ),
]
SharedScript = Annotated[
    bool,
    typer.Option(
        "--shared-script",
        help="Keep the script that draws (plotly, 5 MB) in one file beside the pages.",
    ),
]
Figures = Annotated[
    FigureFormat | None,
    typer.Option(help="Also write each figure at journal size into RUN_figures/."),
]
Table = Annotated[
    TableFormat | None,
    typer.Option(help="Print only the table of critical strains: csv, or latex (needs booktabs)."),
]
EveryChannel = Annotated[
    bool,
    typer.Option(
        "--every-channel", help="A column for each channel that fails, not the first only."
    ),
]
Quiet = Annotated[
    bool, typer.Option("-q", "--quiet", help="Write the page or pictures, and print errors only.")
]


@dataclass(frozen=True)
class Wanted:
    """What is asked for of a run or a study. output: of the page, or of the picture."""

    output: Path | None
    material: str | None
    figures: FigureFormat | None
    shared_script: bool
    every_channel: bool
    as_json: bool

    @property
    def picture(self) -> Path | None:
        """Where the picture goes that is drawn in place of the page."""
        return self.output if self.output and self.output.suffix in PICTURES else None

    @property
    def page(self) -> bool:
        """Whether the page is written."""
        return self.picture is None and not self.as_json


def report(
    run: RunOrStudy,
    material: Material = None,
    output: Output = None,
    shared_script: SharedScript = False,
    figures: Figures = None,
    table: Table = None,
    every_channel: EveryChannel = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Write the page of a run: whether to trust it, and what it says; and print its tables.

    The page is one HTML file that needs no network. Also of runs that are not
    finished, with the results so far; of a folder, such as a sweep's; and of
    merged runs.
    """
    from rsrg.results.merged_runs import MergedRuns
    from rsrg.results.opened import open_any
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
    wanted = Wanted(output, material, figures, shared_script, every_channel, as_json)
    with redirect_stdout(io.StringIO()) if quiet and not as_json else nullcontext():
        opened = None if run.is_dir() else open_any(run)
        if opened is None or isinstance(opened, MergedRuns):
            refuse_figures(run, figures)
            members = merged_members(opened.snapshot) if opened else study_members(run)
            _report_study(run, members, wanted)
        else:
            _report_run(opened, wanted)


def _report_run(run: "AnyRun", wanted: Wanted) -> None:
    """The tables of a run of any kind, its picture or its page; or its numbers."""
    from rsrg.report.console import print_json
    from rsrg.results.run import Run
    from rsrg.results.trajectory_run import TrajectoryRun

    if wanted.as_json:
        run.require_finished()
    if not isinstance(run, Run):
        refuse_figures(run.path, wanted.figures)
    if isinstance(run, TrajectoryRun):
        report_trajectory(run, wanted.picture, wanted.material, wanted.as_json)
    elif not isinstance(run, Run):
        report_exact(run, wanted.picture, as_json=wanted.as_json)
    elif wanted.as_json:
        print_json([asdict(r) for r in run.critical_strains()])
    else:
        _report_flow(run, wanted)
    if wanted.page:
        from rsrg.report.page.write import write_report

        page = write_report(run, wanted.output, shared_script=wanted.shared_script)
        print(f"report: {page}")


def _report_flow(run: "Run", wanted: Wanted) -> None:
    """The tables of a run of the flow, and the pictures that are asked for."""
    run.material_index(wanted.material)  # an unknown glass is an error, not left out
    _print_tables(run, wanted.every_channel, wanted.material)
    if wanted.picture is not None:
        draw(run, wanted.picture, wanted.material)
    if wanted.figures is not None:
        report_figures(run, wanted.figures, wanted.material)


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


def _report_study(path: Path, members: list["Member"], wanted: Wanted) -> None:
    """The page of a study; or its picture, where its runs are quenched; or its numbers."""
    from rsrg.report.console import print_json
    from rsrg.report.page.study_page import as_records, study_sentence
    from rsrg.report.page.write import write_study_report

    quenched = path.is_dir() and all(m.blocks for m in members)
    if wanted.picture and not path.is_dir():
        raise RunFileError(
            f"a picture shows one run; {path} holds merged ones: name one of them as "
            f"{path}/RUN.h5, or a page, .html"
        )
    if quenched or wanted.picture:
        report_study(path, wanted.picture, wanted.material, wanted.as_json)
    elif wanted.as_json:
        print_json(as_records(members))
    else:
        print(study_sentence(members))
    if wanted.page:
        print(f"report: {write_study_report(path, members, wanted.output, wanted.shared_script)}")
