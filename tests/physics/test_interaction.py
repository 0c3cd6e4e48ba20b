"""Λ̃ of Eq. 2.13: against its printed form, the Kelvin Green function, and its symmetries."""

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import eval_legendre

from rsrg.physics.errors import PhysicsError
from rsrg.physics.interaction import (
    QUARTIC_NAMES,
    coupling_matrix,
    direction_moments,
    lambda_tilde,
    lambda_tilde_from_moments,
    quartic_moments,
    quartic_tensor,
)

ALPHAS = (0.26, 0.7, 0.99)
ROUNDING = 1e-14  # some 20 terms of size up to 15, each good to 2e-16
DIRECTIONS = np.array([[2, 3, 6], [1, 2, -2], [-4, 4, 7], [9, 2, 6], [0, 3, 4]]) / np.array(
    [[7], [3], [9], [11], [5]]
)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("n", DIRECTIONS)
def test_is_the_printed_equation(n, alpha, printed_lambda, six):
    np.testing.assert_allclose(lambda_tilde(n, alpha), six(printed_lambda(n, alpha)), atol=ROUNDING)


def kelvin_derivative(i, j, k, m):
    """¼[δ_ik ∂_j∂_m + …](−1/r) + (α/2) ∂_i∂_j∂_k∂_m r, a sympy expression of x, y, z, α."""
    x = sympy.symbols("x y z", real=True)
    alpha = sympy.Symbol("alpha")
    r = sympy.sqrt(sum(a**2 for a in x))
    pairs = (((i, k), (j, m)), ((i, m), (j, k)), ((j, k), (i, m)), ((j, m), (i, k)))
    transverse = sum(sympy.diff(-1 / r, x[p], x[q]) for (a, b), (p, q) in pairs if a == b)
    return transverse / 4 + alpha / 2 * sympy.diff(r, x[i], x[j], x[k], x[m])


@pytest.mark.parametrize(
    "index", [(0, 0, 0, 0), (0, 0, 1, 1), (0, 1, 0, 1), (0, 0, 0, 2), (0, 0, 1, 2), (0, 1, 1, 2)]
)
def test_is_the_second_derivative_of_the_kelvin_green_function(index, printed_lambda):
    expression = kelvin_derivative(*index)
    for point in ((2, 3, 6), (1, 2, -2), (-4, 4, 7)):
        r = int(np.linalg.norm(point))
        at = dict(zip(sympy.symbols("x y z", real=True), point, strict=True))
        exact = expression.subs(at)
        value = float(exact.subs(sympy.Symbol("alpha"), sympy.Rational(7, 10)) * r**3)
        twin = printed_lambda(np.array(point) / r, 0.7)[index]
        np.testing.assert_allclose(twin, value, atol=ROUNDING)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_averages_to_zero_over_directions(alpha, sphere):
    n, w = sphere(4)
    average = np.einsum("p,pab->ab", w, lambda_tilde(n, alpha))
    np.testing.assert_allclose(average, 0.0, atol=1e-15 * 4)  # 25 terms of size ≤ 8, weights sum 1


def test_holds_angular_momenta_two_and_four_only(sphere):
    n, w = sphere(10)  # quartic times P_6
    values, at = lambda_tilde(n, 0.7), lambda_tilde(DIRECTIONS, 0.7)
    parts = {}
    for degree in range(7):
        kernel = (2 * degree + 1) * eval_legendre(degree, DIRECTIONS @ n.T) * w
        parts[degree] = np.einsum("dp,pab->dab", kernel, values)
    for degree in (0, 1, 3, 5, 6):
        np.testing.assert_allclose(parts[degree], 0.0, atol=1e-13)  # 13 × ROUNDING
    assert np.abs(parts[2]).max() > 0.1
    assert np.abs(parts[4]).max() > 0.1
    np.testing.assert_allclose(parts[2] + parts[4], at, atol=1e-13)


