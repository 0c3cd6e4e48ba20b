"""A run file, opened for reading: its status, its numbers, its table of critical strains."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rsrg.runs.config import Config
from rsrg.runs.errors import NotARunError
from rsrg.runs.store import MERGED, Snapshot

if TYPE_CHECKING:
    pass

SOURCES = {"lattice": "", "continuum": "_continuum", "log": "_log"}


@dataclass(frozen=True)
class CriticalStrainRecord:
    """A critical strain: of which glass, in which reading, by which source, with its error.

    source: lattice (the sum), continuum (exact limit) or log (the paper's formula, which has no
    reading). value: the strain e. stderr: 0 where the coupling is an exact function.
    """

    material: str
    reading: str
    source: str
    channel: str
    value: float
    stderr: float


class Run:
    """A run file as it was when opened; read-only. Use `rsrg.open_run`."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.path = snapshot.path
        self._values: dict[str, Any] = {}
        self.attributes = snapshot.attributes
        if self.attributes.get("filetype") == MERGED:
            raise NotARunError(f"{self.path} is no run, but runs merged: open it with xarray")
        self.config: Config = snapshot.config()
