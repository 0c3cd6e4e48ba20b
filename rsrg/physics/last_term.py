"""The last term of Eq. 3.3, Eqs. 3.5 and 3.6, and the two scales that bound the theory.

In SI: lengths in m, frequencies in rad/s, ρc² in Pa.
"""

import numpy as np
from scipy.constants import Boltzmann, Planck, hbar

from rsrg.physics.errors import PhysicsError
from rsrg.physics.lattices import lattice_shells
from rsrg.physics.readings import Reading
from rsrg.physics.super_block_size import body_radius, check_n0

CUTOFF = 1e15  # ω_c of the text, "10¹⁵ Hz"
SHELL_CUTOFF = 40.0  # block sizes; beyond it Σ d⁻⁶ is an integral, with a relative error below 1e-6


def require_positive(**values: float) -> None:
    """Raise PhysicsError, naming it, for a value that is not positive and finite."""
    for name, value in values.items():
        if not 0.0 < value < np.inf:
            raise PhysicsError(f"`{name}` must be positive and finite; got {value!r}")


def critical_length(stiffness: float, cutoff: float = CUTOFF) -> float:
    """L_c = (ħω_c/ρc²)^(1/3) of Eq. 3.6, in m; stiffness ρc² in Pa, cutoff ω_c in rad/s.

    Raises PhysicsError unless both are positive.
    """
    require_positive(stiffness=stiffness, cutoff=cutoff)
    return float(np.cbrt(hbar * cutoff / stiffness))


def inverse_sixth_sum(n0: int | None = None) -> float:
    """Σ_{d≠0} |d|⁻⁶ of a block over the simple cubic lattice: the sum of (3.5); 8.402.

    n0: over the pairs of a sphere of N0³ blocks, per block: each d times the share
    1 − 3t/2 + t³/2 of the sphere that overlaps with itself shifted by d, t = |d|/diameter.
    Raises PhysicsError for N0 < 2.
    """
    if n0 is None:
        distances, counts = lattice_shells("sc", SHELL_CUTOFF)
        return float(np.sum(counts * distances**-6.0) + 4.0 * np.pi / (3.0 * SHELL_CUTOFF**3))
    diameter = 2.0 * body_radius(check_n0(n0), 1.0, Reading("fixed", "sphere"))
    distances, counts = lattice_shells("sc", diameter)
    t = distances / diameter
    return float(np.sum(counts * distances**-6.0 * (1.0 - 1.5 * t + 0.5 * t**3)))


def last_term(
    length: float, stiffness: float, cutoff: float = CUTOFF, reduced_loss: float = 1.0
) -> float:
    """The last term of Eq. 3.3 at block size L, in units of ρc²: (3.5) summed over blocks, λ = 1.

    An order of magnitude, not a bound: `last_term_tensor` has λ and ⟨T_s T_s'⟩ as they are.

    C ħω_c (Im χ̃)²/(ρ²c⁴ L³), C = Σ d⁻⁶/8π, with Im χ̃ = reduced_loss ρc² (the paper sets 1;
    glasses measure 10⁻³). The other terms of (3.3) are of order ρc². Falls as L⁻³.

    Raises PhysicsError unless all numbers are positive.
    """
    require_positive(length=length, reduced_loss=reduced_loss)
    c = inverse_sixth_sum() / (8.0 * np.pi)
    return c * (critical_length(stiffness, cutoff) / length) ** 3 * reduced_loss**2


def thermal_phonon_temperature(length: float, speed: float) -> float:
    """T = h c/(k_B L), in K: thermal phonons of this speed, m/s, have wavelength L, m (Sec. V).

    Raises PhysicsError unless both are positive.
    """
    require_positive(length=length, speed=speed)
    return Planck * speed / (Boltzmann * length)
