"""What a file of merged runs keeps of each of them, so that it can be opened as a run again."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from rsrg.storage.entry import Entry

RECORD = "results/record"
ENTRY = Entry(("result",), "", "which part of the file is one run, and its attributes, as JSON")


@dataclass(frozen=True)
class MemberRecord:
    """One run of a file of merged runs; or the pooled seeds of one config, as one run.

    name: of its run file. parameters: the values of what was swept over, by name. place: its index
    along each swept dimension. attributes: those at the root of its file. axes, integers: as in
    `studies.align.OwnRange`. absent: datasets of the merged file that its own had not. rest: those
    of its own that are not merged, such as its sessions.
    """

    name: str
    parameters: dict[str, Any]
    place: list[int]
    attributes: dict[str, Any]
    axes: dict[str, int | list[int]]
    integers: list[str]
    absent: list[str]
    rest: dict[str, list[Any]]

    def text(self) -> str:
        """The record as it stands in the file."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The record from its text in the file. Raises ValueError for one that rsrg never wrote."""
        try:
            record = cls(**json.loads(text))
            if Path(record.name).name != record.name:  # it becomes the last part of a path
                raise ValueError(f"{record.name!r} is no name of a file")
        except TypeError as error:
            raise ValueError(str(error)) from None
        return record

    @property
    def parameters_text(self) -> str:
        """The parameters on a line: `n0 = 2, seed = 1`."""
        return ", ".join(f"{key} = {value}" for key, value in self.parameters.items())
