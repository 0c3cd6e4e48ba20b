"""Static susceptibility of a system of many levels, Eq. 2.7, as printed."""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError
from rsrg.physics.pairs import PAIRS

EPSILON = float(np.finfo(np.float64).eps)


def level_response(
    energies: Array, stress: Array, temperature: float = 1.0, volume: float = 1.0
) -> tuple[Array, Array]:
    """χ_rel and χ_res of Eq. 2.7 at ω = 0, η → 0; plain components, both (6, 6).

    χ_rel = (β/V) (Σ_nm P_n P_m T_nn T_mm − Σ_n P_n T_nn T_nn),
    χ_res = −(1/V) Σ_nm (P_m − P_n) T_nm T_mn/(E_n − E_m),  E_n ≠ E_m.

    Pairs n ≠ m of the same energy are a thermal response: their limit −(β/V) P_n T_nm T_mn goes to
    χ_rel. Energies are the same if they agree to rounding (see `level_numbers`). energies: (n,).
    stress: ⟨n|T_ij|m⟩, hermitian, (3, 3, n, n), symmetric in ij. temperature: k_B T in the unit of
    energy.

    Raises PhysicsError for T ≤ 0, V ≤ 0 or a wrong shape.
    """
    e = np.asarray(energies, dtype=np.float64)
    if stress.shape != (3, 3, len(e), len(e)):
        raise PhysicsError(f"`stress` must have shape (3, 3, n, n); got {stress.shape}")
    if not (temperature > 0.0 and volume > 0.0):
        raise PhysicsError(f"`temperature`, `volume` must be > 0; got {temperature!r}, {volume!r}")
    return pair_response(e, np.array([stress[i, j] for i, j in PAIRS]), temperature, volume)


def pair_response(
    e: Array, t: np.ndarray, temperature: float, volume: float
) -> tuple[Array, Array]:
    """χ_rel and χ_res of `level_response` from six operators ⟨n|T_a|m⟩, (6, n, n), in any basis of
    pairs ij: plain operators give plain components, Mandel ones Mandel components.

    With δT = T − ⟨T⟩, which loses no digits to cancellation,
    χ_rel = −(β/V) Σ P_n δT_nm δT_mn over pairs of the same level, n = m included.
    """
    p = probabilities(e, temperature)
    mean = np.einsum("n,ann->a", p, t).real
    deviation = t - mean[:, None, None] * np.eye(len(e))
    level = level_numbers(e)
    same = level[:, None] == level
    thermal = np.where(same, p[:, None] / temperature, 0.0)
    quantum = np.where(same, 0.0, resonance_weights(e, p, temperature))
    return _pairs(thermal, deviation) / -volume, _pairs(quantum, deviation) / -volume


def probabilities(e: Array, temperature: float) -> Array:
    """P_n = exp(−βE_n)/Z, (n,)."""
    p = np.exp((e.min() - e) / temperature)
    return np.asarray(p / p.sum())


def level_numbers(e: Array) -> np.ndarray:
    """The number of the level that each state belongs to, from 0 in the order of energy, (n,).

    Two states closer than n ε max|E| are of one level: that is how well n energies are known, so
    levels that coincide but for the rounding of a sum or of a diagonalisation are one.
    """
    order = np.argsort(e, kind="stable")
    apart = np.diff(e[order]) > len(e) * EPSILON * np.abs(e).max()
    numbers = np.empty(len(e), dtype=np.intp)
    numbers[order] = np.concatenate(([0], np.cumsum(apart)))
    return numbers


def resonance_weights(e: Array, p: Array, temperature: float) -> Array:
    """(P_m − P_n)/(E_n − E_m), (n, n), as P (1 − exp(−β|Δ|))/|Δ|, P the larger of the two.

    It keeps all its digits for any gap Δ, and where Δ = 0 it is its limit βP.
    """
    gap = np.abs(e[:, None] - e)
    larger = np.maximum(p[:, None], p)
    zero = gap == 0.0
    ratio = -np.expm1(-gap / temperature) / np.where(zero, 1.0, gap)
    return larger * np.where(zero, 1.0 / temperature, ratio)


def _pairs(weight: Array, t: np.ndarray) -> Array:
    """Σ_nm w_nm T^a_nm T^b_mn of hermitian T, (6, 6); one weighted operator at a time."""
    rows = t.reshape(len(t), -1)
    return np.array([(rows @ (weight * a).ravel().conj()).real for a in t])
