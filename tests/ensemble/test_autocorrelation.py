"""The autocorrelation time, against processes whose time is known."""

import numpy as np
import pytest

from rsrg.ensemble.autocorrelation import autocorrelation_time


def autoregressive(phi, n, k, seed):
    """x_i = φ x_{i−1} + noise: ρ_t = φ^t, so τ = (1 + φ)/(1 − φ)."""
    x = np.random.default_rng(seed).normal(size=(n + 100, k))
    for i in range(1, n + 100):
        x[i] += phi * x[i - 1]
    return x[100:]


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.8])
def test_known_time(phi):
    tau, error = autocorrelation_time(autoregressive(phi, 20_000, 4, 1))
    # the window leaves out e⁻⁵ of the sum, and Sokal's error is itself an estimate
    assert abs(tau - (1 + phi) / (1 - phi)) < 4 * error + 0.01 * tau
    assert error < 0.1 * tau


@pytest.mark.parametrize(("n", "k"), [(32, 1), (32, 24), (500, 15)])
def test_independent_chunks_raise_no_alarm(n, k):
    rng = np.random.default_rng(2)
    found = np.array([autocorrelation_time(rng.normal(size=(n, k))) for _ in range(200)])
    assert np.all(found[:, 0] - 1.0 < 5.0 * found[:, 1])
    # the 1/n bias is taken out; what remains is from the window's choice
    assert abs(found[:, 0].mean() - 1.0) < 0.25


@pytest.mark.parametrize(("n", "expected"), [(64, 2.3), (500, 2.87)])
def test_short_series_say_too_little(n, expected):
    """τ = 3: the mean of 200 estimates is as documented, and never hides that τ > 1."""
    found = [autocorrelation_time(autoregressive(0.5, n, 15, s)) for s in range(200)]
    taus, errors = np.array(found).T
    assert taus.mean() == pytest.approx(expected, abs=4 * 0.35 / np.sqrt(200))  # scatter: 0.35
    assert taus.mean() + 2 * errors.mean() > 3.0


def test_correlated_series_are_not_counted_as_many():
    one = np.random.default_rng(3).normal(size=(200, 1))
    single, error = autocorrelation_time(one)
    many, same = autocorrelation_time(np.repeat(one, 30, axis=1) * np.linspace(1, 2, 30))
    assert many == pytest.approx(single, rel=1e-12)  # 200 terms
    assert same == pytest.approx(error, rel=1e-12)


def test_nothing_to_tell():
    assert autocorrelation_time(np.ones((50, 3))) == (1.0, np.inf)
    assert autocorrelation_time(np.zeros((3, 2))) == (1.0, np.inf)
