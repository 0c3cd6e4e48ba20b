"""δΛ/δe and δ²Λ/δe² of a pair: by complex step, by hand, and by what they must obey."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from rsrg.physics.errors import PhysicsError
from rsrg.physics.interaction import lambda_tilde
from rsrg.physics.pairs import PAIRS
from rsrg.physics.strained_interaction import interaction_derivatives

ALPHA = 0.7


def kelvin(r, alpha):
    """Λ̃(r/|r|)/|r|³ as printed, for complex r too; (6, 6)."""
    length = np.sqrt(np.sum(r * r))
    n, one = r / length, np.eye(3)
    result = np.empty((6, 6), dtype=r.dtype)
    for p, (i, j) in enumerate(PAIRS):
        for q, (k, m) in enumerate(PAIRS):
            first = sum(
                (one[b, d] - 3 * n[b] * n[d]) * one[a, c]
                for a, b in ((i, j), (j, i))
                for c, d in ((k, m), (m, k))
            )
            nn = sum(
                n[a] * n[b] * one[c, d]
                for a, b, c, d in (
                    (i, j, k, m), (i, k, j, m), (i, m, j, k),
                    (j, k, i, m), (j, m, i, k), (k, m, i, j),
                )
            )  # fmt: skip
            deltas = one[i, j] * one[k, m] + one[i, k] * one[j, m] + one[j, k] * one[i, m]
            second = -deltas + 3 * nn - 15 * n[i] * n[j] * n[k] * n[m]
            result[p, q] = (0.25 * first + alpha / 2 * second) / length**3
    return result


def direction(pair):
    """The symmetric tensor whose contraction with δ/δe is δ/δe_ij itself: 1, or ½ twice."""
    i, j = pair
    e = np.zeros((3, 3))
    e[i, j] += 0.5
    e[j, i] += 0.5
    return e


@pytest.fixture(scope="module")
def pair():
    r = np.array([0.3, -1.1, 0.7])
    return r / np.linalg.norm(r)


def test_first_derivative_by_complex_step(pair):
    h = 1e-30
    found, _ = interaction_derivatives(pair, ALPHA)
    for p, ij in enumerate(PAIRS):
        step = kelvin(pair + 1j * h * direction(ij) @ pair, ALPHA).imag / h
        np.testing.assert_allclose(found[p], step, atol=1e-13 * 24)  # rounding of numbers up to 24


def test_second_derivative_by_complex_step(pair):
    """Complex step of the first derivative's own real difference: δ/δe_kl at (1 + h e_ij) r."""
    _, found = interaction_derivatives(pair, ALPHA)
    h, k = 1e-4, 1e-30
    for p, ij in enumerate(PAIRS):
        for q, kl in enumerate(PAIRS):
            values = [
                kelvin(pair + (s * h * direction(ij) + 1j * k * direction(kl)) @ pair, ALPHA).imag
                for s in (-2, -1, 1, 2)
            ]
            slope = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * h * k)
            # fourth order: h⁴ times a sixth derivative of order 10⁵, rounding 1e-16 × 24/h
            np.testing.assert_allclose(found[p, q], slope, atol=1e-9)


def test_reference_pair():
    """δ²(2Λ_xxxx)/δe_xx² at (1, ½, ¼), PHYSICS §8.9; and along x, 1/x³ by hand."""
    r = np.array([1.0, 0.5, 0.25])
    length = np.linalg.norm(r)
    second = interaction_derivatives(r / length, ALPHA)[1]
    value = -2 / (8 * np.pi) * second[0, 0, 0, 0] / length**3
    assert value == pytest.approx(-0.325936, abs=5e-7)  # as printed
    first, second = interaction_derivatives(np.array([1.0, 0.0, 0.0]), ALPHA)
    tilde = lambda_tilde(np.array([1.0, 0.0, 0.0]), ALPHA)[0, 0]
    assert first[0, 0, 0] == pytest.approx(-3 * tilde, rel=1e-14)
    assert second[0, 0, 0, 0] == pytest.approx(12 * tilde, rel=1e-14)
    assert np.abs(second).max() == pytest.approx(24.0, rel=1e-14)


def test_a_dilation_is_a_change_of_distance(pair):
    """Σ_i δ/δe_ii is r d/dr: −3, and twice 9 + 3 = 12, whatever the direction."""
    first, second = interaction_derivatives(pair, ALPHA)
    diagonal = [0, 3, 5]
    tilde = lambda_tilde(pair, ALPHA)
    np.testing.assert_allclose(first[diagonal].sum(0), -3 * tilde, atol=1e-13)
    both = second[np.ix_(diagonal, diagonal)].sum(axis=(0, 1))
    np.testing.assert_allclose(both, 12 * tilde, atol=1e-12)


def test_symmetries_and_rotation(pair):
    """δ² is symmetric in ij ↔ kl; a turned pair has turned derivatives (seen in the xx entries)."""
    first, second = interaction_derivatives(pair, ALPHA)
    np.testing.assert_allclose(second, second.transpose(1, 0, 2, 3), atol=1e-13)
    np.testing.assert_allclose(second, second.transpose(0, 1, 3, 2), atol=1e-13)
    r = Rotation.from_euler("z", 90, degrees=True).as_matrix()  # x → y
    turned, _ = interaction_derivatives(r @ pair, ALPHA)
    np.testing.assert_allclose(turned[3, 3, 5], first[0, 0, 5], atol=1e-14)
    stack = interaction_derivatives(np.stack((pair, r @ pair)), ALPHA)
    np.testing.assert_allclose(stack[0][1], turned, atol=1e-14)


def test_bad_alpha(pair):
    with pytest.raises(PhysicsError, match="`alpha`"):
        interaction_derivatives(pair, 1.2)
