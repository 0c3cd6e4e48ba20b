"""On a terminal: what a command that prints at its end is doing meanwhile, and for how long."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, ProgressColumn, SpinnerColumn, Task, TimeElapsedColumn
from rich.text import Text


class _Present(ProgressColumn):
    """A text that is asked for each time that it is shown."""

    def __init__(self, text: Callable[[], str]) -> None:
        super().__init__()
        self.text = text

    def render(self, task: Task) -> Text:
        return Text(self.text())


@contextmanager
def waiting(text: Callable[[], str]) -> Iterator[None]:
    """Show on standard error, where it is a terminal, a text and the time so far; then remove both.

    text: what is being done, at present; it is called from another thread, ten times a second.
    """
    with Progress(
        *(SpinnerColumn(), _Present(text), TimeElapsedColumn()),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as shown:
        shown.add_task("", total=None)
        yield
