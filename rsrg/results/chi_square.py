"""Whether two sampled sums differ by more than chance: χ² over independent combinations.

Strains and components of one run share their draws, so their errors are correlated. The covariance
of all of them follows from the jackknife over groups of chunks; along its principal axes errors are
independent.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import chdtrc

from rsrg.ensemble.coupling import CouplingMoments
from rsrg.ensemble.statistics import Groups
from rsrg.physics.arrays import Array
from rsrg.physics.interaction import coupling_from_moments
from rsrg.results.chunk_means import MomentArrays
from rsrg.results.compute import coupling_sources
from rsrg.results.exact_sum import ExactSumSource
from rsrg.results.run import Run
from rsrg.results.sampled import SampledSource

GROUPS_PER_COMBINATION = 10  # with fewer, the variances themselves are uncertain by over 45 %
SMALLEST = 1e-3  # of the largest standard error: combinations below are rounding, or extrapolated


@dataclass(frozen=True)
class Sampled:
    """A vector of numbers that share draws, and what each group of chunks adds to its error.

    deviations: (groups, numbers), so that Σ_g d_g d_gᵀ is the covariance; no rows for an exact sum.
    """

    values: Array
    deviations: Array


@dataclass(frozen=True)
class ChiSquare:
    """χ² over so many independent combinations, and the probability that chance makes it larger."""

    value: float
    degrees: int
    probability: float


@dataclass(frozen=True)
class SummedCoupling:
    """Σ_n M_n over all steps of a run: what the flow of Eq. 3.8 adds to χ⁻¹ from L₁ to R."""

    moments: CouplingMoments
    alphas: Array

    @classmethod
    def of(cls, run: Run) -> Self:
        """That of a run, from its chunk means."""
        arrays = MomentArrays.from_run_file(run, run.config)
        source = next(iter(coupling_sources(run.config, arrays, run.chunks_per_seed)))
        if not isinstance(source, SampledSource | ExactSumSource):
            raise TypeError(f"{run.path} holds no sum over blocks")
        m = source.moments
        total = CouplingMoments(m.mean.sum(axis=0), m.replicates.sum(axis=1), m.groups)
        return cls(total, run.read("axes/alpha"))

    def at(self, material: int, reading: int, strains: np.ndarray) -> Sampled:
        """All components at some strains, (strains × 36,), of a glass in a reading."""
        alpha = float(self.alphas[material])
        mean, replicates = self.moments.mean, self.moments.replicates
        full = coupling_from_moments(mean[reading, strains], alpha).ravel()
        parts = coupling_from_moments(replicates[:, reading, strains], alpha)
        parts = parts.reshape(len(parts), full.size)
        groups = self.moments.groups
        return Sampled(full, parts if groups is None else _deviations(groups, full, parts))


def _deviations(groups: Groups, full: Array, replicates: Array) -> Array:
    """(θ̃_j − θ_J)/√(g (h_j − 1)): as in `Groups.stderr`, before their squares are added."""
    g, h = len(groups.sizes), groups.sizes.sum() / groups.sizes
    center = g * full - np.sum((1.0 - 1.0 / h)[:, None] * replicates, axis=0)
    pseudo = groups.pseudo_values(full, replicates)
    return np.asarray((pseudo - center) / np.sqrt(g * (h - 1.0))[:, None])


def chi_square(one: Sampled, other: Sampled) -> ChiSquare | None:
    """χ² of the difference of two vectors with independent draws; None where nothing has an error.

    C = C_A + C_B has eigenvectors v_k with eigenvalues s_k²: χ² = Σ_k ((a − b)·v_k)²/s_k², over
    the largest s_k, of which there is one for GROUPS_PER_COMBINATION groups.
    """
    rows = np.concatenate((one.deviations, other.deviations))
    if len(rows) == 0 or not rows.any():
        return None
    variances, columns = np.linalg.eigh(rows @ rows.T)  # those of C, which is far larger
    s = np.sqrt(variances[::-1].clip(0.0))
    degrees = min(max(1, len(rows) // GROUPS_PER_COMBINATION), int((s > SMALLEST * s[0]).sum()))
    v = (columns[:, ::-1].T @ rows)[:degrees] / s[:degrees, None]
    value = float(np.sum((v @ (one.values - other.values) / s[:degrees]) ** 2))
    return ChiSquare(value, degrees, float(chdtrc(degrees, value)))
