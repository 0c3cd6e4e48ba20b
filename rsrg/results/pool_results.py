"""The pool of a quenched run, for one glass: sizes, widths and critical strains of its blocks."""

import numpy as np

from rsrg.ensemble.pool_statistics import SIDES, critical_quartiles, few_failed
from rsrg.physics.arrays import Array
from rsrg.physics.criticality import first_negative
from rsrg.physics.loading import Side, along, sides_of
from rsrg.results.run import Run

NO_WIDTH = 1e-20  # a relative variance below this is rounding: all blocks are equal


class PoolResults:
    """The pool of one glass of a run: arrays with generations first, then readings.

    Generation 0 are the first blocks; L_n/L₁ of every generation is `length_ratios`.
    """

    def __init__(self, run: Run, material: str | None = None) -> None:
        """material: the first where none is named. Raises RunFileError for an unknown one."""
        self.run, self.index = run, run.material_index(material)

    def read(self, name: str) -> Array:
        """A dataset of the group `pool`, (generations, readings, ...)."""
        return np.asarray(self.run.read(f"pool/{name}")[self.index])

    @property
    def wide(self) -> np.ndarray:
        """Where the relative variance can be trusted, (generations, readings, strains).

        Few blocks have failed so far, and it is more than rounding.
        """
        return few_failed(self.read("failed")) & (self.read("relative_variance") > NO_WIDTH)

    @property
    def endings(self) -> dict[Side, str]:
        """The sides of e = 0 that blocks are loaded to, and how the names of their datasets end.

        An older rsrg stored one side alone.
        """
        sides = dict(zip(sides_of(self.run.read("axes/strain")), SIDES, strict=False))
        there = self.run.snapshot
        return {
            s: ending for s, ending in sides.items() if f"pool/critical_strain{ending}" in there
        }

    def critical_quartiles(self, side: Side) -> Array:
        """Quartiles of the blocks' critical strains, (generations, readings, 3), nearest first.

        Infinite where they are beyond the grid.
        """
        return critical_quartiles(self.read(f"critical_strain{self.endings[side]}"))

    def annealed_critical_strains(self, side: Side) -> Array:
        """The critical strain of equal blocks after each step, (steps, readings); NaN for none."""
        strains = self.run.read("axes/strain")
        ahead = along(strains, side)
        values = self.run.read("flow/inverse_eigenvalues")[self.index].min(axis=-1)[..., ahead]
        return np.array([[first_negative(strains[ahead], row) for row in step] for step in values])

    def end(self, side: Side) -> float:
        """The largest strain of the grid on a side."""
        strains = self.run.read("axes/strain")
        return float(strains.max() if side == "e > 0" else strains.min())
