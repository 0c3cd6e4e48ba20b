"""How far a run is, on standard error: a line that renews itself, or plain lines in a log."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tqdm import tqdm

from rsrg.execution.clock import CLOCK
from rsrg.execution.progress import Progress, Watcher

LOG_INTERVAL = 30.0  # s between two lines where there is no terminal
BAR_INTERVAL = 0.2  # s
BAR_DELAY = 0.2  # s: a run that takes less has no bar


class _Notices(logging.Handler):
    """What a user should know although the run goes on: a line above the bar."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print `rsrg: MESSAGE`."""
        tqdm.write(f"rsrg: {record.getMessage()}", file=sys.stderr)


@contextmanager
def progress_bar(silent: bool, quiet: bool = False) -> Iterator[Watcher]:
    """Progress on standard error, fed by the engine; and warnings, unless quiet."""
    logger = logging.getLogger("rsrg")
    shown = logging.NullHandler() if quiet else _Notices(logging.WARNING)
    if not logger.hasHandlers():  # with -v all of the log is shown
        logger.addHandler(shown)
    try:
        if sys.stderr.isatty() and not (silent or quiet):
            with bar() as watch:
                yield watch
        else:
            yield _lines(silent or quiet)
    finally:
        logger.removeHandler(shown)


def _urgent(progress: Progress) -> None:
    """From a signal handler: only an unbuffered write is safe."""
    with suppress(OSError):  # a notice that cannot be shown must not end the run
        os.write(2, f"\n{progress.note}\n".encode())


@contextmanager
def bar(kind: type[Any] = tqdm, leave: bool = False) -> Iterator[Watcher]:
    """A bar, from the first progress on. kind: tqdm, or another class of it. leave: at its end."""
    shown: Any = None

    def watch(progress: Progress) -> None:
        nonlocal shown
        if progress.urgent:
            _urgent(progress)
            return
        if shown is None:
            shown = kind(
                total=progress.total,
                initial=progress.done,
                unit=progress.unit,
                dynamic_ncols=True,
                mininterval=BAR_INTERVAL,
                delay=BAR_DELAY,
                leave=leave,
            )
        elif progress.total != shown.total or progress.done < shown.n:
            _begin_again(shown, progress)
        _renew(shown, progress)

    try:
        yield watch
    finally:
        if shown is not None:
            shown.close()


def _begin_again(shown: Any, progress: Progress) -> None:
    """For the next run of a study, or a run that turns out to need more draws."""
    shown.reset(progress.total)
    shown.n = shown.last_print_n = shown.initial = progress.done


def _renew(shown: Any, progress: Progress) -> None:
    shown.set_description(f"step {progress.step} of {progress.steps}", refresh=False)
    shown.update(progress.done - shown.n)
    note = progress.note or ("compiling the sums" if progress.done == 0 else "")
    note = note or f"saved {tqdm.format_interval(progress.unsaved)} ago"
    shown.set_postfix_str(note, refresh=bool(progress.note))


def _lines(silent: bool) -> Watcher:
    """A line every LOG_INTERVAL at most, without control characters."""
    last_line = CLOCK.monotonic()
    first = last = Progress(0, 0, 0, 0)  # of the present run, in this session
    began = last_line

    def watch(progress: Progress) -> None:
        nonlocal last_line, first, last, began
        if progress.urgent:
            _urgent(progress)
            return
        now = CLOCK.monotonic()
        if progress.total != last.total or progress.done < last.done:  # another run, or a round
            first, began = progress, now
        last = progress
        if not silent and now - last_line >= LOG_INTERVAL:
            last_line = now
            new, seconds = progress.done - first.done, now - began
            print(line(progress, new, seconds), file=sys.stderr, flush=True)

    return watch


def line(progress: Progress, new: int, seconds: float) -> str:
    """Progress in words. new: chunks done in this session, which lasts so many seconds."""
    left = progress.total - progress.done
    rest = tqdm.format_interval(left * seconds / new) if new else "?"
    return (
        f"step {progress.step} of {progress.steps}, "
        f"{progress.done} of {progress.total} {progress.unit}s, "
        f"{new / seconds if new else 0.0:.3g} {progress.unit}s/s, {rest} left, "
        f"saved {tqdm.format_interval(progress.unsaved)} ago"
    )
