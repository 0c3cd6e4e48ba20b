"""Super blocks of unequal blocks: equal blocks, two blocks, covariance, and the Ritz bound."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from rsrg.physics.elastic import elastic_susceptibility
from rsrg.physics.errors import PhysicsError
from rsrg.physics.interaction import lambda_tilde
from rsrg.physics.pairs import CONTRACTIONS, contract, inverse, pair_matrix, weighted
from rsrg.physics.quenched import (
    pair_interaction,
    pair_interaction_rows,
    resummed_blocks,
    second_order_blocks,
)
from rsrg.physics.recursion import resummed, second_order
from rsrg.sums.harmonic import harmonic_blocks

ALPHA, VOLUME = 0.6, 1.3


def random_chi(n, seed=0, width=0.1):
    """Positive definite, with all the symmetries and no others."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(n, 6, 6))
    return elastic_susceptibility(ALPHA) + width * (noise + np.swapaxes(noise, 1, 2))


def positions_of(n, seed=1, spacing=1.5):
    grid = np.stack(np.meshgrid(*[np.arange(3.0)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    return (grid * spacing + 0.1 * np.random.default_rng(seed).normal(size=grid.shape))[:n]


def sums(chi, positions, contraction):
    """χ̄ and B, by loops over blocks."""
    n = len(chi)
    m = pair_interaction(positions, ALPHA, VOLUME)
    b = sum(
        contract(contract(chi[s], m[s, t], contraction), chi[t], contraction)
        for s in range(n)
        for t in range(n)
        if s != t
    )
    return chi.mean(axis=0), b / n, m


def test_pair_interaction_is_minus_two_lambda():
    """2Λ = −Λ̃/(4π r³), so m = −V 2Λ; both ways alike, and none of a block with itself."""
    x = positions_of(3)
    m = pair_interaction(x, ALPHA, VOLUME)
    for s, t in [(0, 1), (2, 0)]:
        r = np.linalg.norm(x[s] - x[t])
        two_lambda = -lambda_tilde((x[s] - x[t]) / r, ALPHA) / (4 * np.pi * r**3)
        np.testing.assert_allclose(m[s, t], -VOLUME * two_lambda, rtol=1e-13)  # a few products
    np.testing.assert_allclose(m, np.swapaxes(m, 0, 1), atol=1e-16)  # rounding of 0.05
    assert not m[np.arange(3), np.arange(3)].any()


def test_two_blocks_at_one_place_are_refused():
    x = np.stack((positions_of(3), positions_of(3)[[0, 1, 0]]))
    for rows in (slice(None), slice(0, 1), slice(2, 3)):
        with pytest.raises(PhysicsError, match=r"distinct points; got points 0 and 2 both at \["):
            pair_interaction_rows(x, rows, ALPHA)
    with pytest.raises(PhysicsError, match=r"must be finite; got \[nan, 0.0, 0.0\]"):
        pair_interaction(np.array([[0.0, 0.0, 1.0], [np.nan, 0.0, 0.0]]), ALPHA)
    whole = pair_interaction(x[0], ALPHA)
    np.testing.assert_array_equal(pair_interaction_rows(x, slice(1, 2), ALPHA)[0], whole[1:2])


@pytest.mark.parametrize("contraction", CONTRACTIONS)
def test_equal_blocks_are_the_annealed_step(contraction):
    """B = χMχ with M = (1/N) Σ m: Eqs. 3.3 and 3.8."""
    chi = elastic_susceptibility(ALPHA)
    mean, b, m = sums(np.stack([chi] * 8), positions_of(8), contraction)
    coupling = m.sum(axis=(0, 1)) / 8
    same = {"rtol": 0, "atol": 1e-13}  # 64 terms of order 1, inverted twice
    np.testing.assert_allclose(
        second_order_blocks(mean, b), second_order(chi, coupling, contraction), **same
    )
    np.testing.assert_allclose(
        resummed_blocks(mean, b, contraction), resummed(chi, coupling, contraction), **same
    )


@pytest.mark.parametrize("contraction", CONTRACTIONS)
def test_two_blocks_harmonic_by_hand(contraction):
    """Eliminating one of two blocks: Σ H⁻¹ = c₂ + (1 − c₂ m)(c₁⁻¹ − m c₂ m)⁻¹(1 − m c₂)."""
    chi = random_chi(2)
    m = pair_interaction(positions_of(2), ALPHA)
    found, lowest = harmonic_blocks(chi, m, contraction)
    one, two = weighted(chi, contraction)
    g, unit = weighted(m[0, 1], contraction), np.eye(6)
    schur = np.linalg.inv(np.linalg.inv(one) - g @ two @ g)
    expected = (two + (unit - two @ g) @ schur @ (unit - g @ two)) / 2
    np.testing.assert_allclose(weighted(found, contraction), expected, atol=1e-13)  # 12×12 inverse
    hessian = np.block([[np.linalg.inv(one), g], [g, np.linalg.inv(two)]])
    assert lowest == pytest.approx(np.linalg.eigvalsh(hessian)[0], abs=1e-13)  # rounding


def test_two_equal_blocks_harmonic():
    """Two equal blocks move as one: χ⁻¹ + m, whatever the coupling; so harmonic is resummed."""
    chi = np.stack([elastic_susceptibility(ALPHA)] * 2)
    mean, b, m = sums(chi, positions_of(2), "tensor")
    found, _ = harmonic_blocks(chi, m)
    np.testing.assert_allclose(found, resummed_blocks(mean, b), atol=1e-13)  # 12×12 inverse
    direct = inverse(inverse(chi[0], "tensor") + m[0, 1], "tensor")
    np.testing.assert_allclose(found, direct, atol=1e-13)


def test_forms_agree_to_first_order():
    """Halving m divides what the three forms differ by by four."""
    chi = random_chi(6)
    mean, b, m = sums(chi, positions_of(6), "tensor")
    gaps = []
    for x in (0.02, 0.01):
        second = second_order_blocks(mean, x * b)
        others = (resummed_blocks(mean, x * b), harmonic_blocks(chi, x * m)[0])
        gaps.append([np.abs(o - second).max() for o in others])
    ratio = np.divide(*gaps)
    np.testing.assert_allclose(ratio, 4.0, atol=0.2)  # the next order, m ~ 0.02 of χ⁻¹


@pytest.mark.parametrize("seed", range(5))
def test_resummed_is_a_bound(seed):
    """Rayleigh–Ritz: χ_harmonic − χ_resummed is positive where the super block is stable."""
    chi = random_chi(8, seed)
    mean, b, m = sums(chi, positions_of(8, seed), "tensor")
    harmonic, lowest = harmonic_blocks(chi, m)
    assert lowest > 0  # the case that the bound is for
    gap = weighted(harmonic - resummed_blocks(mean, b), "tensor")
    assert np.linalg.eigvalsh(gap)[0] > 0


def rank_four(x):
    """The rank-4 tensor X_ijkl of a plain 6×6 matrix."""
    full = np.empty((3, 3, 3, 3))
    pairs = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
    for a, (i, j) in enumerate(pairs):
        for c, (k, l) in enumerate(pairs):  # noqa: E741
            full[i, j, k, l] = full[j, i, k, l] = full[i, j, l, k] = full[j, i, l, k] = x[a, c]
    return full


def turned(x, rotation):
    """X_ijkl in a turned frame, by way of the rank-4 tensor."""
    full, r = rank_four(x), rotation
    return pair_matrix(np.einsum("ijkl,ai,bj,ck,dl->abcd", full, r, r, r, r, optimize=True))


def test_rank_four_twins():
    """All nine (ij) of every block, no weights: Eq. 3.3 by einsum, and a Hessian of 9N rows."""
    n, chi, x = 5, random_chi(5), positions_of(5)
    mean, b, m = sums(chi, x, "tensor")
    c = np.array([rank_four(one) for one in chi])
    g = np.array([[rank_four(m[s, t]) for t in range(n)] for s in range(n)])
    full = np.einsum("sijmn,stmnpq,tpqkl->ijkl", c, g, c, optimize=True) / n
    np.testing.assert_allclose(b, pair_matrix(full), atol=1e-14)  # 25 terms of order 0.1

    def inverted(tensor):
        """On symmetric strains; antisymmetric ones stay out."""
        return np.linalg.pinv(tensor.reshape(9, 9))

    stiff = inverted(c.mean(axis=0))
    expected = inverted(stiff + stiff @ full.reshape(9, 9) @ stiff).reshape(3, 3, 3, 3)
    np.testing.assert_allclose(resummed_blocks(mean, b), pair_matrix(expected), atol=1e-13)
    hessian = np.moveaxis(g.reshape(n, n, 9, 9), 1, 2).copy()
    for s in range(n):
        hessian[s, :, s] += inverted(c[s])
    response = np.linalg.pinv(hessian.reshape(9 * n, 9 * n)).reshape(n, 9, n, 9).sum((0, 2)) / n
    found, _ = harmonic_blocks(chi, m)
    np.testing.assert_allclose(
        found,
        pair_matrix(response.reshape(3, 3, 3, 3)),
        atol=1e-13,  # 45×45 inverse
    )


def test_order_of_blocks_and_unit_of_length_do_not_matter():
    """Blocks permuted; positions twice as far with eight times the volume; and all far apart."""
    chi, x = random_chi(6), positions_of(6)
    m = pair_interaction(x, ALPHA, VOLUME)
    found, lowest = harmonic_blocks(chi, m)
    order = np.random.default_rng(4).permutation(6)
    again, same = harmonic_blocks(chi[order], pair_interaction(x[order], ALPHA, VOLUME))
    np.testing.assert_allclose(again, found, atol=1e-13)  # 36×36 inverse
    assert same == pytest.approx(lowest, abs=1e-13)
    np.testing.assert_array_equal(pair_interaction(2 * x, ALPHA, 8 * VOLUME), m)  # powers of two
    far, _ = harmonic_blocks(chi, pair_interaction(1e3 * x, ALPHA, VOLUME))
    np.testing.assert_allclose(far, chi.mean(axis=0), atol=1e-8)  # m ~ 1e-9


def test_rotation_covariance_and_symmetry():
    """Turning blocks and positions turns all three forms; all are symmetric."""
    r = Rotation.random(rng=3).as_matrix()
    chi, x = random_chi(5), positions_of(5)
    forms = []
    for blocks, where in ((chi, x), (np.array([turned(c, r) for c in chi]), x @ r.T)):
        mean, b, m = sums(blocks, where, "tensor")
        forms.append(
            [second_order_blocks(mean, b), resummed_blocks(mean, b), harmonic_blocks(blocks, m)[0]]
        )
    for before, after in zip(*forms, strict=True):
        np.testing.assert_allclose(turned(before, r), after, atol=1e-12)  # rotations of 30×30
        np.testing.assert_allclose(after, after.T, atol=1e-12)


def test_resummed_is_regular_where_one_block_fails():
    """One χ_s through ±∞: χ of the super block goes through smoothly, as χ⁻¹ of the flow does."""
    chi, x = random_chi(8), positions_of(8)
    compliance = inverse(chi[0], "tensor")
    values, vectors = np.linalg.eigh(weighted(compliance, "tensor"))
    ends = []
    for value in (1e-7, -1e-7):
        values[0] = value
        chi[0] = inverse(pairs_unweighted((vectors * values) @ vectors.T), "tensor")
        mean, b, _ = sums(chi, x, "tensor")
        ends.append(inverse(resummed_blocks(mean, b), "tensor"))
    assert np.abs(chi[0]).max() > 1e5
    # linear in 1/χ_s ~ 1e-7, with a factor of order N² = 64
    np.testing.assert_allclose(ends[0], ends[1], atol=1e-4)


def pairs_unweighted(x):
    w = np.sqrt([1, 2, 2, 1, 2, 1])
    return x / (w[:, None] * w)
