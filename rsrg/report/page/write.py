"""Where the page of a run or a study goes: beside its file, or into its folder."""

import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.progress import track

from rsrg.errors import RsrgError, RunFileError
from rsrg.report.page.content import Content, page_html
from rsrg.report.page.exact_page import exact_content
from rsrg.report.page.run_page import run_content
from rsrg.report.page.study_page import study_content
from rsrg.report.page.trajectory_page import trajectory_content
from rsrg.results.any_run import AnyRun, open_stored_run
from rsrg.results.exact_run import ExactRun
from rsrg.results.merged_runs import MergedRuns
from rsrg.results.trajectory_run import TrajectoryRun
from rsrg.storage.atomic import replace_text
from rsrg.storage.own_file import is_foreign
from rsrg.studies.members import Member, merged_members

MARK = '<meta name="generator" content="rsrg">'  # in each page


def _content(run: AnyRun) -> Content:
    if isinstance(run, TrajectoryRun):
        return trajectory_content(run)
    return exact_content(run) if isinstance(run, ExactRun) else run_content(run)


def write_report(
    run: AnyRun,
    path: str | os.PathLike[str] | None = None,
    *,
    shared_script: bool = False,
) -> Path:
    """Write the page of a run, finished or not; returns where it is.

    path: by default beside the run file, with the ending .html. shared_script: keep the script of
    plotly in one file beside the page, which many pages share.

    Raises RunFileError where it cannot be written, or the path does not end in .html; RsrgError
    where plotly is missing.
    """
    target = _own(_beside(run.path)) if path is None else _named(Path(path))
    content = _content(run)
    return _write(content, target, shared_script)


def _beside(run: Path) -> Path:
    """The page of a run; of one in a merged file, beside that file, named by both."""
    if run.parent.is_file():
        return run.parent.with_name(f"{run.parent.stem}_{run.stem}.html")
    return run.with_suffix(".html")


def write_study_report(
    path: Path, members: Sequence[Member], target: Path | None = None, shared_script: bool = False
) -> Path:
    """Write the page of a study; returns where it is.

    path: the folder of its runs, which the page goes into by default; or a merged file, which it
    goes beside. members: of `study_members`. The runs that have no report of their own, or an
    older one, get one, with the script of plotly in one file that they share.
    """
    beside = path / f"{path.resolve().name}.html" if path.is_dir() else path.with_suffix(".html")
    target = _own(beside) if target is None else _named(target)
    paths = [m.path for m in members if m.path is not None and m.state == "finished"]
    out = Console(stderr=True)
    for each in track(
        [p for p in paths if _is_older(p)], "reports of runs", console=out, transient=True,
        disable=not out.is_terminal,
    ):  # fmt: skip
        with closing(open_stored_run(each)) as run:
            write_report(run, shared_script=True)
    return _write(study_content(path, members), target, shared_script)


def write_merged_report(
    merged: MergedRuns,
    path: str | os.PathLike[str] | None = None,
    *,
    shared_script: bool = False,
) -> Path:
    """Write the page of merged runs, by default beside their file; otherwise as `write_report`."""
    target = None if path is None else Path(path)
    return write_study_report(merged.path, merged_members(merged.snapshot), target, shared_script)


def _is_older(run: Path) -> bool:
    """Whether the report of a run is missing, or was written before the run was saved."""
    report = run.with_suffix(".html")
    return not report.exists() or report.stat().st_mtime < run.stat().st_mtime


def _own(target: Path) -> Path:
    """The path that a page has by itself. Raises RunFileError where it is a file of the user's."""
    if is_foreign(target, MARK):
        raise RunFileError(
            f"{target} is there already, and rsrg did not make it, so it stays. Write the report "
            "elsewhere: --output FILE.html"
        )
    return target


def _named(target: Path) -> Path:
    """The path of a page. Raises RunFileError unless it is named as one."""
    if target.suffix != ".html":
        raise RunFileError(f"a report must end in .html; got {target}")
    return target


def _write(content: Content, target: Path, shared_script: bool) -> Path:
    """Write a page, completely or not at all."""
    try:
        replace_text(target, page_html(content, target.parent if shared_script else None))
    except OSError as error:
        raise RsrgError(f"cannot write the report {target}: {error.strerror}") from error
    return target
