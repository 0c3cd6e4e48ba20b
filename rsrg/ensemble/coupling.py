"""The coupling of each step from raw chunk means: control variates, symmetry, jackknife."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rsrg.ensemble.harmonics import Harmonics, strain_axes
from rsrg.ensemble.statistics import Groups
from rsrg.physics.arrays import Array
from rsrg.physics.interaction import coupling_from_moments, coupling_of_parts, lambda_parts
from rsrg.physics.readings import Reading
from rsrg.physics.symmetry import stabilizer_projector

MIN_SAMPLES = 3  # for each coefficient of a control; with fewer it adds noise
RIDGE = 1e-10  # of a control's variance: far below the noise of a coefficient, far above rounding


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
        return coupling_from_moments(self.mean, alpha)

    def coupling_replicates(self, alpha: float) -> Array:
        """Leave-one-out values of M, (groups, steps, readings, strains, 6, 6)."""
        return coupling_of_parts(self._replicate_parts, alpha)

    @cached_property
    def _replicate_parts(self) -> tuple[Array, Array]:
        """What the leave-one-out values of M of all glasses have in common."""
        return lambda_parts(self.replicates)

    def repeated(self, steps: int) -> "CouplingMoments":
        """These moments, of one step, in each of many steps."""
        mean = np.repeat(self.mean, steps, axis=0)
        return CouplingMoments(mean, np.repeat(self.replicates, steps, axis=1), self.groups)

    def summed(self) -> "CouplingMoments":
        """The moments of all steps added, as one step: its M is the sum of theirs."""
        replicates = self.replicates.sum(axis=1, keepdims=True)
        return CouplingMoments(self.mean.sum(axis=0, keepdims=True), replicates, self.groups)

    def coupling_stderr(self, alpha: float) -> Array:
        """Standard error of M, (steps, readings, strains, 6, 6)."""
        return self.stderr(self.coupling(alpha), self.coupling_replicates(alpha))

    def stderr(self, full: Array, replicates: Array) -> Array:
        """Standard error of a derived quantity; zero where the moments are exact."""
        return np.zeros_like(full) if self.groups is None else self.groups.stderr(full, replicates)


@dataclass(frozen=True)
class Volume:
    """Sums over all blocks within bodies of fixed volume, and how many these are: controls.

    moments: chunk means per block, (steps, readings, strains, chunks, 15). number: blocks over N0³,
    (steps, readings, strains, chunks). mean: the exact mean of moments, (readings, strains, 15);
    NaN where it is not known. That of number is 1.
    """

    moments: Array
    number: Array
    mean: Array

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Whether a reading and strain has these controls in full, (readings, strains)."""
        there = np.isfinite(self.moments).all(axis=(0, 3, 4))
        return np.asarray(there & np.isfinite(self.mean).all(axis=-1))

    def controls(self, reading: int, strain: int, invariants: Array) -> Array:
        """The invariant moments, the isotropic part too, and the number; each of mean zero.

        invariants: orthonormal columns of what the strain's symmetry leaves, (15, r).
        """
        moments = self.moments[:, reading, strain] - self.mean[reading, strain]
        number = self.number[:, reading, strain, :, None] - 1.0
        return np.concatenate((moments @ invariants, number), axis=-1)


def _volumes(readings: Sequence[Reading], deformations: Array) -> Array:
    determinants = np.linalg.det(deformations)
    return np.array([[r.block_volume(float(d)) for d in determinants] for r in readings])


def exact_coupling_moments(
    moments: Array, readings: Sequence[Reading], deformations: Array
) -> CouplingMoments:
    """The coupling moments of exact means, (steps, readings, strains, 15): no error."""
    mean = moments * _volumes(readings, deformations)[..., None]
    return CouplingMoments(mean, np.empty((0, *mean.shape)), None)


def _orthonormal(projector: Array) -> Array:
    """Orthonormal columns, (15, r), of what a projector leaves.

    Of the anisotropic moments that a strain leaves, r is 2 for axial symmetry (l = 2 and 4), 5 for
    three unequal axes, 0 without strain.
    """
    _, sizes, rows = np.linalg.svd(projector)
    return np.asarray(rows[sizes > 1e-8].T)  # sizes are of order 1, or rounding


