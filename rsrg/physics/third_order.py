"""The third derivative of the free energy of a block: how its χ changes in a strain."""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.linear_response import probabilities

SERIES_SPAN = 1.0  # from here on the difference of two divided differences has its digits
SERIES_TERMS = 18  # the next is 19/20! = 8e-18 of exp, and the sum at least 1/2


def response_to_field(e: Array, t: np.ndarray, field: Array, temperature: float) -> Array:
    """Σ_c X⁽³⁾_abc f_c, (6, 6), X⁽³⁾_abc = ∂³F/∂e_a ∂e_b ∂e_c, F = −k_B T ln Z of H + Σ_a e_a T_a.

    It is the change of V χ_ab of Eq. 2.7, to first order in W = Σ f_c T_c added to H:

        X⁽³⁾ f = 2β² Re Σ_nmk δT^a_nm δT^b_mk δW_kn exp[x_n, x_m, x_k]/Z,   x = −βE,

    with δT = T − ⟨T⟩ and the second divided difference of the exponential (see
    `second_differences`), so degenerate levels need no care. e: (n,). t: hermitian, (6, n, n), in
    Mandel form. field: f_c, (6,), in Mandel form.
    """
    p = probabilities(e, temperature)
    deviation = t - np.einsum("n,ann->a", p, t).real[:, None, None] * np.eye(len(e))
    w = np.tensordot(field, deviation, axes=1)
    x = (e.min() - e) / temperature
    weight = np.swapaxes(w, 0, 1)[:, None, :] * second_differences(x) / np.exp(x).sum()
    left = np.einsum("anm,nmk->amk", deviation, weight)
    sums = np.einsum("amk,bmk->ab", left, deviation)
    return np.asarray((sums + sums.T).real / temperature**2)


def second_differences(x: Array) -> Array:
    """exp[x_n, x_m, x_k], the second divided difference of the exponential, (n, n, n).

    (exp[a, b] − exp[b, c])/(a − c) for a ≥ b ≥ c; where a − c is small, the series
    exp(b) Σ_j h_j(a − b, c − b)/(j + 2)!, h_j the sum of all monomials of degree j.
    """
    ordered = np.sort(np.stack(np.broadcast_arrays(x[:, None, None], x[:, None], x)), axis=0)
    c, b, a = ordered
    close = a - c < SERIES_SPAN
    span = np.where(close, 1.0, a - c)
    quotient = (_first_difference(a, b) - _first_difference(b, c)) / span
    return np.where(
        close, _series(np.where(close, a - b, 0), np.where(close, c - b, 0), b), quotient
    )


def _first_difference(a: Array, b: Array) -> Array:
    """exp[a, b] = (exp(a) − exp(b))/(a − b), a ≥ b."""
    gap = a - b
    zero = gap == 0.0
    return np.exp(a) * np.where(zero, 1.0, -np.expm1(-gap) / np.where(zero, 1.0, gap))


def _series(u: Array, v: Array, b: Array) -> Array:
    h, power, factor = np.ones_like(u), np.ones_like(v), 0.5
    total = factor * h
    for j in range(1, SERIES_TERMS):
        power = power * v
        h = u * h + power
        factor /= j + 2
        total = total + factor * h
    return np.exp(b) * total
