"""Harmonic super blocks one by one, against their whole matrix; factors against LAPACK."""

import numpy as np
import pytest
from scipy.sparse.linalg import LinearOperator
from threadpoolctl import threadpool_limits

from rsrg.physics.elastic import elastic_susceptibility
from rsrg.physics.errors import ConvergenceError, PhysicsError
from rsrg.physics.pairs import CONTRACTIONS, pair_weights, weighted
from rsrg.physics.quenched import pair_interaction
from rsrg.physics.sign import SIGNS
from rsrg.sums import cost
from rsrg.sums import harmonic_sums as module
from rsrg.sums.coupled_blocks import CoupledBlocks
from rsrg.sums.harmonic import harmonic_blocks
from rsrg.sums.harmonic_sums import harmonic_sums
from rsrg.sums.kernels.factors import factorise, solve_factorised
from rsrg.sums.lanczos import lowest_eigenvalue
from rsrg.sums.pairwise_operator import PairwiseOperator
from rsrg.sums.places import PlacedBlocks

from .test_weighted import setting

ALPHAS = np.array([0.4, 0.7])
VOLUMES = np.array([1.0, 1.2])
PLACES = ["sc", "fcc", "none"]


def pool(amplitude, size=20, width=0.3):
    """Unequal blocks, (materials, cases, size, 6, 6), positive definite."""
    rng = np.random.default_rng(2)
    size = np.exp(width * rng.normal(size=(2, 2, size, 1, 1)))
    return amplitude * size * elastic_susceptibility(0.6)


def placed_blocks(lattice, n0, draws=2):
    """Super blocks of N0³ blocks of that pool in two cases; `none`: as if on no lattice."""
    name = "sc" if lattice == "none" else lattice
    points, places, rotations, offsets = setting(name, n0**3, draws)
    positions, chosen = places.blocks(rotations, offsets)
    kinds = np.random.default_rng(1).integers(0, 20, (draws, 1, len(points.points)))
    index = np.take_along_axis(kinds, chosen, axis=2)
    sites = None if lattice == "none" else places.sites(rotations, chosen)
    return PlacedBlocks(positions, index, sites)


def with_matrix(placed, chi, volumes, contraction):
    results = []
    for case, i in np.ndindex(2, 2):
        m = pair_interaction(placed.positions[:, case], ALPHAS[i], volumes[case])
        blocks = chi[i, case][placed.block_index[:, case]]
        results.append(harmonic_blocks(blocks, m, contraction))
    chi, lowest = (np.moveaxis(np.array(r), 1, 0) for r in zip(*results, strict=True))
    return chi.reshape(-1, 2, 2, 6, 6), lowest.reshape(-1, 2, 2)


@pytest.fixture
def one_by_one(monkeypatch):
    """Small super blocks as large ones go."""
    monkeypatch.setattr(module, "TRIDIAGONAL_TO", 0)


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("contraction", CONTRACTIONS)
@pytest.mark.parametrize(("lattice", "n0"), [(p, n) for p in PLACES for n in (2, 3, 4)])
def test_against_the_whole_matrix(one_by_one, lattice, n0, contraction, sign):
    """Stable blocks by steps, to the residual, 1e-8, squared; unstable ones by factors, 1e-10.

    Both times the condition of the Hessian, below 1e3 here; Lanczos' eigenvalue errs by its
    residual at most, 1e-7 |H|, where the next is near.
    """
    placed = placed_blocks(lattice, n0)
    for amplitude in (0.2, 2.0):
        chi = pool(amplitude)
        expected, lowest = with_matrix(placed, chi, SIGNS[sign] * VOLUMES, contraction)
        found, eigenvalues = harmonic_sums(placed, chi, ALPHAS, VOLUMES, contraction, sign)
        np.testing.assert_allclose(found, expected, atol=1e-7 * np.abs(expected).max())
        np.testing.assert_allclose(eigenvalues, lowest, atol=1e-6 / amplitude)
        if n0 == 4:
            assert ((lowest > 0.0) == (amplitude < 1.0)).all()  # both ways were taken


