"""The two contractions, and the elastic susceptibility (2.10) with its inverse (4.6)."""

import numpy as np
import pytest

from rsrg.physics.elastic import (
    check_alpha,
    elastic_susceptibility,
    inverse_elastic_susceptibility,
)
from rsrg.physics.errors import PhysicsError
from rsrg.physics.pairs import contract, inverse, pair_matrix, pair_weights, unweighted, weighted

ALPHAS = (0.26, 0.5, 0.7, 0.99)
ROUNDING = 1e-13  # sums of nine products of numbers of order 1 to 10


@pytest.fixture
def x_and_y():
    a = np.random.default_rng(1).normal(size=(2, 6, 6))
    return a + a.swapaxes(-1, -2)


def test_tensor_contraction_sums_all_nine_pairs(x_and_y, four, six):
    x, y = x_and_y
    product = np.einsum("ijmn,mnkl->ijkl", four(x), four(y))
    np.testing.assert_allclose(contract(x, y, "tensor"), six(product), atol=ROUNDING)
    np.testing.assert_array_equal(pair_matrix(four(x)), x)


def test_six_contraction_is_the_plain_matrix_product(x_and_y):
    x, y = x_and_y
    np.testing.assert_allclose(contract(x, y, "six"), x @ y, atol=ROUNDING)
    # each shear pair once or twice is a real difference
    assert np.abs(contract(x, y, "six") - contract(x, y, "tensor")).max() > 1.0


def test_tensor_inverse_contracts_to_the_symmetric_identity(x_and_y, four):
    x = x_and_y[0] + 10 * np.eye(6)  # well conditioned
    d = np.eye(3)
    identity = 0.5 * (np.einsum("ik,jl->ijkl", d, d) + np.einsum("il,jk->ijkl", d, d))
    product = np.einsum("ijmn,mnkl->ijkl", four(x), four(inverse(x, "tensor")))
    np.testing.assert_allclose(product, identity, atol=ROUNDING)
    np.testing.assert_allclose(x @ inverse(x, "six"), np.eye(6), atol=ROUNDING)


@pytest.mark.parametrize("contraction", ["tensor", "six"])
def test_weights_undo(x_and_y, contraction):
    there = weighted(x_and_y, contraction)
    np.testing.assert_allclose(unweighted(there, contraction), x_and_y, rtol=1e-15)  # two roundings


def test_singular_matrix_and_unknown_contraction_are_errors():
    with pytest.raises(np.linalg.LinAlgError):
        inverse(np.zeros((6, 6)), "tensor")
    with pytest.raises(PhysicsError, match="`contraction` must be tensor or six; got 'voigt'"):
        pair_weights("voigt")


@pytest.mark.parametrize("alpha", ALPHAS)
def test_elastic_eigenvalues_are_two_and_three_times_the_bulk_modulus(alpha):
    bulk = 3.0 / (1.0 - alpha) - 4.0  # 3K/ρc_t², K = ρ(c_l² − 4/3 c_t²)
    values = np.linalg.eigvalsh(weighted(elastic_susceptibility(alpha), "tensor"))
    expected = np.sort([2.0] * 5 + [bulk])
    np.testing.assert_allclose(values, expected, rtol=1e-14, atol=1e-13 * max(1.0, bulk / 100))


@pytest.mark.parametrize("alpha", ALPHAS)
def test_plain_inverse_is_eq_4_6_as_printed(alpha):
    diagonal, off = alpha / (4 * alpha - 1), -(2 * alpha - 1) / (2 * (4 * alpha - 1))
    printed = np.array(
        [
            [diagonal, 0, 0, off, 0, off],
            [0, 1, 0, 0, 0, 0],
            [0, 0, 1, 0, 0, 0],
            [off, 0, 0, diagonal, 0, off],
            [0, 0, 0, 0, 1, 0],
            [off, 0, 0, off, 0, diagonal],
        ]
    )
    x = inverse_elastic_susceptibility(alpha, "six")
    np.testing.assert_allclose(x, printed, atol=1e-12)  # condition number up to 300 at α = 0.99
    true = inverse_elastic_susceptibility(alpha, "tensor")
    shear = np.array([1, 2, 4])
    np.testing.assert_allclose(true[shear, shear], 0.25, rtol=1e-14)  # 1/(4μ): X_xyxy of 1/2μ
    normal = np.ix_([0, 3, 5], [0, 3, 5])
    np.testing.assert_allclose(true[normal], printed[normal], atol=1e-12)


def test_eigenvalues_of_six_at_no_strain_are_those_of_the_paper():
    values = np.linalg.eigvalsh(weighted(elastic_susceptibility(0.7), "six"))
    np.testing.assert_allclose(values, [1, 1, 1, 2, 2, 6], rtol=1e-14)  # PHYSICS §5


def test_elastic_tensor_is_isotropic(rotations, rotate):
    x = elastic_susceptibility(0.7)
    for q in rotations:
        np.testing.assert_allclose(rotate(x, q), x, atol=ROUNDING)


@pytest.mark.parametrize("alpha", [0.25, 1.0, 0.0, 2.0, -0.5, np.nan, np.inf])
def test_alpha_outside_its_range_raises(alpha):
    for function in (check_alpha, elastic_susceptibility):
        with pytest.raises(PhysicsError, match=r"`alpha` .* must lie between 0.25 and 1; got"):
            function(alpha)


def test_bulk_modulus_vanishes_at_a_quarter():
    values = np.linalg.eigvalsh(weighted(elastic_susceptibility(0.25 + 1e-6), "tensor"))
    # 3K = 3/(1 − α) − 4 = 16/3 (α − 1/4) to first order
    np.testing.assert_allclose(values[0], 16 / 3 * 1e-6, rtol=1e-5)