def _regressions(sampled: Array, control: Array, groups: Groups) -> Array:
    """Least-squares matrices of samples on control from all groups but one, (groups, r, 15).

    sampled: (steps, chunks, 15), control: (steps, chunks, r); both are centred. A ridge of RIDGE
    times the variance keeps controls apart that say the same, or vary in one group alone. Zero, so
    no control, below MIN_SAMPLES samples for each component of the control.
    """
    r = control.shape[-1]
    both = np.concatenate((np.ones((*control.shape[:-1], 1)), control, sampled), axis=-1)
    products = np.moveaxis(both[..., : 1 + r], 0, 2) @ np.moveaxis(both, 0, 1)
    sums = groups.sums_of_others(products)  # of 1 · 1 first: how many samples
    n = sums[:, :1, :1]
    means = sums / n
    covariances = means[:, 1:, 1:] - means[:, 1:, :1] * means[:, :1, 1:]
    variance = control.reshape(-1, r).var(axis=0)
    ridge = np.diag(np.where(variance > 0.0, RIDGE * variance, 1.0))
    beta = np.linalg.solve(covariances[..., :r] + ridge, covariances[..., r:])
    return np.where(n >= MIN_SAMPLES * r, beta, 0.0)


def _affordable(controls: Sequence[Array], groups: Groups) -> Array:
    """The first of the controls, joined: as many as have MIN_SAMPLES samples for each component.

    The very first is always taken.
    """
    left = len(controls[0]) * (groups.sizes.sum() - groups.sizes.max())
    components = np.cumsum([c.shape[-1] for c in controls])
    count = max(1, int((MIN_SAMPLES * components <= left).sum()))
    return np.concatenate(controls[:count], axis=-1)


def _without_control(sampled: Array, controls: Sequence[Array], groups: Groups) -> Array:
    """Samples, (steps, chunks, 15), less their regression on controls, each (steps, chunks, r).

    The controls have mean zero, and those that come first are taken first where samples are few.
    Each group takes its coefficients from the other groups, so that they do not depend on what
    they are applied to: no bias, and the groups' scatter stays honest.
    """
    control = _affordable(controls, groups)
    if control.shape[-1] == 0 or len(groups.sizes) < 2:
        return sampled
    beta = np.repeat(_regressions(sampled, control, groups), groups.sizes.astype(int), axis=0)
    return np.asarray(sampled - np.moveaxis(np.moveaxis(control, 0, 1) @ beta, 0, 1))


def sampled_coupling_moments(
    moments: Array,
    unstrained: Array,
    readings: Sequence[Reading],
    deformations: Array,
    isotropic: bool,
    harmonics: Harmonics | None = None,
    volume: Volume | None = None,
) -> CouplingMoments:
    """The coupling moments of sampled chunk means per block.

    moments: (steps, readings, strains, chunks, 15). unstrained: a control, (steps, chunks, 15).
    harmonics: of the same draws, if they are of a turned lattice. volume: the sums over bodies of
    fixed volume, if their mean is known.

    Where the unstrained ensemble is isotropic, the mean is invariant under the symmetry group of
    the strain and is projected on it; and the unstrained sum, less its isotropic part (which Λ̃
    does not see), has mean zero. It, the sum over the body of fixed volume, its number of blocks
    and the harmonics along the axes of the strain are subtracted with least-squares coefficients.
    Elsewhere the moments are taken as they are.
    """
    groups = Groups.from_chunk_count(moments.shape[-2])
    values = moments.copy()
    trace = stabilizer_projector(np.eye(3))
    for e, f in enumerate(deformations if isotropic else ()):
        projector = stabilizer_projector(f)
        anisotropic, invariants = _orthonormal(projector - trace), _orthonormal(projector)
        control = (unstrained @ projector - unstrained @ trace) @ anisotropic
        for r, reading in enumerate(readings):
            sampled = moments[:, r, e] @ projector
            controls = [control]
            if volume is not None and volume.known[r, e]:
                controls.append(volume.controls(r, e, invariants))
            if harmonics is not None:
                controls.append(harmonics.controls(strain_axes(f, reading.positions)))
            values[:, r, e] = _without_control(sampled, controls, groups)
    return plain_coupling_moments(values, readings, deformations)


def plain_coupling_moments(
    moments: Array, readings: Sequence[Reading], deformations: Array
) -> CouplingMoments:
    """The coupling moments of chunk means as they are, with neither symmetry nor controls."""
    groups = Groups.from_chunk_count(moments.shape[-2])
    chunks = np.moveaxis(moments * _volumes(readings, deformations)[..., None, None], -2, 0)
    return CouplingMoments(chunks.mean(axis=0), groups.leave_one_out(chunks), groups)
