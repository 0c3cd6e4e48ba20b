"""What a command prints of a run: its tables, as wide as the terminal, and their notes."""

import sys

from rich.console import Console
from rich.text import Text

from rsrg.report.console import console
from rsrg.report.critical_notes import notes
from rsrg.report.critical_table import critical_tables
from rsrg.report.disorder_table import disorder_notes, disorder_table
from rsrg.results.run import Run

COLUMNS = 80  # where there is no terminal


def page() -> Console:
    """Standard output, of the width of the terminal; 80 columns where it is none."""
    return console() if sys.stdout.isatty() else Console(width=COLUMNS, highlight=False)


def print_results(run: Run, every_channel: bool = False) -> None:
    """The table of critical strains, cut into several where it is too wide, and its notes."""
    out = page()
    every_channel = every_channel or run.config.sampling.estimator == "formula"
    if run.config.title:
        out.print(run.config.title, markup=False)
    for lines in critical_tables(run, out.width, every_channel):
        for line in lines:
            out.print(line, markup=False, soft_wrap=True)
        out.print()
    for note in notes(run, every_channel):
        for part in Text(note).wrap(out, out.width):
            part.rstrip()
            out.print(part)


def print_disorder(run: Run, material: str | None = None) -> None:
    """What a quenched run says of its blocks."""
    out = console()
    out.print(disorder_table(run, material))
    for line in disorder_notes(run, material):
        out.print(line, markup=False)
