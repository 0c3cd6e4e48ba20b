"""The jackknife over groups of chunks, against explicit loops and known formulas."""

import numpy as np
import pytest

from rsrg.ensemble.statistics import MAX_GROUPS, Groups


def chunks_of(n, *shape, seed=0):
    return np.random.default_rng(seed).normal(3.0, 1.0, (n, *shape))


@pytest.mark.parametrize("n", [1, 2, 3, 63, 64, 65, 100, 640, 1000])
def test_sizes(n):
    sizes = Groups.from_chunk_count(n).sizes
    assert sizes.sum() == n
    assert len(sizes) == min(n, MAX_GROUPS)
    assert sizes.max() - sizes.min() <= 1


@pytest.mark.parametrize("n", [2, 5, 64, 65, 100, 130])
def test_leave_one_out(n):
    chunks, groups = chunks_of(n, 2, 3), Groups.from_chunk_count(n)
    ends = np.cumsum(groups.sizes).astype(int)
    for j, (size, end) in enumerate(zip(groups.sizes.astype(int), ends, strict=True)):
        without = np.delete(chunks, np.arange(end - size, end), axis=0).mean(axis=0)
        one = groups.leave_one_out(chunks)[j]
        np.testing.assert_allclose(one, without, rtol=1e-13)  # 130 terms in another order


@pytest.mark.parametrize("n", [2, 3, 17, 64])
def test_mean_of_single_chunks(n):
    """One chunk to a group: the jackknife of the mean is s/√n, exactly."""
    chunks, groups = chunks_of(n, 4), Groups.from_chunk_count(n)
    stderr = groups.stderr(chunks.mean(axis=0), groups.leave_one_out(chunks))
    s = chunks.std(axis=0, ddof=1) / np.sqrt(n)
    np.testing.assert_allclose(stderr, s, rtol=1e-11)  # differences of nearly equal means


def test_mean_of_equal_groups():
    chunks, groups = chunks_of(640, 4), Groups.from_chunk_count(640)
    stderr = groups.stderr(chunks.mean(axis=0), groups.leave_one_out(chunks))
    means = chunks.reshape(64, 10, 4).mean(axis=1)
    np.testing.assert_allclose(stderr, means.std(axis=0, ddof=1) / 8, rtol=1e-11)  # as above


@pytest.mark.parametrize("n", [65, 100, 127])
def test_mean_of_unequal_groups(n):
    """For the mean, the delete-m_j formula is σ² = (1/g) Σ_j (h_j m̄_j-deviation)²/(h_j − 1)."""
    chunks, groups = chunks_of(n), Groups.from_chunk_count(n)
    stderr = groups.stderr(chunks.mean(), groups.leave_one_out(chunks))
    ends = np.cumsum(groups.sizes).astype(int)
    starts = ends - groups.sizes.astype(int)
    means = np.array([chunks[a:b].mean() for a, b in zip(starts, ends, strict=True)])
    h = n / groups.sizes  # the pseudo-value of the mean is the group's mean, θ_J the full mean
    expected = np.sqrt(np.mean((means - chunks.mean()) ** 2 / (h - 1)))
    assert stderr == pytest.approx(expected, rel=1e-11)  # differences of nearly equal means


def test_one_group_knows_no_error():
    groups = Groups.from_chunk_count(1)
    assert np.all(np.isinf(groups.stderr(np.zeros(3), np.zeros((1, 3)))))


def test_constant_has_no_error():
    chunks, groups = np.ones((100, 3)), Groups.from_chunk_count(100)
    stderr = groups.stderr(chunks.mean(axis=0), groups.leave_one_out(chunks))
    np.testing.assert_allclose(stderr, 0.0, atol=1e-12)  # rounding of h θ − (h − 1) θ


@pytest.mark.parametrize("n", [64, 1000])
def test_nonlinear_statistic(n):
    """σ(1/x̄) = σ(x̄)/x̄² to first order, the delta method."""
    chunks, groups = chunks_of(n), Groups.from_chunk_count(n)
    full, left = chunks.mean(), groups.leave_one_out(chunks)
    delta = groups.stderr(full, left) / full**2
    # the next order is (σ/x̄)² relative: (1/3/8)² = 0.2%, times a few
    assert groups.stderr(1 / full, 1 / left) == pytest.approx(delta, rel=0.01)


def test_covers_the_true_mean():
    """Over 2000 sets of 100 chunks the mean lies within one error as often as Student's t says."""
    groups = Groups.from_chunk_count(100)
    chunks = chunks_of(100, 2000, seed=3)
    stderr = groups.stderr(chunks.mean(axis=0), groups.leave_one_out(chunks))
    pull = (chunks.mean(axis=0) - 3.0) / stderr
    # variance of t with 63 degrees of freedom is 63/61 = 1.033; its own error √(2/2000) = 3.2%
    assert pull.var() == pytest.approx(1.033, abs=4 * 0.033)
    assert abs(pull.mean()) < 4 * pull.std() / np.sqrt(2000)


@pytest.mark.parametrize("n", [8, 64, 100])
def test_bootstrap_of_the_mean(n):
    """The spread of resampled means is that of the mean, and agrees with the jackknife."""
    chunks, groups = chunks_of(n, 6), Groups.from_chunk_count(n)
    left = groups.leave_one_out(chunks)
    pseudo = groups.pseudo_values(chunks.mean(axis=0), left)
    rows = groups.resampled(pseudo)
    jackknife = groups.stderr(chunks.mean(axis=0), left)
    # 1000 resamples: 2.2%; groups of unequal size weigh differently: a few percent more
    np.testing.assert_allclose(rows.std(axis=0), jackknife, rtol=4 * 0.022 + 0.05 * (n == 100))
    assert np.all(np.abs(rows.mean(axis=0) - chunks.mean(axis=0)) < 4 * jackknife / np.sqrt(1000))


def test_pseudo_values_of_the_mean_are_the_groups_means():
    chunks, groups = chunks_of(128, 2), Groups.from_chunk_count(128)
    pseudo = groups.pseudo_values(chunks.mean(axis=0), groups.leave_one_out(chunks))
    means = chunks.reshape(64, 2, 2).mean(axis=1)
    np.testing.assert_allclose(pseudo, means, rtol=1e-11)  # differences of nearly equal means


def test_groups_absorb_correlation():
    """Chunks correlated over 10 (τ = 9): by single chunks the error is 3 times too small."""
    rng, n, runs = np.random.default_rng(7), 6400, 300
    x = rng.normal(size=(n + 200, runs))
    for i in range(1, n + 200):
        x[i] += 0.8 * x[i - 1]
    x = x[200:]
    groups = Groups.from_chunk_count(n)  # 64 groups of 100
    honest = groups.stderr(x.mean(axis=0), groups.leave_one_out(x))
    naive = x.std(axis=0, ddof=1) / np.sqrt(n)
    true = x.mean(axis=0).std()
    # 300 runs know the true error to 4%; 100 chunks hold 9% of τ at their ends
    assert np.sqrt((honest**2).mean()) == pytest.approx(true, rel=4 * 0.04 + 0.09)
    assert np.sqrt((naive**2).mean()) < true / 2.5
