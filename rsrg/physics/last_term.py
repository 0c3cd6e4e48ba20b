"""The last term of Eq. 3.3, Eqs. 3.5 and 3.6, and the two scales that bound the theory.

Only here physics uses SI: lengths in m, frequencies in rad/s or Hz, ρc² in Pa.
"""

import numpy as np
from scipy.constants import Boltzmann, Planck, hbar

from rsrg.physics.errors import PhysicsError
from rsrg.physics.lattices import lattice_shells

CUTOFF = 1e15  # ω_c of the text, "10¹⁵ Hz"
SHELL_CUTOFF = 40.0  # block sizes; beyond it Σ d⁻⁶ is an integral, with a relative error below 1e-6


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not 0.0 < value < np.inf:
            raise PhysicsError(f"`{name}` must be positive and finite; got {value!r}")


def critical_length(stiffness: float, cutoff: float = CUTOFF) -> float:
    """L_c = (ħω_c/ρc²)^(1/3) of Eq. 3.6, in m; stiffness ρc² in Pa, cutoff ω_c in rad/s.

    Raises PhysicsError unless both are positive.
    """
    _positive(stiffness=stiffness, cutoff=cutoff)
    return float(np.cbrt(hbar * cutoff / stiffness))


def inverse_sixth_sum() -> float:
    """Σ_{d≠0} |d|⁻⁶ over the simple cubic lattice, 8.402: the sum of (3.5) for one block."""
    distances, counts = lattice_shells("sc", SHELL_CUTOFF)
    return float(np.sum(counts * distances**-6.0) + 4.0 * np.pi / (3.0 * SHELL_CUTOFF**3))


def last_term(
    length: float, stiffness: float, cutoff: float = CUTOFF, reduced_loss: float = 1.0
) -> float:
    """The last term of Eq. 3.3 at block size L, in units of ρc²: (3.5) summed over blocks, λ = 1.

    An order of magnitude, not a bound.

    C ħω_c (Im χ̃)²/(ρ²c⁴ L³), C = Σ d⁻⁶/8π, with Im χ̃ = reduced_loss ρc² (the paper sets 1;
    glasses measure 10⁻³). The other terms of (3.3) are of order ρc². Falls as L⁻³.

    Raises PhysicsError unless all numbers are positive.
    """
    _positive(length=length, reduced_loss=reduced_loss)
    c = inverse_sixth_sum() / (8.0 * np.pi)
    return c * (critical_length(stiffness, cutoff) / length) ** 3 * reduced_loss**2


def thermal_phonon_temperature(length: float, speed: float) -> float:
    """T = h c/(k_B L), in K: thermal phonons of this speed, m/s, have wavelength L, m (Sec. V).

    Raises PhysicsError unless both are positive.
    """
    _positive(length=length, speed=speed)
    return Planck * speed / (Boltzmann * length)
