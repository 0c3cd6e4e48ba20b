"""Laws of the first blocks: positive definite, rotation invariant, of the width they state."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from rsrg.ensemble.initial import InitialLaw, check_blocks, initial_pool
from rsrg.physics.elastic import elastic_susceptibility
from rsrg.physics.errors import PhysicsError
from rsrg.physics.pairs import PAIRS, weighted

ALPHA, SIZE = 0.6, 4000
LAWS = [
    InitialLaw("lognormal", 0.5),
    InitialLaw("lognormal", 0.5, "shared"),
    InitialLaw("gaussian", 0.3),
    InitialLaw("gaussian", 0.3, "shared"),
    InitialLaw("levels", levels=6, temperature=0.5),
]


def normalized(law, size=SIZE, seed=0):
    """r⁻¹ χ̂ r⁻¹ with r = √χ̂_el: the law itself."""
    values, vectors = np.linalg.eigh(weighted(elastic_susceptibility(ALPHA), "tensor"))
    inverse_root = (vectors / np.sqrt(values)) @ vectors.T
    return inverse_root @ weighted(initial_pool(law, ALPHA, size, seed), "tensor") @ inverse_root


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_positive_definite_and_symmetric(law):
    chi = initial_pool(law, ALPHA, 300, 2)
    np.testing.assert_array_equal(chi, np.swapaxes(chi, 1, 2))
    assert np.linalg.eigvalsh(weighted(chi, "tensor")).min() > 0


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_prefix(law):
    """A larger pool begins with the smaller one; another seed is another pool."""
    small, large = initial_pool(law, ALPHA, 20, 2), initial_pool(law, ALPHA, 30, 2)
    scale = np.trace(small[0]) / np.trace(large[0])  # levels: one factor for the whole pool
    np.testing.assert_allclose(small, scale * large[:20], rtol=1e-9, atol=1e-12)  # a tiny root
    assert np.any(initial_pool(law, ALPHA, 20, 3) != small)


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_rotation_invariant(law):
    """The mean is isotropic: in the normalized form a multiple of one on shear and dilation."""
    x = normalized(law)
    stderr = x.std(axis=0) / np.sqrt(SIZE)
    off = x.mean(axis=0)[~np.eye(6, dtype=bool)]
    assert np.all(np.abs(off) <= 4.5 * stderr[~np.eye(6, dtype=bool)] + 1e-12)  # 30 numbers
    diagonal = x.mean(axis=0)[np.eye(6, dtype=bool)]
    assert np.ptp(diagonal) <= 6 * stderr.max()  # the range of six numbers, each with its error


def test_lognormal_has_the_width_it_states():
    """ln of the normalized χ is w S: w² on the diagonal, w²/2 beside it."""
    values, vectors = np.linalg.eigh(normalized(InitialLaw("lognormal", 0.5)))
    s = (vectors * np.log(values)[:, None, :]) @ np.swapaxes(vectors, 1, 2)
    error = np.sqrt(2 / SIZE)
    assert s[:, 2, 2].var() == pytest.approx(0.25, rel=4.5 * error)  # 4.5 standard errors
    assert s[:, 1, 4].var() == pytest.approx(0.125, rel=4.5 * error)
    assert abs(s[:, 0, 0].mean()) < 4.5 * 0.5 / np.sqrt(SIZE)


@pytest.mark.parametrize("kind", ["lognormal", "gaussian"])
def test_shared_is_one_factor(kind):
    x = normalized(InitialLaw(kind, 0.3, "shared"))
    np.testing.assert_allclose(x, x[:, :1, :1] * np.eye(6), atol=1e-12)  # a product of three
    g = np.log(x[:, 0, 0]) if kind == "lognormal" else 2 * (np.sqrt(x[:, 0, 0]) - 1)
    assert np.abs(g).std() > 0
    assert g.var() == pytest.approx(0.09, rel=4.5 * np.sqrt(2 / SIZE))  # 4.5 standard errors


def test_gaussian_is_a_square():
    """(1 + w S/2)²: mean 1 + w² E[S²]/4, E[S²] = 1 + 5/2."""
    x = normalized(InitialLaw("gaussian", 0.3))
    expected = 1 + 0.09 * 3.5 / 4
    error = x[:, 0, 0].std() / np.sqrt(SIZE)
    assert x[:, 0, 0].mean() == pytest.approx(expected, abs=4.5 * error)  # 4.5 standard errors


def test_levels_have_the_trace_of_the_elastic_one():
    x = initial_pool(LAWS[-1], ALPHA, 200, 0)
    trace = np.trace(weighted(x, "tensor"), axis1=1, axis2=2).mean()
    elastic = np.trace(weighted(elastic_susceptibility(ALPHA), "tensor"))
    assert trace == pytest.approx(elastic, rel=1e-12)  # rounding


def test_given_blocks_are_taken_in_turn():
    given = initial_pool(LAWS[0], ALPHA, 3, 0)
    pool = initial_pool(InitialLaw("file", blocks=given), 0.9, 7, 0)
    np.testing.assert_array_equal(pool, given[[0, 1, 2, 0, 1, 2, 0]])


def broken(**changes):
    chi = np.stack([elastic_susceptibility(ALPHA)] * 3)
    for place, value in changes.items():
        chi[1, int(place[1]), int(place[2])] = value
    return chi


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        (None, r"initial blocks must be real, of shape \(P, 6, 6\); got object"),
        (np.zeros((3, 6)), r"got float64 \(3, 6\)"),
        (np.zeros((0, 6, 6)), r"got float64 \(0, 6, 6\)"),
        (np.zeros((1, 6, 6), dtype=complex), "got complex128"),
        (np.zeros((1, 6, 6)), "must be positive definite; its lowest eigenvalue is 0, in block 0"),
        (broken(a00=np.nan), "must be finite; its sum is nan, in block 1"),
        (broken(a01=0.5), "must be symmetric; it differs by 0.5, in block 1"),
        (broken(a11=-1.0), "must be positive definite; its lowest eigenvalue is -2, in block 1"),
    ],
)
def test_bad_blocks(blocks, message):
    with pytest.raises(PhysicsError, match=message):
        check_blocks(blocks)


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_second_moments_are_rotation_invariant(law):
    """Turned blocks have the same mean and the same mean square, component by component."""
    r, w = Rotation.random(rng=4).as_matrix(), np.sqrt([1, 2, 2, 1, 2, 1])
    i, j = np.array(PAIRS).T
    q = 0.5 * w[:, None] * w * (r[i][:, i] * r[j][:, j] + r[i][:, j] * r[j][:, i])
    np.testing.assert_allclose(q @ q.T, np.eye(6), atol=1e-14)  # Mandel: turning is orthogonal
    x = normalized(law)
    turned = q @ x @ q.T
    for gap in (turned - x, turned**2 - x**2):
        error = gap.std(axis=0) / np.sqrt(SIZE)
        assert np.all(np.abs(gap.mean(axis=0)) < 4.5 * error + 1e-12)  # 21 numbers: once in 10⁴


def test_lognormal_mean_to_fourth_order():
    """⟨exp(wS)⟩ = 1 + (7/4) w² + (107/96) w⁴: ⟨S²⟩ = 7/2, ⟨S⁴⟩ = (2·6² + 5·6 + 5)/4 = 107/4."""
    mean = np.trace(normalized(InitialLaw("lognormal", 0.3), 20_000), axis1=1, axis2=2) / 6
    expected = 1 + 7 / 4 * 0.09 + 107 / 96 * 0.0081
    # 4 standard errors; the sixth order, w⁶ ⟨S⁶⟩/720 with ⟨S⁶⟩ ~ 250, is 3e-4
    assert mean.mean() == pytest.approx(expected, abs=4 * mean.std() / np.sqrt(20_000) + 3e-4)
