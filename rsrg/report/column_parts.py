"""Columns of a table shared out among as few tables as fit a width, cut between columns."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

GAP = 2  # spaces between columns

C = TypeVar("C")


def parts_that_fit(
    pieces: Iterable[Sequence[C]], room: int, width: Callable[[Sequence[C]], int]
) -> Iterator[list[C]]:
    """Pieces of columns joined as long as their width fits the room; at least one piece each.

    pieces: columns that stay together. width: of some columns side by side.
    """
    part: list[C] = []
    for columns in pieces:
        if part and width([*part, *columns]) > room:
            yield part
            part = []
        part = [*part, *columns]
    if part:
        yield part
