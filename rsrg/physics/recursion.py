"""One RG step of the susceptibility, Eqs. 3.3 and 3.8, and the flow of many."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError
from rsrg.physics.pairs import Contraction, contract, inverse, unweighted, weighted
from rsrg.physics.super_block_size import check_n0

Update = Literal["resummed", "second_order"]
UPDATES: tuple[Update, ...] = get_args(Update)

RUNAWAY = 1e6  # a susceptibility above this many ρc_t² has run to infinity; χ' is of order 1


def whole_steps(log_ratio: float, n0: int) -> int:
    """n = ⌈ln(R/L₁)/ln N0⌉, at least 1: the steps of a lattice sum, to the first L₁ N0ⁿ ≥ R.

    A ratio above a whole number by rounding only takes no further step. Raises PhysicsError
    unless n0 is an integer ≥ 2.
    """
    return max(1, math.ceil(log_ratio / math.log(check_n0(n0)) * (1.0 - 1e-12)))


def second_order(chi: Array, coupling: Array, contraction: Contraction = "tensor") -> Array:
    """χ ← χ − χ M χ, Eq. 3.3 without its last, irrelevant term; (..., 6, 6), plain components.

    A softening channel (M < 0) runs to +∞ and never changes sign; a hardening one with χM > 1
    overshoots below zero, an artefact of the truncation.
    """
    return chi - contract(contract(chi, coupling, contraction), chi, contraction)


def resummed(chi: Array, coupling: Array, contraction: Contraction = "tensor") -> Array:
    """χ⁻¹ ← χ⁻¹ + M, Eq. 3.8; (..., 6, 6), plain components.

    Raises numpy.linalg.LinAlgError where χ or the result is exactly singular.
    """
    return inverse(inverse(chi, contraction) + coupling, contraction)


@dataclass(frozen=True)
class Flow:
    """χ and χ⁻¹ after 0, 1, …, n steps, (n + 1, ..., 6, 6), and where something happened.

    `transition_step`: first step after which χ is not positive definite (resummed: +∞ → −∞;
    second order: the truncation overshot). `runaway_step`: first step after which χ exceeds
    RUNAWAY ρc_t²; second order stops there, and `inverse` then has no digits in the other
    channels. Both (...,), −1 for never.
    """

    chi: Array
    inverse: Array
    transition_step: np.ndarray
    runaway_step: np.ndarray


def _first(happened: np.ndarray) -> np.ndarray:
    """Index along the first axis of the first True, −1 where there is none."""
    return np.where(happened.any(axis=0), happened.argmax(axis=0), -1)


def inverse_or_limit(x: Array, contraction: Contraction) -> Array:
    """X⁻¹; in the direction of an exactly zero eigenvalue a huge finite number, never NaN."""
    values, vectors = np.linalg.eigh(weighted(x, contraction))
    floor = np.finfo(np.float64).tiny
    values = np.where(np.abs(values) < floor, floor, values)
    return unweighted((vectors / values[..., None, :]) @ np.swapaxes(vectors, -1, -2), contraction)


def _second_order_path(chi: Array, couplings: Array, contraction: Contraction) -> Array:
    path = [chi]
    for coupling in couplings:
        last = path[-1]
        runaway = np.abs(last).max(axis=(-2, -1), keepdims=True) > RUNAWAY
        step = second_order(np.where(runaway, 0.0, last), coupling, contraction)
        path.append(np.where(runaway, last, step))
    return np.stack(path)


def iterate(chi_start: Array, couplings: Array, update: Update, contraction: Contraction) -> Array:
    """The matrix that the update iterates, (n + 1, ..., 6, 6): χ⁻¹ if resummed, χ if second order.

    Resummed, it is χ_n⁻¹ = χ'⁻¹ + Σ M, which passes through the infinity of χ without loss.
    Raises PhysicsError for an unknown update.
    """
    start = np.broadcast_to(chi_start, couplings.shape[1:])
    if update == "resummed":
        return np.cumsum(np.concatenate((inverse(start, contraction)[None], couplings)), axis=0)
    if update == "second_order":
        return _second_order_path(start, couplings, contraction)
    raise PhysicsError(f"`update` must be one of {', '.join(UPDATES)}; got {update!r}")


def flow(
    chi_start: Array,
    couplings: Array,
    update: Update = "resummed",
    contraction: Contraction = "tensor",
) -> Flow:
    """Iterate the recursion from χ_start through the couplings of successive steps.

    chi_start: (..., 6, 6), plain, in ρc_t². couplings: (n, ..., 6, 6), in 1/ρc_t².
    Raises PhysicsError for an unknown update.
    """
    iterated = iterate(chi_start, couplings, update, contraction)
    other = inverse_or_limit(iterated, contraction)
    chi, inverses = (other, iterated) if update == "resummed" else (iterated, other)
    values = np.linalg.eigvalsh(weighted(iterated, contraction))
    rounding = 1e-14 * np.abs(values).max(axis=-1)  # of the small eigenvalues beside a large one
    return Flow(
        chi=chi,
        inverse=inverses,
        transition_step=_first(values[..., 0] < -rounding),
        runaway_step=_first(np.abs(chi).max(axis=(-2, -1)) > RUNAWAY),
    )
