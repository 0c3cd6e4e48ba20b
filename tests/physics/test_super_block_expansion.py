"""Eqs. 3.1 to 3.3 against the exact super block: what each gets right, and what it leaves out."""

import numpy as np
import pytest

import rsrg
from rsrg.physics.interaction import lambda_tilde
from rsrg.physics.pairs import PAIRS, contract
from rsrg.physics.relaxation import relaxation_step

ALPHA, T = 0.7, 1.0
AXIS = np.array([4.0, 2.0, 1.0]) / np.sqrt(21.0)


def at(distance):
    """Two blocks so far apart, along no axis of symmetry."""
    return np.array([[0.0, 0.0, 0.0], distance * AXIS])


def blocks(levels, size=1.0, seed=1):
    """Two random blocks: energies of variance 1, stress of this size."""
    rng = np.random.default_rng(seed)
    shape = (2, 3, 3, levels, levels)
    t = rng.normal(size=shape) + 1j * rng.normal(size=shape)
    t = t + t.swapaxes(1, 2)
    return rng.normal(size=(2, levels)), size / 4 * (t + t.conj().swapaxes(-1, -2))


def doubled(levels, stress):
    """Every level twice, with stress T and −T: ⟨T⟩ = 0."""
    n, k = levels.shape
    both = np.einsum("sijnm,pq->sijnpmq", stress, np.diag([1.0, -1.0]))
    return np.repeat(levels, 2, axis=1), both.reshape(n, 3, 3, 2 * k, 2 * k)


def size(x):
    return float(np.linalg.norm(x))


def deviation(predicted, exact, start):
    """Error of a predicted change of χ, over the exact change."""
    return size(predicted - exact) / size(exact - start)


def exact_and_expanded(levels, stress, distance):
    arguments = (levels, stress, at(distance), ALPHA, T)
    return rsrg.super_block_response(*arguments), rsrg.super_block_expansion(*arguments)


def test_without_mean_stress_3_3_is_the_first_order():
    """It has the sign of the Hamiltonian, its error is 2e-4 at r = 12 and falls as r⁻³."""
    errors = []
    for distance in (12.0, 24.0):
        (rel, res), first = exact_and_expanded(*doubled(*blocks(4)), distance)
        errors.append(deviation(first.first_order, rel + res, first.uncoupled))
        assert size(first.stress_term) < 1e-12 * size(first.first_order - first.uncoupled)
    assert errors[0] < 2e-4
    assert errors[0] / errors[1] == pytest.approx(8.0, rel=0.02)  # the next order adds 1/r³


def test_the_paper_sign_is_the_opposite():
    """|χ| − M|χ|² moves χ = −|χ| by as much as −χMχ does, but the other way."""
    (rel, res), first = exact_and_expanded(*doubled(*blocks(4)), 12.0)
    paper = -(-first.uncoupled + (first.first_order - first.uncoupled))
    assert deviation(paper, rel + res, first.uncoupled) == pytest.approx(2.0, abs=4e-4)  # 2 × 2e-4


def test_with_mean_stress_3_3_is_not_the_first_order():
    """It is off by 7% at any distance, until the stress term is added."""
    for distance, smallest in ((12.0, 5e-4), (24.0, 6e-5)):
        (rel, res), first = exact_and_expanded(*blocks(8), distance)
        plain = deviation(first.first_order, rel + res, first.uncoupled)
        assert plain == pytest.approx(0.066, abs=0.001)  # of these two blocks
        assert deviation(first.whole_first_order, rel + res, first.uncoupled) < smallest


def test_3_2_needs_an_interaction_below_the_level_spacing():
    """χ_rel and χ_res are right far apart; close together neither is, though their sum still is."""
    levels, stress = doubled(*blocks(4))
    levels = 0.1 * levels  # spacings far below k_B T: they matter for the parts, not for the sum
    far, near = (exact_and_expanded(levels, stress, r) for r in (32.0, 4.0))
    for ((rel, res), first), least, most in ((far, 0.0, 0.05), (near, 0.9, np.inf)):
        start_rel, start_res = first.uncoupled_relaxation, first.uncoupled_resonance
        assert least <= deviation(first.relaxation, rel, start_rel) <= most
        assert least <= deviation(first.resonance, res, start_res) <= most
        assert deviation(first.first_order, rel + res, first.uncoupled) < 1e-2


