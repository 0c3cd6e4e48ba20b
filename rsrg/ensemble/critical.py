"""Critical strains of a sampled flow, with the errors of sampling and of interpolation."""

from dataclasses import dataclass

import numpy as np

from rsrg.ensemble.statistics import Groups
from rsrg.physics.arrays import Array
from rsrg.physics.criticality import sampled_crossings, spline_values


@dataclass(frozen=True, order=True)
class CriticalStrain:
    """A critical strain, its channel, and its standard error (0 for an exact root).

    sampling: the part of the error that more draws make smaller.
    """

    strain: float
    channel: str
    stderr: float = 0.0
    sampling: float = 0.0


def sampled_critical_strains(
    strains: Array,
    curves: Array,
    replicates: Array,
    groups: Groups,
    names: tuple[str, ...],
) -> list[CriticalStrain]:
    """Zeros of the eigenvalues of χ⁻¹ sampled at strains; ascending.

    curves: (strains, 6). replicates: leave-one-out values, (groups, strains, 6). The standard error
    is that of the curve at its zero over its slope, and the interpolation's error in quadrature.
    """
    found = []
    for c, name in enumerate(names):
        for zero in sampled_crossings(strains, curves[:, c]):
            at_zero = spline_values(strains, replicates[:, :, c], zero.strain)
            statistical = float(groups.stderr(np.zeros(()), at_zero)) / abs(zero.slope)
            error = float(np.hypot(statistical, zero.interpolation_error))
            found.append(CriticalStrain(zero.strain, name, error, statistical))
    return sorted(found)
