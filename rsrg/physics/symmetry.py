"""What the symmetry of the strain leaves of a mean moment.

The mean over a Haar-random orientation is invariant under every rotation and reflection that maps
the strain ellipsoid onto itself. Averaging a sampled moment over that group changes no mean, lowers
the noise, and makes the exact degeneracies of the physics (M_yyyy − M_yyzz = 2 M_yzyz) exact.
"""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.interaction import quartic_moments, quartic_tensor
from rsrg.physics.strain import principal_stretches

EQUAL_STRETCH = 1e-9  # stretches closer than this, relatively, are one


def _rotate(moments: Array, rotations: Array) -> Array:
    """R_ai R_bj R_ck R_dl Q_ijkl of each R, (rotations, moments, 15); two indices as one."""
    q = quartic_tensor(moments).reshape(-1, 9, 9)
    pairs = np.einsum("nai,nbj->nabij", rotations, rotations).reshape(-1, 1, 9, 9)
    turned = pairs @ q @ np.swapaxes(pairs, -1, -2)
    return quartic_moments(turned.reshape(*turned.shape[:2], 3, 3, 3, 3))


def _mirrors(axes: Array) -> list[Array]:
    """Sign changes of the principal axes: the group of three unequal axes."""
    signs = [(a, b, 1.0) for a in (1.0, -1.0) for b in (1.0, -1.0)]
    return [axes @ np.diag(s) @ axes.T for s in signs]


def _turns(axes: Array, about: int) -> list[Array]:
    """Eight turns about a principal axis: quartics hold no harmonic above cos 4φ, so exact."""
    i, j = (about + 1) % 3, (about + 2) % 3
    turns = []
    for angle in np.arange(8) * (np.pi / 4.0):
        r = np.eye(3)
        r[i, i] = r[j, j] = np.cos(angle)
        r[i, j], r[j, i] = -np.sin(angle), np.sin(angle)
        turns.append(axes @ r @ axes.T)
    return turns


def _isotropic() -> Array:
    """The average over all rotations: Q_abcd → (Σ_ab Q_aabb) (δδ + δδ + δδ)/15."""
    d = np.eye(3)
    deltas = np.einsum("ab,cd->abcd", d, d) + np.einsum("ac,bd->abcd", d, d)
    deltas = deltas + np.einsum("ad,bc->abcd", d, d)
    trace = np.einsum("...aabb->...", quartic_tensor(np.eye(15)))
    return np.outer(trace, quartic_moments(deltas) / 15.0)


def stabilizer_projector(deformation: Array) -> Array:
    """P, (15, 15): moments @ P is their average over the symmetry group of F·sphere.

    Three equal stretches: all rotations. Two: turns about the odd axis, and mirrors. None:
    mirrors. P is idempotent.
    """
    stretches, axes = principal_stretches(deformation)
    low, high = np.diff(np.log(stretches)) < EQUAL_STRETCH
    if low and high:
        return _isotropic()
    group = np.array(_mirrors(axes))
    if low or high:
        turns = np.array(_turns(axes, 2 if low else 0))
        group = (group[:, None] @ turns).reshape(-1, 3, 3)
    return np.asarray(_rotate(np.eye(15), group).mean(axis=0))
