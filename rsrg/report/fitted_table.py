"""A table in a terminal of any width: cut between columns where it is too wide, never in one."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from rsrg.report.column_parts import GAP, parts_that_fit
from rsrg.report.console import print_wrapped


def print_table(out: Console, table: Table, names: int = 1, group: int = 1) -> None:
    """Print the columns of a table as one below the other, as few tables as fit the width.

    names: how many columns name the rows; they are repeated in each table. group: how many of the
    others stay together. The title is printed above each; of a table's look, none is kept.
    """
    head, rest = table.columns[:names], table.columns[names:]
    groups = [rest[i : i + group] for i in range(0, len(rest), group)]
    room = out.width - _width(head) + GAP
    for number, part in enumerate([*parts_that_fit(groups, room, _width)] or [[]]):
        if number:
            out.print()
        if table.title:
            print_wrapped(out, str(table.title))
        out.print(_table([*head, *part], out.width))


def _width(columns: Sequence[Column]) -> int:
    """Of columns side by side, with a gap after each."""
    return sum(_widest_line(column) + GAP for column in columns)


def _widest_line(column: Column) -> int:
    texts = (str(text) for text in (column.header, *column.cells))
    return max(cell_len(line) for text in texts for line in text.split("\n"))


def _table(columns: Sequence[Column], width: int) -> Table:
    """A table of some columns; only where a single group is too wide, its words are wrapped."""
    fits = _width(columns) - GAP <= width
    table = Table(box=None, pad_edge=False)
    for column in columns:
        heading = column.header if isinstance(column.header, Text) else Text(str(column.header))
        table.add_column(heading, justify=column.justify, no_wrap=fits, overflow="fold")
    for cells in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in cells))
    return table
