"""Static susceptibility of a block of many levels, Eq. 2.7, as printed."""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError
from rsrg.physics.pairs import PAIRS

SAME_LEVEL = 1e-9  # in units of k_B T; closer levels are one: 1 − exp(−x) has lost its digits


def level_response(
    energies: Array, stress: Array, temperature: float = 1.0, volume: float = 1.0
) -> tuple[Array, Array]:
    """χ_rel and χ_res of Eq. 2.7 at ω = 0, η → 0; plain components, both (6, 6).

    χ_rel = (β/V) (Σ_nm P_n P_m T_nn T_mm − Σ_n P_n T_nn T_nn),
    χ_res = −(1/V) Σ_nm (P_m − P_n) T_nm T_mn/(E_n − E_m),  E_n ≠ E_m.

    Pairs n ≠ m of the same energy are a thermal response: their limit −(β/V) P_n T_nm T_mn goes to
    χ_rel. energies: (n,). stress: ⟨n|T_ij|m⟩, hermitian, (3, 3, n, n), symmetric in ij.
    temperature: k_B T in the unit of energy.

    Raises PhysicsError for T ≤ 0, V ≤ 0 or a wrong shape.
    """
    e = np.asarray(energies, dtype=np.float64)
    if stress.shape != (3, 3, len(e), len(e)):
        raise PhysicsError(f"`stress` must have shape (3, 3, n, n); got {stress.shape}")
    if not (temperature > 0.0 and volume > 0.0):
        raise PhysicsError(f"`temperature`, `volume` must be > 0; got {temperature!r}, {volume!r}")
    beta = 1.0 / temperature
    p = np.exp(-beta * (e - e.min()))
    p /= p.sum()
    t = np.array([stress[i, j] for i, j in PAIRS])
    gap = e[:, None] - e[None, :]
    same = np.abs(gap) <= SAME_LEVEL * temperature
    thermal = beta * p[:, None] * same
    quantum = np.where(same, 0.0, (p[None, :] - p[:, None]) / np.where(same, 1.0, gap))
    mean = np.einsum("n,ann->a", p, t).real
    relaxation = beta * np.outer(mean, mean) - _pairs(thermal, t)
    return relaxation / volume, -_pairs(quantum, t) / volume


def _pairs(weight: Array, t: Array) -> Array:
    """Σ_nm w_nm T^a_nm T^b_mn, (6, 6)."""
    return np.asarray(np.einsum("nm,anm,bmn->ab", weight, t, t, optimize=True).real)
