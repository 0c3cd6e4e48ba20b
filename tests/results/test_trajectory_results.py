"""The mean of M over frames: its error where frames follow one another, and whether it is zero."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from scipy.stats import kstest

from rsrg.physics.interaction import coupling_from_moments, direction_moments
from rsrg.results.trajectory_results import Frames, trajectory_results

ALPHAS = [0.7, 0.4]
DEGREES = (2, 4)


def moments(frames, rng, pairs=12):
    """Frames of so many pairs in random directions: isotropic, and independent."""
    n = rng.normal(size=(frames, pairs, 3))
    return direction_moments(n / np.linalg.norm(n, axis=-1, keepdims=True)).mean(axis=1)


def repeated(values, memory, rng):
    """A series of such values in which each keeps `memory` of the one before."""
    series = np.empty_like(values)
    series[0] = values[0]
    for k in range(1, len(values)):
        series[k] = memory * series[k - 1] + np.sqrt(1.0 - memory**2) * values[k]
    return series


def test_coupling_of_each_frame_and_its_mean():
    q = moments(30, np.random.default_rng(0))
    results = trajectory_results(q, ALPHAS)
    for i, alpha in enumerate(ALPHAS):
        m = coupling_from_moments(q, alpha)
        close = {"rtol": 0, "atol": 1e-15}  # a rounding or two of numbers below one
        np.testing.assert_allclose(results["trajectory/M"][i], m, **close)
        np.testing.assert_allclose(results["trajectory/mean"][i], m.mean(axis=0), **close)
        weights = np.where(np.array([0, 1, 1, 0, 1, 0]), 2.0, 1.0)
        whole = np.einsum("fab,a,b->f", m**2, weights, weights)
        parts = (results["trajectory/norm"][i] ** 2).sum(axis=-1)
        np.testing.assert_allclose(parts, whole, rtol=1e-12)  # parts are orthogonal


def test_the_probability_is_uniform_where_the_mean_is_zero():
    """Of 400 isotropic trajectories of 40 frames. A wrong number of degrees of freedom fails."""
    rng = np.random.default_rng(1)
    found = np.array([frames.probabilities() for frames in _ensemble(400, 40, rng)])
    for column in found.T:
        assert kstest(column, "uniform").pvalue > 1e-3  # once in a thousand seeds


def _ensemble(size, frames, rng):
    for _ in range(size):
        yield Frames(moments(frames, rng), (1.0, 0.1))  # independent, as they are


def test_a_mean_that_is_not_zero_is_seen():
    q = moments(100, np.random.default_rng(2))
    q[:, 0] += 0.2  # more pairs along x
    assert (trajectory_results(q, ALPHAS)["trajectory/probability"] < 1e-6).all()


def test_the_probability_does_not_depend_on_the_orientation():
    rng, n = np.random.default_rng(3), 25
    vectors = rng.normal(size=(n, 12, 3))
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    r = Rotation.random(random_state=4).as_matrix()
    one, other = (
        Frames(direction_moments(v).mean(axis=1), (1.0, 0.1)).probabilities()
        for v in (vectors, vectors @ r.T)
    )
    np.testing.assert_allclose(one, other, rtol=1e-9)  # roundings, in a steep function


def test_standard_errors_honour_the_correlation_of_frames():
    """Over 200 trajectories the spread of the mean is what the errors say, for τ = 3."""
    rng, memory = np.random.default_rng(5), 0.5
    means, errors, times = [], [], []
    for _ in range(200):
        results = trajectory_results(repeated(moments(400, rng), memory, rng), [0.7])
        means.append(results["trajectory/mean"][0, 0, 0])
        errors.append(results["trajectory/mean_stderr"][0, 0, 0])
        times.append(results["trajectory/autocorrelation"][0])
    spread = np.std(means)
    # of the spread of 200 numbers 5%, and τ comes out a few per cent too small in 400 frames
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(spread, rel=4 * 0.05)
    assert np.mean(times) == pytest.approx((1 + memory) / (1 - memory), rel=0.1)


def test_few_frames():
    one = trajectory_results(moments(1, np.random.default_rng(6)), ALPHAS)
    assert np.isinf(one["trajectory/mean_stderr"]).all()
    assert np.isnan(one["trajectory/probability"]).all()
    two = trajectory_results(moments(2, np.random.default_rng(6)), ALPHAS)
    assert np.isfinite(two["trajectory/mean_stderr"]).all()


def test_equal_frames():
    """A crystal that does not move: no errors; degree 4 is not zero, degree 2 is by symmetry."""
    axes = direction_moments(np.eye(3)).sum(axis=0)
    results = trajectory_results(np.tile(axes, (5, 1)), [0.7])
    np.testing.assert_array_equal(results["trajectory/probability"], [1.0, 0.0])
    np.testing.assert_array_equal(results["trajectory/mean_stderr"], 0.0)
