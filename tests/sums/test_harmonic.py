"""Harmonic super blocks against LAPACK, whatever their stability; bits that BLAS cannot change."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from rsrg.physics.elastic import elastic_susceptibility
from rsrg.physics.pairs import CONTRACTIONS, inverse, unweighted, weighted
from rsrg.physics.quenched import pair_interaction
from rsrg.sums.harmonic import harmonic_blocks
from rsrg.sums.kernels.tridiagonal import block_responses


def super_blocks(draws, n, seed=0, width=0.3):
    """Unequal blocks at random places: about a third of the larger super blocks are unstable."""
    rng = np.random.default_rng(seed)
    positions = rng.normal(size=(draws, n, 3)) * np.cbrt(n)
    size = np.exp(width * rng.normal(size=(draws, n, 1, 1)))
    return size * elastic_susceptibility(0.7), pair_interaction(positions, 0.7)


def by_lapack(chi, m, contraction):
    """The definition: solve with the whole Hessian, and take its eigenvalues."""
    draws, n = chi.shape[:2]
    hat = weighted(m, contraction)
    hat[:, range(n), range(n)] += weighted(inverse(chi, contraction), contraction)
    hessian = hat.transpose(0, 1, 3, 2, 4).reshape(draws, 6 * n, 6 * n)
    response = np.linalg.inv(hessian).reshape(draws, n, 6, n, 6).sum(axis=(1, 3)) / n
    return unweighted(response, contraction), np.linalg.eigvalsh(hessian)[:, 0]


@pytest.mark.parametrize("contraction", CONTRACTIONS)
@pytest.mark.parametrize(("draws", "n"), [(9, 1), (9, 2), (60, 8), (12, 27)])
def test_against_lapack(draws, n, contraction):
    """Relative to the largest element: rounding times the condition of the Hessian, below 10⁴."""
    chi, m = super_blocks(draws, n)
    expected, lowest = by_lapack(chi, m.copy(), contraction)
    found, found_lowest = harmonic_blocks(chi, m, contraction)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-11 * np.abs(b).max())
    np.testing.assert_allclose(found_lowest, lowest, atol=1e-13 * np.abs(lowest).max() * n)
    if n == 27:
        assert (found_lowest < 0).any()
        assert (found_lowest > 0).any()


@pytest.mark.parametrize(
    "matrix",
    [
        np.eye(6),
        -np.eye(12),
        np.diag(np.arange(-5.0, 7.0)) + 13.0 * np.eye(12),
        np.kron(np.array([[0.0, 2.0], [2.0, 0.0]]), np.eye(6)),  # zeros on the diagonal: pivots
        np.kron(np.array([[1.0, -1e8], [-1e8, 1.0]]), np.eye(6)),
    ],
    ids=["one", "unstable", "diagonal", "no diagonal", "coupled"],
)
def test_matrices_that_are_already_simple(matrix):
    responses, lowest = np.full((1, 6, 6), np.nan), np.full(1, np.nan)
    block_responses(matrix[None].copy(), responses, lowest)
    e = np.tile(np.eye(6), (len(matrix) // 6, 1))
    expected = e.T @ np.linalg.solve(matrix, e)
    np.testing.assert_allclose(responses[0], expected, atol=1e-14 * np.abs(expected).max())
    np.testing.assert_allclose(lowest[0], np.linalg.eigvalsh(matrix)[0], rtol=1e-14)


def test_the_threads_of_linear_algebra_change_no_bit():
    """They change LAPACK's own from 162 rows on."""
    chi, m = super_blocks(4, 27)
    results = []
    for threads in (1, 3):
        with threadpool_limits(threads, user_api="blas"):
            results.append(harmonic_blocks(chi, m.copy()))
    for one, three in zip(*results, strict=True):
        np.testing.assert_array_equal(one, three)


def test_what_is_no_number_stays_none():
    chi, m = super_blocks(2, 8)
    chi[1, 3, 2, 2] = np.nan
    found, lowest = harmonic_blocks(chi, m)
    assert np.isfinite(found[0]).all()
    assert np.isnan(found[1]).any()
    assert np.isfinite(lowest[0])
    assert np.isnan(lowest[1])
