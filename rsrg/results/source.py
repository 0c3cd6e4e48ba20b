"""What a source of M must provide for the results of a run, and what all sources share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from rsrg.config.schema import Config
from rsrg.ensemble.critical import CriticalStrain
from rsrg.ensemble.flows import ChannelFlow, FlowRule
from rsrg.physics.arrays import Array
from rsrg.physics.channels import strain_channels
from rsrg.physics.criticality import crossings
from rsrg.physics.elastic import inverse_start
from rsrg.physics.readings import Reading
from rsrg.physics.sign import sign_factor
from rsrg.physics.strain import strain_direction

MIN_GRID = 60  # smallest number of strains between which the zeros of an exact coupling are sought


class CouplingSource(Protocol):
    """One way to get M, followed to the end of the flow.

    A new source is a class with these four methods; the function that makes it is listed in
    `formulas.FORMULAS`, and its suffix in `storage.layout.SOURCES`. suffix: the ending of the names
    of its datasets.
    """

    suffix: str

    def coupling(self, alpha: float) -> dict[str, Array]:
        """The `/coupling` datasets of one glass, by name without suffix: M, (..., 6, 6)."""

    def flow(self, alpha: float) -> ChannelFlow:
        """The flow of χ with its errors; leading axes (steps + 1, readings, strains)."""

    def critical_strains(self, alpha: float) -> list[list[CriticalStrain]]:
        """Critical strains, one ascending list for each reading."""

    def shared_datasets(self) -> dict[str, Any]:
        """Datasets that belong to no single glass, by path."""


@dataclass(frozen=True)
class Setting:
    """The setting of a run, which is the same for all its glasses.

    strains e, (strains,), and their direction, (3, 3). weights: the share of each step that is
    taken, (steps,).
    """

    config: Config
    strains: Array
    readings: tuple[Reading, ...]
    direction: Array
    weights: Array
    rule: FlowRule

    @classmethod
    def from_config(cls, config: Config) -> "Setting":
        """The setting of a config."""
        direction = config.strain.direction()
        flow = config.flow
        channels = strain_channels(direction)
        update, contraction = flow.annealed_update, flow.contraction
        rule = FlowRule(update, contraction, channels, flow.sign, flow.amplitude)
        strains, readings = config.strain.strains(), config.reading_list()
        return cls(config, strains, readings, direction, config.step_weights(), rule)

    @property
    def along_x(self) -> bool:
        """Whether the strain is e_xx, the only one to which the paper's formula applies."""
        return np.array_equal(self.direction, strain_direction("xx"))

    def deformation(self, e: float) -> float | Array:
        """The deformation at a strain e: the number e itself for e_xx, else F, (3, 3)."""
        return float(e) if self.along_x else np.eye(3) + e * self.direction

    def critical_strains(
        self, alpha: float, coupling: Callable[[float], Array]
    ) -> list[CriticalStrain]:
        """Zeros of the eigenvalues of χ⁻¹ at the end of the flow, M an exact function of strain.

        To 1e-8 or better, ascending; none with second order, whose χ⁻¹ never crosses zero.
        """
        if not self.rule.resummed:
            return []
        start = inverse_start(alpha, self.rule.contraction, self.rule.amplitude)
        grid = self.strains
        if len(grid) < MIN_GRID:
            grid = np.unique(np.concatenate((grid, np.linspace(grid[0], grid[-1], MIN_GRID))))
        n = sign_factor(self.rule.sign) * float(self.weights.sum())
        zeros = crossings(
            lambda e: start + n * coupling(e), grid, self.rule.contraction, self.rule.channels
        )
        return [CriticalStrain(c.strain, c.channel, components=c.components) for c in zeros]
