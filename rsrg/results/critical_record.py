"""One critical strain of a run, and the one that counts among several."""

from collections.abc import Sequence
from dataclasses import dataclass

from rsrg.formatting import NONE, with_error
from rsrg.physics.loading import Side, first_on_sides, outward


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

    def table_row(self) -> dict[str, str]:
        """Its row in a table: texts by heading."""
        return {
            "glass": self.material,
            "reading": self.reading or NONE,
            "source of M": self.source,
            "critical strain e (dimensionless)": with_error(self.value, self.stderr),
            "channel": self.channel,
            "strain that fails": self.failing_strain or NONE,
        }


def first_failure(records: Sequence[CriticalStrainRecord]) -> CriticalStrainRecord | None:
    """The record of the critical strain nearest to e = 0: what fails first, on either side."""
    order = outward([r.value for r in records])
    return records[order[0]] if order else None


def first_failures(records: Sequence[CriticalStrainRecord]) -> dict[Side, CriticalStrainRecord]:
    """The first failure on each side of e = 0 on which there is one, the nearest first."""
    first = first_on_sides([r.value for r in records])
    return {side: records[k] for side, k in first.items()}
