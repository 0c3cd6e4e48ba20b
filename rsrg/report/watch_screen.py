"""A screen that shows how far runs are, and leaves no trace when it ends; or lines for a log."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from rich.console import Console, RenderableType
from rich.console import Group as Lines
from rich.live import Live
from rich.text import Text

from rsrg.execution.clock import CLOCK
from rsrg.report.status_table import counts, status_table
from rsrg.report.watch_text import HOW_TO_END, progress_text, run_screen
from rsrg.studies.status import Group
from rsrg.studies.watching import FolderWatch, RunWatch

HEADING = 3  # lines of a folder's screen that are not runs: its title, the headings, the counts
Show = Callable[[RunWatch | FolderWatch], None]


@contextmanager
def watch_screen() -> Iterator[Show]:
    """What shows a watch: on the alternate screen of a terminal, else as lines without controls."""
    console = Console(highlight=False)
    if not has_screen():
        with watch_lines() as show:
            yield show
        return
    with Live(console=console, screen=True, auto_refresh=False, redirect_stderr=False) as live:
        yield lambda watch: live.update(_picture(watch, console), refresh=True)


def has_screen() -> bool:
    """Whether standard output is a terminal that can show a screen."""
    console = Console()
    return console.is_terminal and not console.is_dumb_terminal


def _picture(watch: RunWatch | FolderWatch, console: Console) -> RenderableType:
    width, height = console.size
    if isinstance(watch, FolderWatch):
        return _folder_picture(watch, height)
    lines = run_screen(watch.progress, watch.sums, CLOCK.wall(), width, height)
    return Text("\n".join(lines), no_wrap=True, overflow="crop")


def _folder_picture(watch: FolderWatch, height: int) -> RenderableType:
    """The table of each group; where the height is too small, finished runs are left out first."""
    parts: list[RenderableType] = []
    room = height - HEADING * len(watch.groups)
    for group in watch.groups:
        shown, hidden = _shortened(group, max(1, room // len(watch.groups)))
        parts += [Text(group.title), status_table(shown)]
        parts += [Text(f"… and {hidden} more")] if hidden else []
    return Lines(*parts, Text(f"{counts(watch.runs)}. {HOW_TO_END}"))


def _shortened(group: Group, rows: int) -> tuple[Group, int]:
    """A group of at most so many runs, the unfinished ones first, and how many are left out."""
    if len(group.runs) <= rows:
        return group, 0
    unfinished_first = sorted(group.runs, key=lambda s: s.state == "finished")
    kept = unfinished_first[: max(1, rows - 1)]
    runs = tuple(s for s in group.runs if s in kept)
    return replace(group, runs=runs), len(group.runs) - len(runs)


@contextmanager
def watch_lines() -> Iterator[Show]:
    """A line for each change, at once: of a run its progress, of a folder its counts."""
    last: list[object] = []

    def show(watch: RunWatch | FolderWatch) -> None:
        if isinstance(watch, FolderWatch):
            text = f"{watch.path}: {counts(watch.runs)}"
            state: object = text
        else:
            status = watch.progress.status
            state = (status.state, status.done, status.total)
            text = f"{status.path}: {progress_text(watch.progress)}"
        if last != [state]:
            last[:] = [state]
            print(text, flush=True)

    yield show
