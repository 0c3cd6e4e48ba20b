"""Critical strains as a table: glass × reading × source × channel."""

from rsrg.formatting import with_error
from rsrg.report.critical_table import SHOWN_AS_ONE
from rsrg.report.html.table import Cell, Column, PageTable
from rsrg.results.critical_record import CriticalStrainRecord
from rsrg.results.run import Run
from rsrg.results.source_names import SOURCE_NAMES

COLUMNS = (
    Column("glass", filter=True),
    Column("α", numeric=True),
    Column("reading", filter=True),
    Column("source", filter=True),
    Column("channel"),
    Column("what fails"),
    Column("critical strain e", numeric=True),
    Column("standard error", numeric=True),
)


def critical_strain_table(run: Run) -> PageTable:
    """All critical strains on the grid; channels that fail together in one row."""
    alphas = dict(zip(map(str, run.read("axes/material")), run.read("axes/alpha"), strict=True))
    rows = [_row(group, float(alphas[group[0].material])) for group in _together(run)]
    exact = run.config.sampling.estimator != "montecarlo"
    strains = run.read("axes/strain")
    notes = [
        f"All on e from {strains[0]:g} to {strains[-1]:g}. What fails: components of strain, the "
        "largest 1. "
        + ("All are exact." if exact else "The standard error holds sampling and interpolation.")
    ]
    return PageTable("critical", "Critical strains", COLUMNS, rows, notes)


def _together(run: Run) -> list[list[CriticalStrainRecord]]:
    """Records, those in one list that differ in nothing but the channel."""
    groups: list[list[CriticalStrainRecord]] = []
    for r in run.critical_strains():
        for group in groups:
            g = group[0]
            same = (g.material, g.reading, g.source) == (r.material, r.reading, r.source)
            if same and abs(g.value - r.value) < SHOWN_AS_ONE:
                group.append(r)
                break
        else:
            groups.append([r])
    return groups


def _row(group: list[CriticalStrainRecord], alpha: float) -> list[Cell]:
    first = group[0]
    sampled = first.source == "lattice" and first.stderr > 0.0
    failing = dict.fromkeys(r.failing_strain or r.channel for r in group)
    return [
        Cell(first.material),
        Cell(f"{alpha:.3f}", alpha),
        Cell(first.reading or "any"),
        Cell(SOURCE_NAMES[first.source].name),
        Cell(", ".join(sorted(r.channel for r in group))),
        Cell(", ".join(sorted(failing))),
        Cell(with_error(first.value, first.stderr), first.value),
        Cell(f"{first.stderr:#.2g}", first.stderr) if sampled else Cell("exact", 0.0),
    ]