def test_equal_blocks_give_the_printed_equations():
    """With χ_s = χ, (3.3) is χ − χMχ, and (3.2) `relaxation_step`."""
    levels, stress = blocks(5)
    levels[1], stress[1] = levels[0], stress[0]
    first = rsrg.super_block_expansion(levels, stress, at(2.0), ALPHA, T, 1.7)
    moments = rsrg.pair_moments(at(2.0))
    m = rsrg.coupling_matrix(moments, ALPHA, n_blocks=2, block_volume=1.7)
    chi = first.uncoupled
    expected = chi - contract(contract(chi, m, "tensor"), chi, "tensor")
    relaxation = relaxation_step(first.uncoupled_relaxation, first.uncoupled_resonance, m)
    for x, y in ((first.first_order, expected), (first.relaxation, relaxation)):
        np.testing.assert_allclose(x, y, atol=1e-13 * np.abs(y).max())  # rounding


def perturbed(levels, stress, positions):
    """(3.1) state by state: energies to second order, states to first, from the twin's V."""
    h0 = np.add.outer(levels[0], levels[1]).ravel()
    one = np.eye(levels.shape[1])
    a = np.array([[np.kron(stress[0, i, j], one) for j in range(3)] for i in range(3)])
    b = np.array([[np.kron(one, stress[1, i, j]) for j in range(3)] for i in range(3)])
    r = positions[1] - positions[0]
    n, distance = r / np.linalg.norm(r), np.linalg.norm(r)
    index = {p: c for c, p in enumerate(PAIRS)}
    tilde = lambda_tilde(n, ALPHA)
    v = np.zeros((len(h0), len(h0)), dtype=complex)
    for i, j, k, m in np.ndindex(3, 3, 3, 3):
        place = index[min(i, j), max(i, j)], index[min(k, m), max(k, m)]
        v += 2 * -tilde[place] / (8 * np.pi * distance**3) * a[i, j] @ b[k, m]
    states, energies = np.eye(len(h0), dtype=complex), h0.copy()
    for n_ in range(len(h0)):
        energies[n_] += v[n_, n_].real
        for p in range(len(h0)):
            if p != n_:
                states[p, n_] = v[p, n_] / (h0[n_] - h0[p])
                energies[n_] += abs(v[p, n_]) ** 2 / (h0[n_] - h0[p])
    return energies, states, a + b


def test_3_1_agrees_with_the_twin():
    levels, stress = blocks(3)
    energies, states, total = perturbed(levels, stress, at(1.5))
    t = states.conj().T @ total @ states
    p = np.exp(-energies / T)
    p /= p.sum()
    rel, res = np.zeros((6, 6)), np.zeros((6, 6))
    for a, (i, j) in enumerate(PAIRS):
        for b, (k, m) in enumerate(PAIRS):
            x, y = np.diagonal(t[i, j]).real, np.diagonal(t[k, m]).real
            rel[a, b] = ((p @ x) * (p @ y) - p @ (x * y)) / T
            for n, o in np.ndindex(len(p), len(p)):
                if n != o:
                    weight = (p[o] - p[n]) / (energies[n] - energies[o])
                    res[a, b] -= weight * (t[i, j, n, o] * t[k, m, o, n]).real
    results = rsrg.super_block_second_order(levels, stress, at(1.5), ALPHA, T)
    for result, twin in zip(results, (rel / 2, res / 2), strict=True):
        np.testing.assert_allclose(result, twin, atol=1e-11 * np.abs(twin).max())  # gaps of 1e-2


@pytest.mark.parametrize("make", [lambda: blocks(3), lambda: doubled(*blocks(2))])
def test_3_1_is_right_to_first_order(make):
    """Its error falls as r⁻⁶, one order beyond the change itself; also with degenerate levels."""
    levels, stress = make()
    errors = []
    for distance in (32.0, 64.0):
        (rel, res), first = exact_and_expanded(levels, stress, distance)
        perturbed_parts = rsrg.super_block_second_order(levels, stress, at(distance), ALPHA, T)
        errors.append(deviation(sum(perturbed_parts), rel + res, first.uncoupled))
    assert errors[0] / errors[1] == pytest.approx(8.0, rel=0.05)  # the order after adds 1/r³
