"""Statistics of a pool, against known distributions and by hand."""

import tracemalloc

import numpy as np
import pytest

from rsrg.ensemble.initial import InitialLaw, initial_pool
from rsrg.ensemble.pool_statistics import (
    EDGES,
    critical_strain,
    describe_pool,
    histogram,
    inverse_eigenvalues,
    moments,
    relative_variance,
    scatter,
    summary,
    variance_exponent,
)
from rsrg.ensemble.subpools import SUBPOOLS
from rsrg.physics.channels import strain_channels
from rsrg.physics.pairs import inverse, weighted
from rsrg.physics.strain import strain_direction

CHANNELS = strain_channels(strain_direction("xx"))


def test_moments_of_a_gamma_distribution():
    """Mean k, std √k, skewness 2/√k, excess kurtosis 6/k."""
    x = np.random.default_rng(0).gamma(9.0, size=(200_000, 1))
    # standard errors of the four: 0.007, 0.006, 0.009, 0.05
    gap = np.abs(moments(x)[0] - [9.0, 3.0, 2 / 3, 6 / 9])
    assert np.all(gap < [0.03, 0.025, 0.04, 0.2])  # 4 of them


def test_moments_of_equal_blocks():
    np.testing.assert_array_equal(moments(np.full((5, 2), 3.0)), [[3.0, 0, 0, 0]] * 2)
    nearly = 0.1 + np.array([[0.0], [1e-17], [0.0], [2e-17]])  # as after an inversion
    np.testing.assert_array_equal(moments(nearly)[0, 1:], [0, 0, 0])


def test_inverse_eigenvalues_are_eigenvalues_of_the_inverse():
    chi = initial_pool(InitialLaw("lognormal", 0.4), 0.6, 20, 0)
    chi[3] *= -1.0
    expected = np.linalg.eigvalsh(np.linalg.inv(weighted(chi, "tensor")))
    np.testing.assert_allclose(inverse_eigenvalues(chi, "tensor"), expected, rtol=1e-9)  # inverted


def test_histogram_counts_every_block():
    values = np.array([-7.0, -1.0, 0.0, 0.049, 1.999, 2.0, np.inf])[:, None]
    counts = histogram(values)[0]
    assert counts.sum() == len(values)
    assert counts[0] == 1
    assert counts[1] == 1
    assert counts[-1] == 2
    assert counts[1 + np.searchsorted(EDGES, 0.0)] == 2


def test_relative_variance():
    """One block twice as stiff as the other: ((1/2)² …): var/mean² = (1/3)²."""
    x = initial_pool(InitialLaw(), 0.6, 2, 0)
    x[1] *= 0.5
    assert relative_variance(x, "tensor") == pytest.approx(1 / 9, rel=1e-12)  # rounding


def test_scatter_covers():
    """σ = s/√16 of the parts' means is the error of the mean: pulls of variance 15/13."""
    parts = np.random.default_rng(1).normal(size=(SUBPOOLS, 4000))
    pull = parts.mean(axis=0) / scatter(parts)
    assert pull.var() == pytest.approx(15 / 13, abs=4 * 0.032)  # Student's t, 15 degrees; 4 errors


def test_critical_strain_by_hand():
    strains = np.array([-0.1, 0.0, 0.1, 0.3])
    lowest = np.array(
        [
            [5.0, 0.3, 0.1, -0.1],  # halfway between 0.1 and 0.3
            [-1.0, 0.2, 0.1, 0.1],  # compression does not count
            [1.0, -0.2, 0.1, 0.1],  # failed without strain
            [1.0, 0.1, -0.3, 0.2],  # a quarter of the way to 0.1
        ]
    ).T[None]
    found = critical_strain(lowest, strains)
    np.testing.assert_allclose(found, [[0.2, np.nan, 0.0, 0.025]], atol=1e-15)  # rounding


def test_summary_by_hand():
    mean, median, std, share = summary(np.array([[0.2, np.nan, 0.4, 0.6]]))[0]
    assert (mean, share) == (pytest.approx(0.4), 0.75)
    assert median == pytest.approx(0.5)  # of 0.2, 0.4, 0.6, beyond
    assert std == pytest.approx(np.sqrt(0.08 / 3))
    none = summary(np.full((1, 4), np.nan))[0]
    assert np.isnan(none[:3]).all()
    assert none[3] == 0.0
    assert np.isnan(summary(np.array([[0.2, np.nan, np.nan, np.nan]]))[0, 1])


def test_variance_exponent_finds_the_power():
    """Parts that fall as L^−p, with noise: the slope within four of its errors."""
    lengths = 3.0 ** np.arange(7)
    rng = np.random.default_rng(2)
    for power in (0.0, 3.0):
        parts = lengths[:, None, None] ** -power * np.exp(0.1 * rng.normal(size=(7, 5, SUBPOOLS)))
        slope, error = variance_exponent(parts, parts.mean(axis=-1), np.zeros((7, 5)), lengths)
        assert np.all(np.abs(slope + power) < 4 * error)
        assert np.all(error < 0.03)  # 0.1/√16 over a lever of ln 3 √17.5


