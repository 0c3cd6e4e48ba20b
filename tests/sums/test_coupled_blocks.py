"""Blocks on a lattice as oscillators without their matrix: against the matrix, written out."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import rsrg
from rsrg.physics.elastic import elastic_susceptibility
from rsrg.physics.errors import ConvergenceError, PhysicsError
from rsrg.physics.pairs import CONTRACTIONS, PAIRS, inverse, pair_weights, weighted
from rsrg.sums.coupled_blocks import CoupledBlocks, harmonic_response
from rsrg.sums.pair_operator import PairOperator

ALPHA = 0.7
CUBE = np.stack(np.meshgrid(*3 * [np.arange(4)]), axis=-1).reshape(-1, 3)  # N0 = 2: 64 blocks
SIGNS = {"paper": 1.0, "hamiltonian": -1.0}


def kelvin_interaction(d, alpha):
    """Λ̃_ijkl/r³ of one pair as 2.13 prints it, term by term, (6, 6)."""
    r = np.sqrt(d @ d)
    n, one = d / r, np.eye(3)
    result = np.empty((6, 6))
    for p, (i, j) in enumerate(PAIRS):
        for q, (k, m) in enumerate(PAIRS):
            first = 0.25 * (
                (one[j, m] - 3 * n[j] * n[m]) * one[i, k]
                + (one[j, k] - 3 * n[j] * n[k]) * one[i, m]
                + (one[i, k] - 3 * n[i] * n[k]) * one[j, m]
                + (one[i, m] - 3 * n[i] * n[m]) * one[j, k]
            )
            second = (
                -(one[i, j] * one[k, m] + one[i, k] * one[j, m] + one[j, k] * one[i, m])
                + 3 * (n[i] * n[j] * one[k, m] + n[i] * n[k] * one[j, m] + n[i] * n[m] * one[j, k])
                + 3 * (n[j] * n[k] * one[i, m] + n[j] * n[m] * one[i, k] + n[k] * n[m] * one[i, j])
                - 15 * n[i] * n[j] * n[k] * n[m]
            )
            result[p, q] = (first + alpha / 2 * second) / r**3
    return result


def dense(positions, alpha, volume=1.0, contraction="tensor"):
    """m̂ as a matrix, (6N, 6N), by a loop over pairs."""
    n, w = len(positions), pair_weights(contraction)
    m = np.zeros((n, 6, n, 6))
    for s in range(n):
        for t in range(s):
            pair = kelvin_interaction(positions[s] - positions[t], alpha)
            m[s, :, t, :] = m[t, :, s, :] = volume / (4 * np.pi) * w[:, None] * w * pair
    return m.reshape(6 * n, 6 * n)


@pytest.fixture(scope="module")
def cube_matrix():
    return dense(CUBE.astype(float), ALPHA)


def hessian(matrix, chi, sign):
    compliance = weighted(inverse(chi, "tensor"), "tensor")
    return np.kron(np.eye(len(matrix) // 6), compliance) + SIGNS[sign] * matrix


@pytest.mark.parametrize("contraction", CONTRACTIONS)
def test_the_operator_is_the_matrix(contraction):
    """Any sites, on a sheared and turned lattice; by rounding of the transforms."""
    rng = np.random.default_rng(4)
    sites = rng.permutation(np.stack(np.meshgrid(*3 * [np.arange(-2, 3)]), -1).reshape(-1, 3))[:30]
    cell = Rotation.random(random_state=1).as_matrix() @ (np.eye(3) + 0.2 * rng.normal(size=(3, 3)))
    operator = PairOperator.from_sites(sites, ALPHA, cell, 1.3, contraction)
    u = rng.normal(size=(30, 6))
    expected = dense(sites @ cell.T, ALPHA, 1.3, contraction) @ u.ravel()
    np.testing.assert_allclose(operator(u).ravel(), expected, atol=1e-13 * np.abs(expected).max())


def test_sites_on_a_line_and_a_single_one():
    """A box of width one: nothing may wrap around."""
    line = np.array([[0, 0, 0], [0, 0, 1], [0, 0, 3]])
    u = np.random.default_rng(0).normal(size=(3, 6))
    expected = dense(line.astype(float), ALPHA) @ u.ravel()
    np.testing.assert_allclose(
        PairOperator.from_sites(line, ALPHA)(u).ravel(), expected, atol=1e-14
    )
    chi, lowest = harmonic_response(np.array([[5, 5, 5]]), ALPHA)
    # as solved; zeros to rounding
    np.testing.assert_allclose(chi, elastic_susceptibility(ALPHA), rtol=1e-8, atol=1e-14)
    assert lowest == pytest.approx(1 / 6, rel=1e-12)  # 1/3K of 2.10: dilation is the softest


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("amplitude", [1.0, 0.25])
def test_response_and_stability_of_64_blocks(cube_matrix, sign, amplitude):
    """384 rows by LAPACK; with the Hamiltonian's sign and f = 1 the cube is unstable (MINRES)."""
    chi = amplitude * elastic_susceptibility(ALPHA)
    h = hessian(cube_matrix, chi, sign)
    e = np.tile(np.eye(6), (64, 1))
    w = pair_weights("tensor")
    expected = e.T @ np.linalg.solve(h, e) / 64 / (w[:, None] * w)
    found, lowest = harmonic_response(CUBE, ALPHA, amplitude=amplitude, sign=sign)
    # the residual, 1e-8, is squared in a stable response
    np.testing.assert_allclose(found, expected, atol=1e-8 * np.abs(expected).max())
    exact = np.linalg.eigvalsh(h)[0]
    assert lowest == pytest.approx(exact, abs=1e-5)  # Lanczos
    assert (exact > 0) == (sign == "paper" or amplitude < 1)