def test_minor_and_major_symmetry(printed_lambda):
    for n in DIRECTIONS:
        x = printed_lambda(n, 0.7)
        for swapped in ("jikl", "ijlk", "klij"):
            # the same terms in another order of summation
            np.testing.assert_allclose(x, np.einsum(f"ijkl->{swapped}", x), atol=1e-15 * 10)
        np.testing.assert_array_equal(lambda_tilde(n, 0.7), lambda_tilde(-n, 0.7))
    m = lambda_tilde(DIRECTIONS, 0.7)
    np.testing.assert_allclose(m, m.swapaxes(-1, -2), atol=ROUNDING)


def test_rotates_as_a_tensor(rotations, rotate):
    for q in rotations:
        for n in DIRECTIONS:
            np.testing.assert_allclose(
                lambda_tilde(q @ n, 0.7), rotate(lambda_tilde(n, 0.7), q), atol=10 * ROUNDING
            )  # four contractions with three terms each


@given(st.floats(0.25, 1.0), st.floats(0.25, 1.0))
def test_is_linear_in_alpha(a, b):
    middle = lambda_tilde(DIRECTIONS, 0.5 * (a + b))
    mean = 0.5 * (lambda_tilde(DIRECTIONS, a) + lambda_tilde(DIRECTIONS, b))
    np.testing.assert_allclose(middle, mean, atol=ROUNDING)


def test_moments_are_a_linear_summary_of_directions():
    weights = np.arange(1.0, 1.0 + len(DIRECTIONS))
    total = np.einsum("p,pab->ab", weights, lambda_tilde(DIRECTIONS, 0.7))
    moments = weights @ direction_moments(DIRECTIONS)
    np.testing.assert_allclose(  # weights sum to 15
        lambda_tilde_from_moments(moments, 0.7), total, atol=15 * ROUNDING
    )


def test_array_of_alphas_broadcasts_against_moments():
    moments = direction_moments(DIRECTIONS)
    alphas = np.array(ALPHAS)[:, None]
    table = lambda_tilde_from_moments(moments, alphas)
    assert table.shape == (3, len(DIRECTIONS), 6, 6)
    for a, alpha in enumerate(ALPHAS):
        for p, n in enumerate(DIRECTIONS):
            np.testing.assert_allclose(table[a, p], lambda_tilde(n, alpha), atol=ROUNDING)


def test_quartic_order_is_that_of_the_names():
    n = np.array([2.0, 3.0, 5.0])  # primes: each product names its letters
    prime = dict(zip("xyz", n, strict=True))
    moments = direction_moments(n)
    assert QUARTIC_NAMES[:4] == ("xxxx", "xxxy", "xxxz", "xxyy")
    assert list(moments) == [np.prod([prime[c] for c in name]) for name in QUARTIC_NAMES]
    tensor = quartic_tensor(moments)
    np.testing.assert_array_equal(tensor, np.einsum("i,j,k,l->ijkl", n, n, n, n))
    np.testing.assert_array_equal(quartic_moments(tensor), moments)


def test_coupling_matrix_is_eq_3_7_over_the_number_of_blocks(printed_lambda, six):
    x = np.array([[0.0, 0.0, 0.0], [1.0, 0.5, 0.0], [-0.3, 0.2, 1.4]])
    moments, total = np.zeros(15), np.zeros((6, 6))
    for s in range(3):
        for t in set(range(3)) - {s}:
            r = np.linalg.norm(x[s] - x[t])
            n = (x[s] - x[t]) / r
            moments += direction_moments(n) / r**3
            total += -2.0 * six(-printed_lambda(n, 0.7) / (8.0 * np.pi * r**3))
    m = coupling_matrix(moments, 0.7, 3, block_volume=1.2)
    np.testing.assert_allclose(m, 1.2 * total / 3, atol=ROUNDING)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros(14), 0.7, 8), "`moments` must have 15 as last axis; got shape"),
        ((np.zeros(15), 0.25, 8), "`alpha`"),
        ((np.zeros(15), 0.7, 0), "`n_blocks` must be at least 1; got 0"),
        ((np.zeros(15), 0.7, np.nan), "`n_blocks` must be at least 1; got nan"),
        ((np.zeros(15), 0.7, 8, 0.0), "`block_volume` must be positive and finite; got 0.0"),
    ],
)
def test_coupling_matrix_refuses_the_impossible(arguments, message):
    with pytest.raises(PhysicsError, match=message):
        coupling_matrix(*arguments)
