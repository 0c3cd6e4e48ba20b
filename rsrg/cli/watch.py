"""The command `watch`: how far runs are, live, until they end."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from rsrg.cli.options import say

if TYPE_CHECKING:
    from rsrg.report.watch_screen import Show
    from rsrg.studies.watching import FolderWatch, RunWatch


def watch(
    path: Annotated[
        Path, typer.Argument(metavar="RUN|FOLDER", help="A run file, a folder or a study.")
    ],
) -> None:
    """Watch a run while it goes on: progress, time left, critical strains so far.

    It only reads, and ends with the run: exit code 0 finished, 75 stopped, 1
    failed. Ctrl-C ends the watching, not the run. Without a terminal it prints
    a line for each change.
    """
    folder = path.is_dir() or path.suffix in (".yaml", ".yml")
    with suppress(KeyboardInterrupt), _ended_by_sigterm():
        from rsrg.report.watch_screen import has_screen, watch_lines, watch_screen
        from rsrg.studies.watching import FolderWatch, RunWatch

        watched = FolderWatch(path) if folder else RunWatch(path, with_sums=has_screen())
        ended = watched.exit_code is not None  # then there is nothing to watch: a line says so
        with watch_lines() if ended else watch_screen() as show:
            code = _follow(watched, show)
        if code:
            say(f"{path}: {_ending(watched)}")
        raise typer.Exit(code)


def _follow(watched: "RunWatch | FolderWatch", show: "Show") -> int:
    """Show a watch until it ends; returns the exit code."""
    from rsrg.execution.clock import CLOCK
    from rsrg.studies.watching import LOOK

    while True:
        show(watched)
        if (code := watched.exit_code) is not None:
            return code
        CLOCK.sleep(LOOK)
        watched.look()


def _ending(watched: "RunWatch | FolderWatch") -> str:
    """How runs ended, where not all are finished."""
    from rsrg.report.status_table import counts
    from rsrg.studies.watching import FolderWatch

    if isinstance(watched, FolderWatch):
        return counts(watched.runs)
    status = watched.progress.status
    return f"{status.note or status.state}; {status.done} of {status.total} {status.unit}s are done"


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end the command as usual, but only after the screen is as it was."""

    def end(number: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
