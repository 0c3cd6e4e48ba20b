"""⟨T_s T_s'⟩ of two blocks to first order: against exact diagonalisation and thermal averages."""

import numpy as np
import pytest
from scipy.integrate import dblquad, quad

from rsrg.physics.errors import PhysicsError
from rsrg.physics.pair_correlation import Levels, correlation_integral, stress_correlation
from rsrg.physics.pairs import PAIRS


def random_block(rng, k, doubled=False):
    """Levels and a random stress; doubled: each level twice, with T and −T, so that ⟨T⟩ = 0."""
    energies = rng.uniform(0.0, 2.0, k)
    stress = np.zeros((3, 3, k, k), dtype=complex)
    for i, j in PAIRS:
        a = rng.normal(size=(k, k)) + 1j * rng.normal(size=(k, k))
        stress[i, j] = stress[j, i] = 0.5 * (a + a.conj().T)
    if doubled:
        zero = np.zeros_like(stress)
        stress = np.block([[stress, zero], [zero, -stress]])
        energies = np.tile(energies, 2)
    return energies, stress


def exact_correlation(first, second, interaction, temperature):
    """Tr ρ T_ab T'_cd with all states of both blocks; H holds ΛTT' once for each ordered pair."""
    (e, t), (f, s) = first, second
    one, two = np.eye(len(e)), np.eye(len(f))
    h = np.kron(np.diag(e), two) + np.kron(one, np.diag(f)) + 0j
    for i, j, k, m in np.ndindex(3, 3, 3, 3):
        p, q = (PAIRS.index(tuple(sorted(x))) for x in ((i, j), (k, m)))
        h += 2.0 * interaction[p, q] * np.kron(t[i, j], s[k, m])
    values, vectors = np.linalg.eigh(h)
    p = np.exp(-(values - values[0]) / temperature)
    rho = (vectors * (p / p.sum())) @ vectors.conj().T
    return np.array([[np.trace(rho @ np.kron(t[a], s[b])).real for b in PAIRS] for a in PAIRS])


@pytest.mark.parametrize("temperature", [0.2, 1.0, 30.0])
@pytest.mark.parametrize("doubled", [True, False])
def test_first_order_of_two_blocks(doubled, temperature):
    """What is left is of second order: a tenth of Λ leaves a hundredth. ⟨T⟩ = 0 and ⟨T⟩ ≠ 0."""
    rng = np.random.default_rng(7)
    a, b = random_block(rng, 3, doubled), random_block(rng, 2, doubled)
    x = rng.normal(size=(6, 6))
    blocks = Levels(*a), Levels(*b)
    rest, first_order = [], 0.0
    for size in (1e-4, 1e-5):
        interaction = size * temperature * (x + x.T)
        exact = exact_correlation(a, b, interaction, temperature)
        found = stress_correlation(*blocks, interaction, temperature)
        rest.append(np.abs(found - exact).max())
        first_order = np.abs(found - stress_correlation(*blocks, 0 * x, temperature)).max()
    assert rest[1] < 1e-2 * first_order
    rounding = 1e-12  # of exact diagonalisation
    # ⟨T⟩ = 0: nothing of second order for doubled blocks but what three stresses leave
    assert rest[1] < 0.012 * rest[0] + rounding
    mean = np.abs(blocks[0].mean(temperature)).max()
    assert (mean < 1e-14) == doubled


def test_by_a_sum_over_imaginary_time():
    """−2 Σ Λ ∫ dτ K K', the integral by Gauss, the traces with exp(−τH)."""
    rng = np.random.default_rng(3)
    (e, t), (f, s) = random_block(rng, 2, True), random_block(rng, 2, True)
    interaction, beta = rng.normal(size=(6, 6)), 1.3
    nodes, weights = np.polynomial.legendre.leggauss(40)
    expected = np.zeros((6, 6))

    def correlation(energies, x, y, tau):
        forth, back = np.exp(tau * energies), np.exp(-tau * energies)
        rho = np.diag(np.exp(-beta * energies)) / np.exp(-beta * energies).sum()
        return np.trace(rho @ (forth[:, None] * x * back) @ y)

    for node, weight in zip(0.5 * beta * (nodes + 1), 0.5 * beta * weights, strict=True):
        left = np.array(
            [[correlation(e, t[m, n], t[p], node) for p in PAIRS] for m, n in np.ndindex(3, 3)]
        )
        right = np.array(
            [[correlation(f, s[m, n], s[p], node) for p in PAIRS] for m, n in np.ndindex(3, 3)]
        )
        index = [PAIRS.index(tuple(sorted(mn))) for mn in np.ndindex(3, 3)]
        full = interaction[np.ix_(index, index)]
        expected -= 2 * weight * np.einsum("xy,xa,yb->ab", full, left, right).real
    found = stress_correlation(Levels(e, t), Levels(f, s), interaction, 1 / beta)
    np.testing.assert_allclose(found, expected, atol=1e-12 * np.abs(expected).max())  # rounding


