"""The average that Eq. 4.4 defines, over the volume of the ellipsoid, and the literal Eq. 4.1."""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.continuum import continuum_moments
from rsrg.physics.elastic import check_alpha
from rsrg.physics.errors import PhysicsError
from rsrg.physics.interaction import QUARTIC_NAMES, lambda_tilde_from_moments, quartic_tensor

_ISOTROPIC = np.array([3, 0, 0, 1, 0, 1, 0, 0, 0, 0, 3, 0, 1, 0, 3], dtype=np.float64) / 15.0


def volume_averages(strain: float, cutoff: float) -> tuple[float, float, float]:
    """⟨n_x²⟩, ⟨n_x⁴⟩, ⟨n_y² n_z²⟩ of Eq. 4.4 for the unit sphere strained by e_xx = strain.

    ∫_V d³r f(n)/r³ diverges at r → 0, so a ball of radius `cutoff` is left out; what is then
    averaged is f(n) ln(g(n)/cutoff), g the radius of the ellipsoid. As cutoff → 0 the averages
    tend to 1/3, 1/5, 1/15, whatever the strain.

    Raises PhysicsError unless e > −1 and the ball fits into the ellipsoid.
    """
    shortest = min(1.0, 1.0 + strain)
    if not 0.0 < cutoff < shortest:
        raise PhysicsError(f"`cutoff` must lie between 0 and {shortest:g}; got {cutoff!r}")
    weighted = continuum_moments(strain) - np.log(cutoff) * _ISOTROPIC
    nn = np.einsum("abcc->ab", quartic_tensor(weighted))
    norm = float(np.trace(nn))
    x4, y2z2 = (float(weighted[QUARTIC_NAMES.index(name)]) for name in ("xxxx", "yyzz"))
    return float(nn[0, 0]) / norm, x4 / norm, y2z2 / norm


def literal_coupling(strain: float, alpha: float) -> Array:
    """M of Eq. 4.1 as printed, (1/2π) ∫_V d³r Λ̃(n)/r³ = 2G, in 1/ρc_t², plain, (6, 6).

    Similar shells cancel, so no cut-off is needed. Raises PhysicsError unless e > −1 and
    1/4 < α < 1.
    """
    integral = lambda_tilde_from_moments(continuum_moments(strain), check_alpha(alpha))
    return integral * (4.0 * np.pi / (2.0 * np.pi))  # dΩ/4π of the moments, 1/2π as printed
