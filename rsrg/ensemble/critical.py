"""Critical strains of a sampled flow, with the errors of sampling and of interpolation."""

from dataclasses import dataclass

import numpy as np

from rsrg.ensemble.statistics import Groups
from rsrg.physics.arrays import Array
from rsrg.physics.channels import Channels
from rsrg.physics.criticality import interpolated, interpolated_crossings, interpolation_error
from rsrg.physics.pairs import Contraction, pair_weights, weighted


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


@dataclass(frozen=True)
class SampledPath:
    """χ⁻¹ sampled at the strains of a grid, plain, in 1/ρc_t².

    strains: ascending, (n,). mean: (n, 6, 6). replicates: leave-one-out values, (groups, n, 6, 6).
    unstrained: χ⁻¹ without strain, (6, 6). channels: the names at zero strain.
    """

    strains: Array
    mean: Array
    replicates: Array
    groups: Groups
    unstrained: Array
    contraction: Contraction
    channels: Channels

    def along(self, components: tuple[float, ...]) -> "SampledCurve":
        """v χ⁻¹ v of an eigenvector v, which is given as the strain that it is."""
        v = np.array(components) * pair_weights(self.contraction)
        v /= np.linalg.norm(v)
        mean, replicates = (
            np.einsum("i,...ij,j->...", v, weighted(x, self.contraction), v, optimize=True)
            for x in (self.mean, self.replicates)
        )
        return SampledCurve(self.strains, mean, replicates, self.groups)


@dataclass(frozen=True)
class SampledCurve:
    """A curve sampled at strains, (n,): mean, (n,), and leave-one-out values, (groups, n)."""

    strains: Array
    mean: Array
    replicates: Array
    groups: Groups

    def jackknife(self, zero: float) -> float:
        """The standard error of a zero of the mean: that of the curve there over its slope."""
        at_zero = interpolated(self.strains, self.replicates.T)(zero)
        slope = float(interpolated(self.strains, self.mean)(zero, 1))
        return float(self.groups.stderr(np.zeros(()), at_zero)) / abs(slope)

    def bootstrap(self, zero: float) -> float:
        """Half the central 68% of the zeros of resampled curves, by one Newton step from the zero.

        Quantiles, not a standard deviation: a resampled slope can come near zero.
        """
        rows = self.groups.resampled(self.groups.pseudo_values(self.mean, self.replicates))
        delta = DELTA * float(self.strains[-1] - self.strains[0])
        curves = interpolated(self.strains, rows.T)
        low, at, high = (curves(zero + d) for d in (-delta, 0.0, delta))
        below, above = np.percentile(-at * 2.0 * delta / (high - low), QUANTILES)
        return float(above - below) / 2.0


def sampled_critical_strains(path: SampledPath) -> list[CriticalStrain]:
    """Where eigenvalues of a sampled χ⁻¹ cross zero; ascending.

    The standard error is that of the eigenvalue at its zero over its slope, and the error of the
    interpolation between strains in quadrature. To first order in the noise the eigenvalue is
    v χ⁻¹ v with the eigenvector v fixed.
    """
    strains, result = path.strains, []
    for crossing in interpolated_crossings(
        strains, path.mean, path.unstrained, path.contraction, path.channels
    ):
        zero, curve = crossing.strain, path.along(crossing.components)
        sampling = curve.jackknife(zero)
        error = float(np.hypot(sampling, interpolation_error(strains, curve.mean, zero)))
        errors = error, sampling, curve.bootstrap(zero)
        result.append(CriticalStrain(zero, crossing.channel, *errors, crossing.components))
    return sorted(result)
