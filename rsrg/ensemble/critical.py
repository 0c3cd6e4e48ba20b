"""Critical strains of a sampled flow, with the errors of sampling and of interpolation."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rsrg.ensemble.statistics import Groups
from rsrg.physics.arrays import Array
from rsrg.physics.channels import Channels, eigenchannels, follow_channels
from rsrg.physics.criticality import curve_zeros, spline_values
from rsrg.physics.pairs import Contraction
from rsrg.physics.strain_text import strain_components


@dataclass(frozen=True, order=True)
class CriticalStrain:
    """A critical strain, its channel, and its standard error (0 for an exact root).

    sampling: the part of the error that more draws make smaller, by the jackknife; bootstrap: the
    same by the bootstrap, which lets the slope of the curve vary too. components: of the strain
    that fails, e_xx, e_xy, e_xz, e_yy, e_yz, e_zz, the largest 1.
    """

    strain: float
    channel: str
    stderr: float = 0.0
    sampling: float = 0.0
    bootstrap: float = 0.0
    components: tuple[float, ...] = (np.nan,) * 6


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


@dataclass(frozen=True)
class FailingStrains:
    """Which strain fails at a zero between the strains of a grid.

    path: χ⁻¹ at the strains, (strains, 6, 6), plain; unstrained: without strain.
    """

    strains: Array
    path: Array
    unstrained: Array
    contraction: Contraction
    channels: Channels

    @cached_property
    def vectors(self) -> Array:
        """Eigenvectors at the strains of the grid, followed from zero, (strains, 6, 6)."""
        grid, contraction = self.strains, self.contraction
        return follow_channels(self.path, grid, self.unstrained, contraction, self.channels)[1]

    def at(self, strain: float, channel: int) -> tuple[float, ...]:
        """Components of the eigenvector of a channel at a strain, the largest 1."""
        nearest = int(np.abs(self.strains - strain).argmin())
        known = Channels(self.channels.names, self.vectors[nearest])
        x = spline_values(self.strains, np.moveaxis(self.path, 0, -1), strain)
        _, vectors = eigenchannels(x, self.contraction, known)
        return tuple(strain_components(vectors[channel], self.contraction).tolist())


def sampled_critical_strains(
    curves: Array, replicates: Array, groups: Groups, failing: FailingStrains
) -> list[CriticalStrain]:
    """Zeros of the eigenvalues of χ⁻¹ sampled at strains; ascending.

    curves: (strains, 6). replicates: leave-one-out values, (groups, strains, 6). The standard error
    is that of the curve at its zero over its slope, and the interpolation's error in quadrature.
    """
    strains, result = failing.strains, []
    for c, name in enumerate(failing.channels.names):
        for zero in curve_zeros(strains, curves[:, c]):
            at_zero = spline_values(strains, replicates[:, :, c], zero.strain)
            statistical = float(groups.stderr(np.zeros(()), at_zero)) / abs(zero.slope)
            bootstrap = _bootstrap(strains, curves[:, c], replicates[:, :, c], groups, zero.strain)
            error = float(np.hypot(statistical, zero.interpolation_error))
            e = failing.at(zero.strain, c)
            result.append(CriticalStrain(zero.strain, name, error, statistical, bootstrap, e))
    return sorted(result)
