"""The pool of a quenched run, for one glass: sizes, widths and critical strains of its blocks."""

import numpy as np

from rsrg.ensemble.pool_statistics import critical_quartiles, few_failed
from rsrg.physics.arrays import Array
from rsrg.physics.criticality import first_negative
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
    def critical_quartiles(self) -> Array:
        """Quartiles of the blocks' critical strains, (generations, readings, 3), lower first.

        Infinite where they are beyond the grid.
        """
        return critical_quartiles(self.read("critical_strain"))

    @property
    def annealed_critical_strains(self) -> Array:
        """The critical strain of equal blocks after each step, (steps, readings); NaN for none."""
        values = self.run.read("flow/inverse_eigenvalues")[self.index].min(axis=-1)
        strains = self.run.read("axes/strain")
        return np.array([[first_negative(strains, row) for row in step] for step in values])