def test_small_ones_go_with_their_matrix():
    placed, chi = placed_blocks("sc", 3), pool(1.0)
    expected = with_matrix(placed, chi, VOLUMES, "tensor")
    for a, b in zip(harmonic_sums(placed, chi, ALPHAS, VOLUMES, "tensor"), expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_how_many_go_at_once_changes_no_bit(monkeypatch):
    """Their Hessians are computed a few draws at a time, so that memory does not grow with them."""
    placed, chi = placed_blocks("sc", 2, draws=7), pool(1.0)
    whole = harmonic_sums(placed, chi, ALPHAS, VOLUMES)
    monkeypatch.setattr(cost, "HESSIANS_BYTES", 3 * 8 * 48**2)
    assert cost.hessians_at_once(8) == 3
    for a, b in zip(whole, harmonic_sums(placed, chi, ALPHAS, VOLUMES), strict=True):
        np.testing.assert_array_equal(a, b)


def test_blocks_that_have_failed_themselves(one_by_one):
    """Where single χ_s are indefinite the super block is unstable, and has its response."""
    placed, chi = placed_blocks("sc", 3), pool(0.3)
    chi[:, :, ::5] *= -1.0
    expected, lowest = with_matrix(placed, chi, VOLUMES, "tensor")
    found, eigenvalues = harmonic_sums(placed, chi, ALPHAS, VOLUMES, "tensor")
    assert (lowest < 0.0).all()
    np.testing.assert_allclose(found, expected, atol=1e-8 * np.abs(expected).max())  # as solved
    np.testing.assert_allclose(eigenvalues, lowest, atol=1e-5)


def test_indefinite_blocks_step_by_step():
    """MINRES, with |χ_s| before it, as the sum over very many blocks takes it."""
    placed, chi = placed_blocks("none", 2, draws=1), pool(0.3)[0, 0]
    chi[::3] *= -1.0
    x, blocks = placed.positions[0, 0], chi[placed.block_index[0, 0]]
    coupled = CoupledBlocks(PairwiseOperator.from_positions(x, 0.4), blocks)
    expected, _ = harmonic_blocks(blocks[None], pair_interaction(x, 0.4)[None])
    assert coupled.lowest < 0.0
    np.testing.assert_allclose(
        coupled.response(), expected[0], atol=1e-7 * np.abs(expected).max()
    )  # the residual, 1e-8, times the condition


@pytest.mark.parametrize("broken", ["steps", "factors", "lowest"])
def test_what_does_not_converge_comes_from_the_matrix(one_by_one, monkeypatch, broken):
    placed, chi = placed_blocks("sc", 3, draws=1), pool(0.2 if broken == "steps" else 2.0)
    if broken == "steps":
        monkeypatch.setattr(module, "MOST_STEPS", 1)
        monkeypatch.setattr(module, "SOLVED", 0.0)
    elif broken == "factors":
        monkeypatch.setattr(module, "factorise", lambda a: a.fill(1.0))
    else:
        monkeypatch.setattr("rsrg.sums.lanczos.MOST_STEPS", 5)
    expected, lowest = with_matrix(placed, chi, VOLUMES, "tensor")
    found, eigenvalues = harmonic_sums(placed, chi, ALPHAS, VOLUMES, "tensor")
    scale = np.abs(expected).max()
    np.testing.assert_allclose(found, expected, atol=1e-10 * scale)  # two ways to fill the matrix
    np.testing.assert_allclose(eigenvalues, lowest, rtol=1e-10)


def test_the_threads_of_linear_algebra_change_no_bit(one_by_one):
    placed, results = placed_blocks("sc", 4, draws=1), []
    for threads in (1, 3):
        with threadpool_limits(threads, user_api="blas"):
            both = [harmonic_sums(placed, pool(a), ALPHAS, VOLUMES, "tensor") for a in (0.2, 2.0)]
            results.append([values for pair in both for values in pair])
    for one, three in zip(*results, strict=True):
        np.testing.assert_array_equal(one, three)


@pytest.mark.parametrize("contraction", CONTRACTIONS)
def test_pairwise_operator_is_the_matrix(contraction):
    rng = np.random.default_rng(4)
    x, u = rng.normal(size=(30, 3)), rng.normal(size=(30, 6))
    m = weighted(pair_interaction(x, 0.7, 1.3), contraction)
    expected = np.einsum("stab,tb->sa", m, u)
    found = PairwiseOperator.from_positions(x, 0.7, 1.3, contraction)(u)
    np.testing.assert_allclose(found, expected, atol=1e-13 * np.abs(expected).max())
    with pytest.raises(PhysicsError, match="two that coincide"):
        PairwiseOperator.from_positions(np.zeros((2, 3)), 0.7)


@pytest.mark.parametrize("n", [6, 48, 54, 96, 204])
def test_factors(n):
    """Whole panels of 48 and parts of one; by rounding times the condition, below 1e4."""
    rng = np.random.default_rng(n)
    a = rng.normal(size=(n, n))
    a = a + a.T + 3.0 * np.diag(rng.choice([-1.0, 1.0], n) * np.sqrt(n))
    b, lower = rng.normal(size=(6, n)), np.tril(a)
    factorise(lower)
    left, d = np.tril(lower, -1) + np.eye(n), np.diag(lower)
    np.testing.assert_allclose((left * d) @ left.T, a, atol=1e-11 * np.abs(a).max())
    assert (d < 0.0).sum() == (np.linalg.eigvalsh(a) < 0.0).sum()  # Sylvester
    found = b.copy()
    solve_factorised(lower, found)
    np.testing.assert_allclose(found, np.linalg.solve(a, b.T).T, atol=1e-9)


def test_lowest_eigenvalue():
    rng = np.random.default_rng(0)
    a = rng.normal(size=(200, 200))
    a = a + a.T
    values = np.linalg.eigvalsh(a)
    found = lowest_eigenvalue(lambda v: a @ v, 200, 1e-6)
    # the residual, 1e-6 |T| < 1e-6 · 60, squared, over the distance to the next
    assert found == pytest.approx(values[0], abs=(6e-5) ** 2 / (values[1] - values[0]))
    ones = LinearOperator((50, 50), matvec=lambda v: v)
    assert lowest_eigenvalue(ones.matvec, 50, 1e-6) == pytest.approx(1.0, rel=1e-12)
    with pytest.raises(ConvergenceError, match="the lowest eigenvalue was not reached"):
        lowest_eigenvalue(lambda v: a @ v, 200, 0.0)


def test_weights_of_the_mean_response():
    """One block alone answers with its own χ."""
    x = np.zeros((1, 3))
    chi = pool(1.0)[0, 0, :1]
    for contraction in CONTRACTIONS:
        m = PairwiseOperator.from_positions(x, 0.4, 1.0, contraction)
        coupled = CoupledBlocks(m, chi, contraction=contraction)
        np.testing.assert_allclose(coupled.response(), chi[0], atol=1e-8)  # as solved
        w = pair_weights(contraction)
        expected = np.linalg.eigvalsh(np.linalg.inv(chi[0] * w[:, None] * w))[0]
        assert coupled.lowest == pytest.approx(expected, rel=1e-12)
