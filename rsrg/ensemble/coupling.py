"""The coupling of each step from raw chunk means: control variate, symmetry, jackknife."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rsrg.ensemble.statistics import Groups
from rsrg.physics.arrays import Array
from rsrg.physics.elastic import check_alpha
from rsrg.physics.interaction import lambda_tilde_from_moments
from rsrg.physics.readings import Reading
from rsrg.physics.symmetry import stabilizer_projector


@dataclass(frozen=True)
class CouplingMoments:
    """V/N Σ n n n n / r³ of each step: means, (steps, readings, strains, 15), and replicates.

    replicates: leave-one-out means over the groups, (groups, steps, readings, strains, 15).
    groups is None, and there are no replicates, where the means are exact.
    """

    mean: Array
    replicates: Array
    groups: Groups | None

    def coupling(self, alpha: float) -> Array:
        """M of each step (3.7), (steps, readings, strains, 6, 6), plain, 1/ρc_t²."""
        return _coupling(self.mean, alpha)

    def coupling_replicates(self, alpha: float) -> Array:
        """Leave-one-out values of M, (groups, steps, readings, strains, 6, 6)."""
        return _coupling(self.replicates, alpha)

    def stderr(self, full: Array, replicates: Array) -> Array:
        """Standard error of a derived quantity; zero where the moments are exact."""
        return np.zeros_like(full) if self.groups is None else self.groups.stderr(full, replicates)


def _coupling(moments: Array, alpha: float) -> Array:
    return lambda_tilde_from_moments(moments, check_alpha(alpha)) / (4.0 * np.pi)


def _volumes(readings: Sequence[Reading], deformations: Array) -> Array:
    determinants = np.linalg.det(deformations)
    return np.array([[r.block_volume(float(d)) for d in determinants] for r in readings])


def exact_coupling_moments(
    moments: Array, readings: Sequence[Reading], deformations: Array
) -> CouplingMoments:
    """The coupling moments of exact means, (steps, readings, strains, 15): no error."""
    mean = moments * _volumes(readings, deformations)[..., None]
    return CouplingMoments(mean, np.empty((0, *mean.shape)), None)


def _project(moments: Array, deformations: Array) -> Array:
    """Average over the symmetry group of each strain, (..., strains, 15)."""
    projectors = np.array([stabilizer_projector(f) for f in deformations])
    return np.asarray(np.einsum("...ei,eij->...ej", moments, projectors, optimize=True))


def _without_control(sampled: Array, control: Array) -> Array:
    """Sampled moments less their regression on the control, whose mean is zero.

    sampled: (steps, readings, strains, chunks, 15). control: (steps, strains, chunks, 15). One
    least-squares matrix, 15 × 15, per reading and strain, from all steps and chunks.
    """
    result = sampled.copy()
    for e in range(sampled.shape[2]):
        c = control[:, e].reshape(-1, 15)
        inverse = np.linalg.pinv(c, rcond=1e-8)  # only as many components as the symmetry leaves
        for r in range(sampled.shape[1]):
            x = sampled[:, r, e].reshape(-1, 15)
            beta = inverse @ (x - x.mean(axis=0))
            result[:, r, e] = (x - c @ beta).reshape(result[:, r, e].shape)
    return result


def sampled_coupling_moments(
    moments: Array,
    unstrained: Array,
    readings: Sequence[Reading],
    deformations: Array,
    isotropic: bool,
) -> CouplingMoments:
    """The coupling moments of sampled chunk means per block.

    moments: (steps, readings, strains, chunks, 15). unstrained: the control, (steps, chunks, 15).

    Where the unstrained ensemble is isotropic, the mean is invariant under the symmetry group of
    the strain and is projected on it; and the unstrained sum, less its isotropic part (which Λ̃
    does not see), has mean zero and is subtracted with least-squares coefficients. They come from
    the same draws: the bias, of order 1/draws, is far below the error, of order 1/√draws.
    """
    groups = Groups.of(moments.shape[-2])
    values = moments
    if isotropic:
        chunk_first = np.moveaxis(moments, -2, 2)  # (steps, readings, chunks, strains, 15)
        values = np.moveaxis(_project(chunk_first, deformations), 2, -2)
        control = unstrained - unstrained @ stabilizer_projector(np.eye(3))
        at_strains = np.repeat(control[:, :, None], len(deformations), axis=2)
        values = _without_control(values, np.moveaxis(_project(at_strains, deformations), 1, 2))
    values = values * _volumes(readings, deformations)[..., None, None]
    chunks = np.moveaxis(values, -2, 0)
    return CouplingMoments(chunks.mean(axis=0), groups.leave_one_out(chunks), groups)
