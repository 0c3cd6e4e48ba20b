"""The third derivative of the free energy: finite differences of (2.7), and many digits."""

import mpmath
import numpy as np
import pytest

from rsrg.physics.linear_response import pair_response
from rsrg.physics.third_order import response_to_field, second_differences


def block(levels, seed):
    """Energies and six hermitian operators."""
    rng = np.random.default_rng(seed)
    t = rng.normal(size=(6, levels, levels)) + 1j * rng.normal(size=(6, levels, levels))
    return rng.normal(size=levels), 0.2 * (t + t.conj().swapaxes(-1, -2)), rng.normal(size=6)


def response_in_field(e, t, field, temperature):
    """χ_rel + χ_res of H + Σ f T, diagonalised."""
    energies, states = np.linalg.eigh(np.diag(e) + np.tensordot(field, t, axes=1))
    return sum(pair_response(energies, states.conj().T @ t @ states, temperature, 1.0))


@pytest.mark.parametrize("degenerate", [False, True])
def test_is_the_change_of_the_response(degenerate):
    e, t, f = block(5, 1)
    if degenerate:
        e[2] = e[1] = e[0]
    h, temperature = 1e-4, 0.7
    up, down = (response_in_field(e, t, s * h * f, temperature) for s in (1, -1))
    change = response_to_field(e, t, f, temperature)
    # second order in h: 1e-8 of the next derivatives; rounding: 1e-15 of χ/h
    np.testing.assert_allclose(change, (up - down) / (2 * h), atol=1e-6 * np.abs(change).max())


def test_two_levels_in_closed_form():
    """T = σ_z, H = −E σ_z: ⟨T⟩ = tanh(βE) along the field, so X⁽³⁾ = −2β² tanh(βE)/cosh²(βE)."""
    beta, energy = 1.7, 0.4
    t = np.zeros((6, 2, 2))
    t[0] = np.diag([1.0, -1.0])
    change = response_to_field(energy * np.array([-1.0, 1.0]), t, np.eye(6)[0], 1 / beta)
    expected = -2 * beta**2 * np.tanh(beta * energy) / np.cosh(beta * energy) ** 2
    assert change[0, 0] == pytest.approx(expected, rel=1e-14)  # rounding


@pytest.mark.parametrize("spread", [0.0, 1e-12, 1e-4, 0.3, 0.999, 1.001, 5.0, 300.0])
def test_second_differences_have_their_digits(spread):
    """exp[x, y, z] of three numbers, one of them twice in some places, in 60 digits."""
    x = -np.array([0.0, 0.37, 1.0]) * spread
    computed = second_differences(x)
    with mpmath.workdps(60):
        for n, m, k in np.ndindex(3, 3, 3):
            exact = divided_difference([mpmath.mpf(float(x[i])) for i in (n, m, k)])
            # the difference at span 1 loses a factor 5 of the rounding 1e-16 of either term
            assert computed[n, m, k] == pytest.approx(float(exact), rel=3e-15), (n, m, k)


def divided_difference(x):
    """By the integral over the simplex where points coincide, as a series; else as defined."""
    if len(set(x)) < 3:
        mean = sum(x) / 3
        u = [a - mean for a in x]
        h = (
            [
                mpmath.fsum(
                    u[0] ** i * u[1] ** j * u[2] ** (n - i - j)
                    for i in range(n + 1)
                    for j in range(n - i + 1)
                )
                for n in range(40)
            ]
            if max(map(abs, u)) < 2
            else None
        )
        if h is not None:
            return mpmath.exp(mean) * mpmath.fsum(h[n] / mpmath.factorial(n + 2) for n in range(40))
        a, b = sorted(set(x))
        slope = (mpmath.exp(b) - mpmath.exp(a)) / (b - a)
        return ((mpmath.exp(b) - slope) if x.count(b) > 1 else (slope - mpmath.exp(a))) / (b - a)
    a, b, c = x
    first = (mpmath.exp(a) - mpmath.exp(b)) / (a - b)
    return (first - (mpmath.exp(b) - mpmath.exp(c)) / (b - c)) / (a - c)
