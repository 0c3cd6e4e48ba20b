"""Lists of records that a notebook shows as tables, and tables as HTML.

The HTML has no colours and no style of its own, so that light and dark notebooks show it alike;
headings say which cells they are of, for screen readers.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Protocol, SupportsIndex, TypeVar, overload

MAX_ROWS = 60  # of a table; a line below it says how many more there are


class Record(Protocol):
    """What can stand in a row of a table."""

    def table_row(self) -> dict[str, str]:
        """The texts of its cells by the headings of their columns."""


R = TypeVar("R", bound=Record)


class Records(list[R]):
    """A list like any other, which a notebook shows as a table. Its slices are such lists, too."""

    @overload
    def __getitem__(self, index: SupportsIndex) -> R: ...
    @overload
    def __getitem__(self, index: slice) -> "Records[R]": ...
    def __getitem__(self, index: SupportsIndex | slice) -> "R | Records[R]":
        if isinstance(index, slice):
            return Records(super().__getitem__(index))
        return super().__getitem__(index)

    def _repr_html_(self) -> str:
        return rows_html([record.table_row() for record in self[:MAX_ROWS]], total=len(self))


def rows_html(rows: Sequence[Mapping[str, str]], caption: str = "", total: int = 0) -> str:
    """A table of rows with the same headings. total: how many rows there are in all."""
    if not rows:
        return "<p>none</p>"
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in rows[0])
    body = "".join(f"<tr>{_cells(list(row.values()))}</tr>" for row in rows)
    left = f"<p>… and {total - len(rows)} more</p>" if total > len(rows) else ""
    return (
        f"<table>{_caption(caption)}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f"{left}"
    )


def facts_html(facts: Mapping[str, str], caption: str = "") -> str:
    """A table of names and what they are, without headings above; empty ones are left out."""
    body = "".join(f"<tr>{_cells(fact)}</tr>" for fact in facts.items() if fact[1])
    return f"<table>{_caption(caption)}<tbody>{body}</tbody></table>"


def _caption(text: str) -> str:
    return f"<caption>{escape(text)}</caption>" if text else ""


def _cells(texts: Sequence[str]) -> str:
    """The cells of a row; the first names it."""
    first, *others = map(escape, texts)
    return f'<th scope="row">{first}</th>' + "".join(f"<td>{text}</td>" for text in others)
