"""The coupling of each step from raw chunk means: control variates, symmetry, jackknife."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rsrg.ensemble.harmonics import Harmonics, strain_axes
from rsrg.ensemble.statistics import Groups
from rsrg.physics.arrays import Array
from rsrg.physics.elastic import check_alpha
from rsrg.physics.interaction import lambda_tilde_from_moments
from rsrg.physics.readings import Reading
from rsrg.physics.symmetry import stabilizer_projector

ROWS = 3  # samples at least for each coefficient of the control; with fewer it adds noise


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

    def repeated(self, steps: int) -> "CouplingMoments":
        """These moments, of one step, in each of many steps."""
        mean = np.repeat(self.mean, steps, axis=0)
        return CouplingMoments(mean, np.repeat(self.replicates, steps, axis=1), self.groups)

    def coupling_stderr(self, alpha: float) -> Array:
        """Standard error of M, (steps, readings, strains, 6, 6)."""
        return self.stderr(self.coupling(alpha), self.coupling_replicates(alpha))

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


def _invariants(deformation: Array) -> Array:
    """Orthonormal columns, (15, r), of the anisotropic moments that the strain's symmetry leaves.

    r is 2 for axial symmetry (l = 2 and 4), 5 for three unequal axes, 0 without strain.
    """
    anisotropic = stabilizer_projector(deformation) - stabilizer_projector(np.eye(3))
    _, sizes, rows = np.linalg.svd(anisotropic)
    return np.asarray(rows[sizes > 1e-8].T)  # projectors: sizes are of order 1, or rounding


def _regressions(sampled: Array, control: Array, groups: Groups) -> Array:
    """Least-squares matrices of samples on control from all groups but one, (groups, r, 15).

    sampled: (steps, chunks, 15), control: (steps, chunks, r); both are centred. Zero, so no
    control, below ROWS samples for each component of the control.
    """
    r = control.shape[-1]
    both = np.concatenate((control, sampled), axis=-1)
    n = len(sampled) * (groups.sizes.sum() - groups.sizes)
    products = groups.sums_of_others(np.einsum("sci,scj->cij", control, both, optimize=True))
    means = groups.sums_of_others(both.sum(axis=0)) / n[:, None]
    covariances = products / n[:, None, None] - means[:, :r, None] * means[:, None, :]
    inverses = np.linalg.pinv(covariances[:, :, :r], hermitian=True)
    return np.where((n >= ROWS * r)[:, None, None], inverses @ covariances[:, :, r:], 0.0)


def _enough(control: Array, groups: Groups) -> bool:
    """Whether every group leaves ROWS samples for each component of the control."""
    left = len(control) * (groups.sizes.sum() - groups.sizes.max())
    return bool(left >= ROWS * control.shape[-1])


def _without_control(sampled: Array, control: Array, groups: Groups, harmonics: Array) -> Array:
    """Samples, (steps, chunks, 15), less their regression on controls, (steps, chunks, r).

    The controls have mean zero; the harmonics join where there are samples enough for both. Each
    group takes its coefficients from the other groups, so that they do not depend on what they are
    applied to: no bias, and the groups' scatter stays honest.
    """
    both = np.concatenate((control, harmonics), axis=-1)
    control = both if _enough(both, groups) else control
    if control.shape[-1] == 0 or len(groups.sizes) < 2:
        return sampled
    beta = np.repeat(_regressions(sampled, control, groups), groups.sizes.astype(int), axis=0)
    return np.asarray(sampled - np.einsum("scr,crk->sck", control, beta, optimize=True))


def sampled_coupling_moments(
    moments: Array,
    unstrained: Array,
    readings: Sequence[Reading],
    deformations: Array,
    isotropic: bool,
    harmonics: Harmonics | None = None,
) -> CouplingMoments:
    """The coupling moments of sampled chunk means per block.

    moments: (steps, readings, strains, chunks, 15). unstrained: a control, (steps, chunks, 15).
    harmonics: of the same draws, if they are of a turned lattice.

    Where the unstrained ensemble is isotropic, the mean is invariant under the symmetry group of
    the strain and is projected on it; and the unstrained sum, less its isotropic part (which Λ̃
    does not see), has mean zero. It and the harmonics along the axes of the strain are subtracted
    with least-squares coefficients. Elsewhere the moments are taken as they are.
    """
    groups = Groups.of(moments.shape[-2])
    values = moments.copy()
    for e, f in enumerate(deformations if isotropic else ()):
        projector, invariants = stabilizer_projector(f), _invariants(f)
        control = (
            unstrained @ projector - unstrained @ stabilizer_projector(np.eye(3))
        ) @ invariants
        for r, reading in enumerate(readings):
            sampled = moments[:, r, e] @ projector
            more = np.empty((*control.shape[:2], 0))
            if harmonics is not None:
                more = harmonics.controls(strain_axes(f, reading.positions))
            values[:, r, e] = _without_control(sampled, control, groups, more)
    return plain_coupling_moments(values, readings, deformations)


def plain_coupling_moments(
    moments: Array, readings: Sequence[Reading], deformations: Array
) -> CouplingMoments:
    """The coupling moments of chunk means as they are, with neither symmetry nor controls."""
    groups = Groups.of(moments.shape[-2])
    chunks = np.moveaxis(moments * _volumes(readings, deformations)[..., None, None], -2, 0)
    return CouplingMoments(chunks.mean(axis=0), groups.leave_one_out(chunks), groups)
