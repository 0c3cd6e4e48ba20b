"""One critical strain of a run, and the one that counts among several."""

from collections.abc import Sequence
from dataclasses import dataclass

from rsrg.formatting import NONE, with_error


@dataclass(frozen=True)
class CriticalStrainRecord:
    """One critical strain of a run: its glass, reading, source and channel, and its error.

    source: lattice (the sum over blocks), continuum (its exact limit) or log (the paper's formula,
    which has no reading). channel: the eigenvector of χ⁻¹ that fails. value: the strain e. stderr:
    its standard error; 0 where the coupling is an exact function of strain. failing_strain: the
    eigenvector as it is there, such as xx+0.14yy+0.14zz; "" in files of earlier versions.
    """

    material: str
    reading: str
    source: str
    channel: str
    value: float
    stderr: float
    failing_strain: str = ""

    def _table_row(self) -> dict[str, str]:
        return {
            "glass": self.material,
            "reading": self.reading or NONE,
            "source of M": self.source,
            "critical strain e (dimensionless)": with_error(self.value, self.stderr),
            "channel": self.channel,
            "strain that fails": self.failing_strain or NONE,
        }


def lowest(records: Sequence[CriticalStrainRecord]) -> CriticalStrainRecord | None:
    """The record of the lowest critical strain e ≥ 0 (where there is none, the nearest to 0)."""
    chosen = [r for r in records if r.value >= 0.0] or records
    return min(chosen, key=lambda r: abs(r.value)) if chosen else None
