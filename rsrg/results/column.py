"""One way to get M, followed to its end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from rsrg.config.schema import Config
from rsrg.ensemble.critical import CriticalStrain
from rsrg.ensemble.flows import ChannelFlow, FlowRule
from rsrg.physics.arrays import Array
from rsrg.physics.channels import strain_channels
from rsrg.physics.criticality import crossings
from rsrg.physics.elastic import inverse_elastic_susceptibility
from rsrg.physics.readings import Reading

FINE = 60  # strains at least, between which the zeros of a formula are bracketed


@dataclass(frozen=True)
class Setting:
    """What is the same for every glass of a run."""

    config: Config
    strains: Array
    readings: tuple[Reading, ...]
    direction: Array
    weights: Array
    rule: FlowRule

    @classmethod
    def of(cls, config: Config) -> "Setting":
        """The setting of a config."""
        direction = config.strain.direction()
        flow = config.flow
        rule = FlowRule(flow.annealed_update, flow.contraction, strain_channels(direction))
        strains, readings = config.strain.strains(), config.reading_list()
        return cls(config, strains, readings, direction, config.step_weights(), rule)

    def deformation(self, e: float) -> Array:
        """F at a strain e."""
        return np.eye(3) + e * self.direction

    def critical(self, alpha: float, coupling: Callable[[float], Array]) -> list[CriticalStrain]:
        """Zeros of the eigenvalues of χ⁻¹ at the end of the flow, M a function of strain."""
        if not self.rule.resummed:
            return []
        start = inverse_elastic_susceptibility(alpha, self.rule.contraction)
        grid = self.strains
        if len(grid) < FINE:
            grid = np.unique(np.concatenate((grid, np.linspace(grid[0], grid[-1], FINE))))
        n = float(self.weights.sum())
        found = crossings(
            lambda e: start + n * coupling(e), grid, self.rule.contraction, self.rule.channels
        )
        return [CriticalStrain(c.strain, c.channel) for c in found]


class Column(Protocol):
    """One way to get M, followed to its end."""

    suffix: str

    def flow(self, alpha: float) -> ChannelFlow:
        """The flow of χ with its errors; leading axes (steps + 1, readings) or (steps + 1,)."""

    def coupling(self, alpha: float) -> dict[str, Array]:
        """The `/coupling` datasets of one glass."""

    def critical(self, alpha: float, flow: ChannelFlow) -> list[list[CriticalStrain]]:
        """Critical strains, one list per reading (or one list)."""
