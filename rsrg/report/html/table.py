"""A table of a page: cells that know by what they sort."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Cell:
    """A text; value: by which it sorts, if by a number; link: where it leads; mark: a CSS class."""

    text: str
    value: float | None = None
    link: str = ""
    mark: str = ""

    @property
    def key(self) -> str:
        """The number as text; "" where there is none."""
        known = self.value is not None and math.isfinite(self.value)
        return repr(float(self.value)) if known and self.value is not None else ""


@dataclass(frozen=True)
class Column:
    """A heading; numeric: whether its cells are numbers; filter: whether a menu narrows it."""

    heading: str
    numeric: bool = False
    filter: bool = False


@dataclass(frozen=True)
class PageTable:
    """A table with a caption. key: its id. rows: a cell for each column."""

    key: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = field(default_factory=tuple)

    def options(self, column: int) -> list[str]:
        """The distinct texts of a column, in the order of the rows."""
        return list(dict.fromkeys(row[column].text for row in self.rows))
