"""What a command prints: tables that fit the terminal, JSON."""

import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from rsrg.execution.plan import Plan
from rsrg.report.critical_table import critical_table, notes
from rsrg.report.disorder_table import disorder_notes, disorder_table
from rsrg.report.plan_text import plan_lines
from rsrg.results.run import Run

WIDE = 250  # columns where no terminal limits them


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


def print_disorder(run: Run, material: str | None = None) -> None:
    """What a quenched run says of its blocks."""
    out = console()
    out.print(disorder_table(run, material))
    for line in disorder_notes(run, material):
        out.print(line, markup=False)


def _fits(table: Table, out: Console) -> bool:
    return Measurement.get(out, out.options.update(max_width=10**6), table).maximum <= out.width


def print_place(run: Run, picture: Path | None, material: str) -> None:
    """Where the run file and the picture are."""
    print(f"run file: {run.path}")
    if picture is not None:
        print(f"picture of {material}: {picture}")
