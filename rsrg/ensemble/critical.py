"""Critical strains of a sampled flow, with the errors of sampling and of interpolation."""

from dataclasses import dataclass

import numpy as np

from rsrg.ensemble.statistics import Groups
from rsrg.physics.arrays import Array
from rsrg.physics.criticality import curve_zeros, spline_values


@dataclass(frozen=True, order=True)
class CriticalStrain:
    """A critical strain, its channel, and its standard error (0 for an exact root).

    sampling: the part of the error that more draws make smaller, by the jackknife; bootstrap: the
    same by the bootstrap, which lets the slope of the curve vary too.
    """

    strain: float
    channel: str
    stderr: float = 0.0
    sampling: float = 0.0
    bootstrap: float = 0.0


DELTA = 1e-4  # of the strains' range, to each side of a zero: the slope there
QUANTILES = (15.865525393145708, 84.1344746068543)  # %: one standard error to each side


def _bootstrap(
    strains: Array, curve: Array, replicates: Array, groups: Groups, zero: float
) -> float:
    """Half the central 68% of the zeros of resampled curves, by one Newton step from the zero.

    Quantiles, not a standard deviation: a resampled slope can come near zero.
    """
    delta = DELTA * float(strains[-1] - strains[0])
    rows = groups.resampled(groups.pseudo_values(curve, replicates))
    low, at, high = (spline_values(strains, rows, zero + d) for d in (-delta, 0.0, delta))
    shifts = -at * 2.0 * delta / (high - low)
    below, above = np.percentile(shifts, QUANTILES)
    return float(above - below) / 2.0


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
    result = []
    for c, name in enumerate(names):
        for zero in curve_zeros(strains, curves[:, c]):
            at_zero = spline_values(strains, replicates[:, :, c], zero.strain)
            statistical = float(groups.stderr(np.zeros(()), at_zero)) / abs(zero.slope)
            bootstrap = _bootstrap(strains, curves[:, c], replicates[:, :, c], groups, zero.strain)
            error = float(np.hypot(statistical, zero.interpolation_error))
            result.append(CriticalStrain(zero.strain, name, error, statistical, bootstrap))
    return sorted(result)
