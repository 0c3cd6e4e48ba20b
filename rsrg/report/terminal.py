"""What a command prints: tables that fit the terminal, a progress bar, JSON."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from tqdm import tqdm

from rsrg.report.critical_table import critical_table, notes
from rsrg.runs.engine import Progress, Watcher
from rsrg.runs.plan import Plan, plan_lines
from rsrg.runs.run import Run

WIDE = 250  # columns where no terminal limits them
TERMINAL_INTERVAL, LOG_INTERVAL = 0.2, 30.0  # s between two updates of the progress


def console(wide: bool = False) -> Console:
    """Standard output; wide where it is no terminal, or where lines may wrap."""
    width = WIDE if wide or not sys.stdout.isatty() else None
    return Console(width=width, highlight=False)


def print_json(value: Any) -> None:
    """Indented JSON."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def print_plan(planned: Plan) -> None:
    """The plan, a line each."""
    for line in plan_lines(planned):
        print(f"  {line}")


def print_results(run: Run, every_channel: bool = False) -> None:
    """The table of critical strains, reading by reading where it is too wide for the terminal."""
    out = console()
    every_channel = every_channel or run.config.sampling.estimator == "formula"
    table = critical_table(run, every_channel)
    if _fits(table, out):
        out.print(table)
    else:
        for reading in run.config.readings:
            out.print(critical_table(run, every_channel, reading))
    for line in notes(run):
        out.print(line, markup=False)


def _fits(table: Table, out: Console) -> bool:
    return Measurement.get(out, out.options.update(max_width=10**6), table).maximum <= out.width


def print_place(run: Run, picture: Path | None, material: str) -> None:
    """Where the run file and the picture are."""
    print(f"run file: {run.path}")
    if picture is not None:
        print(f"picture of {material}: {picture}")


@contextmanager
def progress_bar(silent: bool) -> Iterator[Watcher]:
    """A progress bar on standard error, fed by the engine."""
    often = TERMINAL_INTERVAL if sys.stderr.isatty() else LOG_INTERVAL
    bar = tqdm(
        disable=silent, unit="chunk", dynamic_ncols=True, mininterval=often, delay=0.2, leave=False
    )

    def watch(progress: Progress) -> None:
        if progress.urgent:  # from a signal handler: only an unbuffered write is safe
            os.write(2, f"\n{progress.note}\n".encode())
            return
        bar.total = progress.total
        bar.set_description(f"step {progress.step} of {progress.steps}", refresh=False)
        bar.update(progress.done - bar.n)
        note = progress.note or ("compiling the sums" if progress.done == 0 else "")
        bar.set_postfix_str(note, refresh=bool(note) and sys.stderr.isatty())

    with bar:
        yield watch
