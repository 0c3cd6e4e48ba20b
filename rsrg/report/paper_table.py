"""The critical strains of a run, or of merged runs, as a table for a paper: CSV, or LaTeX."""

import csv
import io
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from rsrg.formatting import with_error
from rsrg.results.critical_record import CriticalStrainRecord
from rsrg.results.merged_runs import MemberCriticalStrain, MergedRuns
from rsrg.results.run import Run
from rsrg.results.source_names import SOURCE_NAMES

LATEX_SPECIAL = {
    **{c: f"\\{c}" for c in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def csv_table(opened: Run | MergedRuns, records: Sequence[CriticalStrainRecord]) -> str:
    """One row for each critical strain, one number in a cell: the strain e and its error apart.

    All digits are there; stderr is empty where M is an exact function of strain. Of merged runs,
    the name of the run and its parameters come first.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    columns = [f.name for f in fields(CriticalStrainRecord)]
    varied = ["run", *opened.parameters] if isinstance(opened, MergedRuns) else []
    table.writerow([*varied, *columns])
    for record in records:
        row = {c: getattr(record, c) for c in columns}
        if record.source != "lattice":
            row["stderr"] = ""
        cells = [*_varied(record, varied), *row.values()]
        table.writerow([repr(v) if isinstance(v, float) else v for v in cells])
    return text.getvalue()


def _varied(record: CriticalStrainRecord, names: Sequence[str]) -> list[Any]:
    """The values of a run's parameters by name, "run" among them."""
    if not isinstance(record, MemberCriticalStrain):
        return []
    values = {"run": record.run, **record.parameters}
    return [values.get(name, "") for name in names]


def latex_table(opened: Run | MergedRuns, records: Sequence[CriticalStrainRecord]) -> str:
    """A `tabular` of all critical strains; the document must use the package booktabs."""
    if isinstance(opened, MergedRuns):
        title, varied = opened.path.stem, list(opened.parameters) or ["run"]
    else:
        title, varied = opened.config.title, []
    headings = [*map(escaped, varied), "Glass", "Reading", "Source of $M$", "Channel"]
    lines = [
        f"% {_one_line(title)}: critical strains; needs \\usepackage{{booktabs}}",
        rf"\begin{{tabular}}{{{'l' * (len(headings) + 1)}}}",
        r"\toprule",
        " & ".join([*headings, r"$e_\mathrm{crit}$ \\"]),
        r"\midrule",
    ]
    for r in records:
        cells = [escaped(str(value)) for value in _varied(r, varied)]
        cells += [escaped(r.material), escaped(r.reading) or "--", SOURCE_NAMES[r.source].latex]
        lines.append(" & ".join([*cells, escaped(r.channel), f"${_number(r)}$"]) + r" \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", ""])


def escaped(text: str) -> str:
    """A text in which LaTeX takes no character for a command."""
    return "".join(LATEX_SPECIAL.get(c, c) for c in text)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _number(record: CriticalStrainRecord) -> str:
    """The value with its standard error in units of the last digit; four digits if exact."""
    if record.source != "lattice" or record.stderr == 0.0:
        return f"{record.value:.4f}"
    return with_error(record.value, record.stderr)
