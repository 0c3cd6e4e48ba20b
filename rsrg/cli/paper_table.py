"""What `rsrg report --table` prints: the critical strains of a run, for a paper."""

from enum import StrEnum
from pathlib import Path


class TableFormat(StrEnum):
    """A format of tables."""

    CSV = "csv"
    LATEX = "latex"


def print_paper_table(path: Path, table_format: TableFormat, material: str | None) -> None:
    """Print all critical strains of a run, or those of one of its glasses."""
    from rsrg.report.paper_table import csv_table, latex_table
    from rsrg.results.run import open_run

    with open_run(path) as run:
        name = (
            None
            if material is None
            else str(run.read("axes/material")[run.material_index(material)])
        )
        records = [r for r in run.critical_strains() if name in (None, r.material)]
        write = csv_table if table_format is TableFormat.CSV else latex_table
        print(write(run, records), end="")
