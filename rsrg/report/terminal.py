"""What a command prints of a run: its tables, as wide as the terminal, and their notes."""

import sys

from rich.console import Console
from rich.text import Text

from rsrg.report.console import COLUMNS, console, print_wrapped
from rsrg.report.critical_notes import notes
from rsrg.report.critical_table import critical_tables
from rsrg.report.disorder_table import disorder_notes, disorder_tables, disorder_title
from rsrg.results.run import Run


def page() -> Console:
    """Standard output, of the width of the terminal; 80 columns where it is none."""
    return console() if sys.stdout.isatty() else Console(width=COLUMNS, highlight=False)


def print_results(run: Run, every_channel: bool = False) -> None:
    """The table of critical strains, cut into several where it is too wide, and its notes."""
    out = page()
    every_channel = every_channel or run.config.sampling.estimator == "formula"
    if run.config.title:
        out.print(Text(run.config.title))
    if run.config.flow.quenched:
        out.print("Equal blocks (annealed), which flow with the mean of M, for comparison:")
    _print(out, critical_tables(run, out.width, every_channel), notes(run, every_channel))


def print_disorder(run: Run, material: str | None = None) -> None:
    """What a quenched run says of its blocks."""
    out = page()
    out.print()
    out.print(Text(disorder_title(run, material)))
    _print(out, disorder_tables(run, out.width, material), disorder_notes(run, material))


def _print(out: Console, tables: list[list[str]], below: list[str]) -> None:
    """Tables as they are, and the notes below them, wrapped to the width."""
    for lines in tables:
        for line in lines:
            out.print(Text(line), soft_wrap=True)
        out.print()
    for note in below:
        print_wrapped(out, note)
