"""Eq. 2.7 keeps its digits for close levels, cold blocks, and levels that are equal to rounding."""

import mpmath
import numpy as np
import pytest

from rsrg.physics.linear_response import level_numbers, level_response, resonance_weights

ULP = 2.3e-16  # 2⁻⁵² and a little


def block(levels, seed):
    """Levels and hermitian stress of one random block."""
    rng = np.random.default_rng(seed)
    t = rng.normal(size=(3, 3, levels, levels)) + 1j * rng.normal(size=(3, 3, levels, levels))
    t = t + t.swapaxes(0, 1)
    return rng.normal(size=levels), t + t.conj().swapaxes(-1, -2)


@pytest.mark.parametrize("gap", [0.0, 1e-300, 1e-15, 3e-12, 1e-9, 1e-6, 1e-3, 0.7, 40.0, 900.0])
def test_resonance_weight_has_all_digits(gap):
    """(P_m − P_n)/(E_n − E_m) of two levels, in 400 digits: the difference loses them."""
    temperature = 0.3
    e = np.array([0.0, gap])
    p = np.exp(-e / temperature)
    weights = resonance_weights(e, p, temperature)
    with mpmath.workdps(400):
        beta = 1 / mpmath.mpf(temperature)
        d = mpmath.mpf(gap)
        exact = beta if gap == 0 else (1 - mpmath.exp(-beta * d)) / d
        expected = float(exact)
    # five operations, each to an ulp; what exp makes of the rounding of its argument is below 1
    np.testing.assert_allclose([weights[0, 1], weights[1, 0]], expected, rtol=8 * ULP)


@pytest.mark.parametrize("gap", [1e-14, 1e-12, 1e-10, 1e-8, 1e-6])
def test_close_levels_are_two(gap):
    """Above rounding, a gap however small is one: T_12 belongs to the resonance."""
    e, t = block(4, 3)
    e[1] = e[0] + gap
    p = np.exp(-e)
    p /= p.sum()
    assert level_numbers(e)[0] != level_numbers(e)[1]
    together, apart = level_response(np.where(np.arange(4) == 1, e[0], e), t), level_response(e, t)
    moved = -2 * p[0] * (t[0, 0][0, 1] * t[0, 0][1, 0]).real
    # energies that differ by the gap change every weight by as much, relatively
    close = {"rel": 5 * gap + 1e-12, "abs": 0.0}
    assert (together[0] - apart[0])[0, 0] == pytest.approx(moved, **close)
    assert sum(apart)[0, 0] == pytest.approx(sum(together)[0, 0], **close)


def test_a_cold_block_has_a_small_relaxation_with_all_digits():
    """χ_rel = −(β/V) P_1 P_2 (T_11 − T_22)²: 1e-26 of βT², which the printed sum loses."""
    t = np.zeros((3, 3, 2, 2))
    t[0, 0] = [[1.3, 0.2], [0.2, 0.4]]
    rel, _ = level_response(np.array([0.0, 1.0]), t, 1 / 60, 2.0)
    p = 1 / (1 + np.exp(60.0))
    # 60 · ε from the rounding of the exponent
    assert rel[0, 0] == pytest.approx(-60 / 2 * p * (1 - p) * 0.81, rel=60 * ULP)


def test_levels_equal_to_rounding_are_one():
    """The same block in another basis: its threefold level comes back split by rounding."""
    e, t = block(6, 5)
    e[[1, 3]] = e[0]
    u = np.linalg.qr(block(6, 6)[1][0, 0])[0]
    split, states = np.linalg.eigh(u @ np.diag(e) @ u.conj().T)
    turned = states.conj().T @ (u @ t @ u.conj().T) @ states
    assert len(set(split)) > 4  # or rounding has split nothing, and the test shows nothing
    assert level_numbers(split).max() == 3
    for one, other in zip(level_response(e, t), level_response(split, turned), strict=True):
        np.testing.assert_allclose(
            other, one, atol=1e-12 * np.abs(one).max()
        )  # rounding of 6³ terms
