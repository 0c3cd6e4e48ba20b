"""What `rsrg report --table` prints: the critical strains of a run, for a paper."""

from enum import StrEnum
from pathlib import Path


class TableFormat(StrEnum):
    """A format of tables."""

    CSV = "csv"
    LATEX = "latex"


def print_paper_table(path: Path, table_format: TableFormat, material: str | None) -> None:
    """Print all critical strains of a run or of merged runs, or those of one glass."""
    from rsrg.report.paper_table import csv_table, latex_table
    from rsrg.results.axis_index import axis_index
    from rsrg.results.opened import open_flow

    with open_flow(path) as opened:
        if material is not None:
            axis_index(opened, "material", material)
        records = [r for r in opened.critical_strains() if material in (None, r.material)]
        write = csv_table if table_format is TableFormat.CSV else latex_table
        print(write(opened, records), end="")