def test_variance_exponent_leaves_out_what_has_failed():
    lengths = 2.0 ** np.arange(5)
    parts = np.repeat(lengths[:, None, None] ** -1.0, SUBPOOLS, axis=-1)
    parts[3:] *= 1000.0
    failed = np.array([0.0, 0.0, 0.001, 0.5, 0.0])[:, None]
    slope, error = variance_exponent(parts, parts.mean(axis=-1), failed, lengths)
    np.testing.assert_allclose(slope, -1.0, rtol=1e-12)  # two points, exactly
    np.testing.assert_allclose(error, 0.0, atol=1e-12)
    whole = parts.mean(axis=-1)
    assert np.isnan(variance_exponent(parts, whole, np.ones((5, 1)), lengths)[0])
    assert np.isnan(variance_exponent(0.0 * parts, 0.0 * whole, 0.0 * failed, lengths)[0])


def test_variance_exponent_allows_for_common_ancestors():
    """What is missing within the parts and too much in the whole goes into the error."""
    lengths = 3.0 ** np.arange(4)
    share = 0.01 * np.arange(4)[:, None]  # of the variance, that each generation moves
    parts = np.repeat((1.0 - share)[..., None], SUBPOOLS, axis=-1)
    slope, error = variance_exponent(parts, 1.0 + share, 0.0 * share, lengths)
    assert abs(slope) < 1e-3  # what is left of two logarithms, 0.03² / 2 over ln 9
    # ln(1.03/0.97) less ln(1.01/0.99) over ln 9, and half of it
    assert error == pytest.approx(0.5 * np.log(1.03 / 0.97 * 0.99 / 1.01) / np.log(9), rel=1e-2)


def test_describe_a_pool():
    chi = initial_pool(InitialLaw("lognormal", 0.2), 0.6, 256, 0)
    chi[:64] *= -1.0
    pool = np.broadcast_to(chi, (2, 3, *chi.shape))
    found = describe_pool(pool, np.array([0.0, 0.1, 0.2]), "tensor", CHANNELS)
    np.testing.assert_array_equal(found["failed"], np.full((2, 3), 0.25))
    np.testing.assert_array_equal(found["critical_summary"][:, 3], [0.25, 0.25])
    assert found["level_histogram"].sum(axis=-1).tolist() == [[[256] * 6] * 3] * 2
    assert np.all(np.diff(found["level_quantiles"], axis=-1) >= 0)
    # the mean of a channel is an eigenvalue of the mean of χ⁻¹
    mean = np.linalg.eigvalsh(weighted(inverse(chi, "tensor").mean(axis=0), "tensor"))
    got = np.sort(found["channel_moments"][0, 0, :, 0])
    np.testing.assert_allclose(got, mean, atol=1e-8)  # SPLIT of channels


def test_statistics_take_little_memory():
    """One reading and strain at a time: of 18 cases, less than half of the pool itself.

    A third are the eigenvalues, (P, 6) for (P, 6, 6) in and as much again while they are sorted;
    and several times one case, an eighteenth. All cases at once took three pools.
    """
    chi = initial_pool(InitialLaw("lognormal", 0.2), 0.6, 2048, 0)
    pool = np.broadcast_to(chi, (2, 9, *chi.shape))
    strains = np.linspace(0.0, 0.8, 9)
    describe_pool(pool, strains, "tensor", CHANNELS)  # imports
    tracemalloc.start()
    describe_pool(pool, strains, "tensor", CHANNELS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.75 * pool.nbytes


def test_blocks_that_never_fail_bias_the_mean_but_not_the_median():
    """Critical strains N(0.6, 0.2) on a grid that ends at 0.8: 16% are beyond it."""
    found = np.random.default_rng(5).normal(0.6, 0.2, (400, 4096))
    found = np.where(found > 0.8, np.nan, found)
    mean, median, _, share = summary(found).mean(axis=0)
    error = 0.2 * np.sqrt(np.pi / 2 / 4096 / 400)  # of a normal median
    assert median == pytest.approx(0.6, abs=4 * error)
    assert share == pytest.approx(0.8413, abs=4 * np.sqrt(0.16 * 0.84 / 4096 / 400))
    # of the others only: μ − σ φ(1)/Φ(1)
    assert mean == pytest.approx(0.6 - 0.2 * 0.24197 / 0.84134, abs=4 * error)
    parts = summary(np.moveaxis(found.reshape(400, SUBPOOLS, -1), 1, 0))[..., 1]
    pulls = (summary(found)[:, 1] - 0.6) / scatter(parts)
    # Student's t with 15 degrees, known from 400 pulls to √(2.5/400) = 8%
    assert pulls.var() == pytest.approx(15 / 13, rel=4 * 0.08)
