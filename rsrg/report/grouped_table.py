"""Tables whose columns stand in named groups, cut between groups where a line is too narrow."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.cells import cell_len, set_cell_size

from rsrg.report.column_parts import GAP, parts_that_fit

LONG_NAME = 24  # a longer first cell stands on a line of its own


@dataclass(frozen=True)
class Column:
    """A column: the group that it stands in, the lines of its heading, and a text for each row."""

    group: str
    heading: tuple[str, ...]
    cells: tuple[str, ...]

    @property
    def width(self) -> int:
        """Of its widest text, but for the name of its group."""
        return max(map(cell_len, (*self.heading, *self.cells)))


def grouped_table(
    first: Sequence[Column], columns: Sequence[Column], width: int
) -> list[list[str]]:
    """Tables, each a list of lines, as few as fit the width side by side.

    first: the columns that name the rows, repeated in each table. The others stay with their group
    where a group fits.
    """
    names, long = _short_names(first[0])
    head = [Column("", first[0].heading, names), *first[1:]]
    room = width - _width(head)
    parts = parts_that_fit(_pieces(columns, room), room, _width)
    return [_lines([*head, *part], long) for part in parts]


def _short_names(column: Column) -> tuple[tuple[str, ...], dict[int, str]]:
    """Names short enough for a column, "" for others, and those others by their row."""
    long = {i: text for i, text in enumerate(column.cells) if cell_len(text) > LONG_NAME}
    return tuple("" if i in long else text for i, text in enumerate(column.cells)), long


def _width(columns: Sequence[Column]) -> int:
    """Width of columns side by side, with the gap before each, and their groups' names."""
    total = 0
    for group, members in groupby(columns, key=lambda c: c.group):
        total += max(cell_len(group) + GAP, sum(c.width + GAP for c in members))
    return total


def _pieces(columns: Sequence[Column], room: int) -> Iterator[list[Column]]:
    """Whole groups where they fit the room, and single columns where a group is too wide."""
    for _, members in groupby(columns, key=lambda c: c.group):
        group = list(members)
        yield from [group] if _width(group) <= room else ([column] for column in group)


def _lines(columns: Sequence[Column], long: dict[int, str]) -> list[str]:
    """The lines of one table: groups, headings, rows."""
    widths, groups = _widths(columns), ""
    for group, members in groupby(range(len(columns)), key=lambda i: columns[i].group):
        groups += set_cell_size(group, sum(widths[i] + GAP for i in members))
    depth = max(len(c.heading) for c in columns)
    headings = [("",) * (depth - len(c.heading)) + c.heading for c in columns]
    rows = list(zip(*(c.cells for c in columns), strict=True))
    lines = [groups, *(_line(row, widths) for row in zip(*headings, strict=True))]
    for i, row in enumerate(rows):
        lines += [long[i]] if i in long else []
        lines.append(_line(row, widths))
    return [line.rstrip() for line in lines if line.strip()]


def _widths(columns: Sequence[Column]) -> list[int]:
    """The width of each column; the last of a group is wider where the group's name needs it."""
    widths = [c.width for c in columns]
    for group, members in groupby(range(len(columns)), key=lambda i: columns[i].group):
        inside = list(members)
        spare = cell_len(group) - sum(widths[i] + GAP for i in inside) + GAP
        widths[inside[-1]] += max(0, spare)
    return widths


def _line(texts: Sequence[str], widths: Sequence[int]) -> str:
    cells = (set_cell_size(text, w) for text, w in zip(texts, widths, strict=True))
    return (" " * GAP).join(cells)