def test_two_two_level_systems_by_hand():
    """Splitting Δ, T = t σ_x, T = 0: ⟨σ_x σ_x'⟩ = −2Λ t t'·2/(2Δ), by second-order energies."""
    delta = 1.5
    stress = np.zeros((3, 3, 2, 2))
    stress[0, 0] = [[0, 1], [1, 0]]
    block = Levels(np.array([0.0, delta]), stress)
    interaction = np.zeros((6, 6))
    interaction[0, 0] = 1e-3
    found = stress_correlation(block, block, interaction, 1e-3)
    assert found[0, 0] == pytest.approx(-2 * 1e-3 * 2 / (2 * delta), rel=1e-12)
    assert np.abs(found).sum() == pytest.approx(abs(found[0, 0]))


def test_correlation_integral_of_the_glass():
    """At T = 0: 2∫(1 − e⁻ˣ)²/x² dx = 2∬dω dω'/(ω + ω') = 4 ln 2; warm: from the frequencies."""
    assert correlation_integral(np.inf) == pytest.approx(4 * np.log(2), rel=1e-15)
    one = 2 * quad(lambda x: (np.expm1(-x) / x) ** 2, 0, np.inf, epsabs=0, epsrel=1e-10)[0]
    assert one == pytest.approx(4 * np.log(2), rel=1e-8)
    two = 2 * dblquad(lambda a, b: 1 / (a + b), 0, 1, 0, 1)[0]
    assert two == pytest.approx(4 * np.log(2), rel=1e-6)
    assert correlation_integral(1e8) == pytest.approx(4 * np.log(2), rel=1e-6)  # (ln b)/b
    b = 3.0  # ∫_0^b K K with K = Σ over ±ω of the spectrum, detailed balance on −ω
    nodes, weights = np.polynomial.legendre.leggauss(30)
    w, dw = 0.5 * (nodes + 1), 0.5 * weights
    tau, dtau = 0.5 * b * (nodes + 1), 0.5 * b * weights
    k = np.exp(-np.outer(tau, w)) @ dw + np.exp(-b * w + np.outer(tau, w)) @ dw
    assert correlation_integral(b) == pytest.approx(dtau @ k**2, rel=1e-10)


def test_a_glass_is_a_block_of_many_levels():
    """|T_0k|² = V g dE/π at E_k, the midpoints of equal steps of energy, T → 0."""

    def by_levels(levels):
        energies = np.concatenate(([0.0], (np.arange(levels) + 0.5) / levels))
        stress = np.zeros((3, 3, levels + 1, levels + 1))
        stress[0, 0, 0, 1:] = stress[0, 0, 1:, 0] = np.sqrt(1.0 / np.pi / levels)
        block, interaction = Levels(energies, stress), np.zeros((6, 6))
        interaction[0, 0] = 1.0
        return stress_correlation(block, block, interaction, 1e-4)[0, 0]

    # 1/(E + E') is off by a share of the first cell, so as 1/levels, and then as 1/levels²
    extrapolated = 2 * by_levels(14) - by_levels(7)
    assert extrapolated == pytest.approx(-2 * correlation_integral(np.inf) / np.pi**2, rel=2e-3)


def test_bad_input():
    with pytest.raises(PhysicsError, match=r"`stress` must have shape \(3, 3, 2, 2\)"):
        Levels(np.zeros(2), np.zeros((3, 3, 3, 3)))
    block = Levels(np.zeros(1), np.zeros((3, 3, 1, 1)))
    with pytest.raises(PhysicsError, match="`temperature` must be positive and finite; got 0"):
        stress_correlation(block, block, np.zeros((6, 6)), 0.0)
    with pytest.raises(PhysicsError, match="`inverse_temperature` must be positive; got -1"):
        correlation_integral(-1.0)