@pytest.mark.parametrize("sign", SIGNS)
def test_correlations_are_blocks_of_the_inverse(cube_matrix, sign):
    chi = 0.25 * elastic_susceptibility(ALPHA)
    w = pair_weights("tensor")
    blocks = np.linalg.inv(hessian(cube_matrix, chi, sign)).reshape(64, 6, 64, 6) / (
        w[:, None, None] * w
    )
    coupled = CoupledBlocks(PairOperator.from_sites(CUBE, ALPHA), chi, sign)
    found = coupled.correlations(21)
    expected = blocks[21].transpose(1, 0, 2)
    np.testing.assert_allclose(found, expected, atol=1e-7 * np.abs(expected).max())  # as solved
    own = np.mean([blocks[s, :, s, :] for s in range(64)], axis=0)
    estimate, error = coupled.own_response(probes=40, seed=2)
    assert (np.abs(estimate - own) < 5 * error + 1e-9).all()  # 36 numbers; rounding where exact
    assert error.max() < 0.02 * np.abs(own).max()
    assert np.abs(estimate - coupled.response()).max() > 10 * error.max()  # s ≠ s' does count


def test_to_first_order_it_is_the_coupling_matrix():
    """χ⁻¹ − χ'⁻¹ → ±M as f → 0, M the sum over pairs; the next order is f times it."""
    m = rsrg.coupling_matrix(rsrg.pair_moments(CUBE), ALPHA, 64)
    for sign, factor in SIGNS.items():
        changes = []
        for f in (1e-2, 1e-3):
            chi, _ = harmonic_response(CUBE, ALPHA, amplitude=f, sign=sign)
            start = inverse(elastic_susceptibility(ALPHA), "tensor") / f
            changes.append(np.abs(inverse(chi, "tensor") - start - factor * m).max())
        assert changes[1] < 2e-3 * np.abs(m).max()
        assert changes[0] / changes[1] == pytest.approx(10.0, rel=0.1)  # of second order


def test_a_turned_super_block_has_a_turned_response():
    r = Rotation.random(random_state=3).as_matrix()
    turned, lowest = harmonic_response(CUBE, ALPHA, cell=r, amplitude=0.5)
    chi, same = harmonic_response(CUBE, ALPHA, amplitude=0.5)
    tensor = np.empty((3, 3, 3, 3))
    for p, (i, j) in enumerate(PAIRS):
        for q, (k, m) in enumerate(PAIRS):
            for a, b in {(i, j), (j, i)}:
                for c, d in {(k, m), (m, k)}:
                    tensor[a, b, c, d] = chi[p, q]
    expected = np.einsum("ai,bj,ck,dl,ijkl->abcd", r, r, r, r, tensor, optimize=True)
    for p, (i, j) in enumerate(PAIRS):
        for q, (k, m) in enumerate(PAIRS):
            assert turned[p, q] == pytest.approx(expected[i, j, k, m], abs=1e-8)  # as solved
    assert lowest == pytest.approx(same, abs=1e-5)  # Lanczos


def test_bad_input():
    with pytest.raises(PhysicsError, match=r"`sites` must be whole numbers, \(N, 3\)"):
        harmonic_response(np.zeros((4, 3)), ALPHA)
    with pytest.raises(PhysicsError, match="two that coincide"):
        harmonic_response(np.zeros((2, 3), dtype=int), ALPHA)
    with pytest.raises(PhysicsError, match="`cell` must be an invertible"):
        harmonic_response(CUBE, ALPHA, cell=np.zeros((3, 3)))
    with pytest.raises(PhysicsError, match="`block_volume` must be positive and finite; got 0"):
        harmonic_response(CUBE, ALPHA, block_volume=0.0)
    with pytest.raises(PhysicsError, match="`amplitude` must be positive and finite; got -1"):
        harmonic_response(CUBE, ALPHA, amplitude=-1.0)
    with pytest.raises(PhysicsError, match="`sign` must be"):
        harmonic_response(CUBE, ALPHA, sign="both")
    chi = elastic_susceptibility(ALPHA)
    with pytest.raises(PhysicsError, match="`probes` must be at least 2; got 1"):
        CoupledBlocks(PairOperator.from_sites(CUBE, ALPHA), chi).own_response(1)
    with pytest.raises(ConvergenceError, match="was not reached"):
        CoupledBlocks(PairOperator.from_sites(CUBE, ALPHA), chi, most_steps=1).response()
