"""What a command prints: tables that fit the terminal, JSON."""

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from rsrg.report.console import console
from rsrg.report.critical_table import critical_table, notes
from rsrg.report.disorder_table import disorder_notes, disorder_table
from rsrg.results.run import Run


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
