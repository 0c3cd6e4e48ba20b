"""The ensemble of exact super blocks: its laws, its chunks, and its norms from plain functions."""

import numpy as np
import pytest

import rsrg
from rsrg.ensemble.super_blocks import (
    CUBE,
    KEY,
    NORMS,
    SUPER_BLOCK_CHUNK,
    LevelLaw,
    SuperBlockEnsemble,
)
from rsrg.physics.pairs import PAIRS

TUNNELLING, GAUSSIAN = LevelLaw("tunnelling", 0.8, 0.01), LevelLaw("gaussian")
LAWS = [TUNNELLING, GAUSSIAN]
pytestmark = pytest.mark.usefixtures("one_blas_thread")
ALPHA = 0.7


def ensemble(law=TUNNELLING, strengths=(0.125, 1.0), distances=(1.0, 2.0), temperatures=(0.5,)):
    axes = (np.array(a) for a in (strengths, distances, temperatures))
    return SuperBlockEnsemble(law, ALPHA, *axes, seed=4)


def many(law, number=1500):
    """Energies, (n, 2), and stress, (n, 6, 2, 2), of many blocks."""
    rng = np.random.default_rng(7)
    levels, stress = zip(*(law.draw(rng) for _ in range(number)), strict=True)
    return np.concatenate(levels), np.concatenate(stress)


def test_tunnelling_levels():
    """E = √(Δ² + Δ₀²), T = γ σ_z with eigenvalues ±γ; Δ and Δ₀ by their laws, in any basis."""
    levels, stress = many(TUNNELLING)
    energy = levels[:, 1] - levels[:, 0]
    gamma = np.sqrt(-np.linalg.det(stress))
    assert stress == pytest.approx(np.swapaxes(stress, 2, 3))
    assert np.trace(stress, axis1=2, axis2=3) == pytest.approx(0.0)
    sign = np.sign(stress[:, :, 0, 1])  # Δ₀ > 0
    delta_0 = energy * (sign * stress[:, :, 0, 1] / gamma)[:, 0]
    delta = energy * (-sign * stress[:, :, 0, 0] / gamma)[:, 0]
    assert energy == pytest.approx(np.hypot(delta, delta_0))
    assert delta.min() > -1e-9  # rounding of the determinant
    assert delta.max() == pytest.approx(0.8, rel=1e-3)  # of 12,000 uniform numbers
    log = np.log(delta_0) / np.log(0.01)  # uniform in [0, 1] for P ∝ 1/Δ₀
    for uniform in (delta / 0.8, log):
        n = len(uniform)
        assert uniform.mean() == pytest.approx(0.5, abs=4 / np.sqrt(12 * n))  # 4 standard errors
        assert uniform.var() == pytest.approx(1 / 12, rel=4 * np.sqrt(0.8 / n))  # kurtosis 9/5


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_stress_is_isotropic_of_size_one(law):
    """⟨tr T̂_a T̂_b⟩/2 = δ_ab in Mandel components: no rotation changes that."""
    _, stress = many(law)
    products = np.einsum("sanm,sbmn->sab", stress, stress) / 2
    error = products.std(axis=0) / np.sqrt(len(products))
    assert np.all(np.abs(products.mean(axis=0) - np.eye(6)) < 4.5 * error)  # 21 numbers


def test_gaussian_energies():
    levels, _ = many(GAUSSIAN)
    assert levels.mean() == pytest.approx(0.0, abs=4 / np.sqrt(levels.size))  # 4 standard errors
    assert levels.var() == pytest.approx(1.0, rel=4 * np.sqrt(2 / levels.size))


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_norms_from_the_public_functions(law):
    """Those of one super block, from plain arrays, at every strength, distance and temperature."""
    e = ensemble(law, temperatures=(0.2, 2.0))
    norms = e.norms(range(3, 4))
    rng = np.random.default_rng(np.random.SeedSequence(4, spawn_key=(KEY, 3)))
    for _ in range(2):
        levels, mandel = law.draw(rng)
    stress = np.empty((8, 3, 3, 2, 2))
    for a, (i, j) in enumerate(PAIRS):
        stress[:, i, j] = stress[:, j, i] = mandel[:, a] / (1.0 if i == j else np.sqrt(2.0))
    twice = np.array([1.0, 2.0, 2.0, 1.0, 2.0, 1.0])  # ij and ji

    def dot(x, y):
        return np.sum(twice[:, None] * twice * x * y)

    for s, d, t in np.ndindex(2, 2, 2):
        gamma, distance = np.sqrt(e.strengths[s]), e.distances[d]
        arguments = (levels, gamma * stress, distance * CUBE, ALPHA, e.temperatures[t])
        rel, res = rsrg.super_block_response(*arguments)
        x = rsrg.super_block_expansion(*arguments)
        change, by_33 = rel + res - x.uncoupled, x.first_order - x.uncoupled
        change_rel = rel - x.uncoupled_relaxation
        by_32 = x.relaxation - x.uncoupled_relaxation
        size = np.sqrt(dot(change, change))
        tensors = {
            "chi": x.uncoupled,
            "change": change,
            "error_3.3": by_33 - change,
            "error_with_stress_term": by_33 + x.stress_term - change,
            "relaxation_change": change_rel,
            "relaxation_error_3.2": by_32 - change_rel,
        }
        expected = {name: np.sqrt(dot(y, y)) for name, y in tensors.items()}
        expected["projection"] = dot(by_33, change) / size
        for name, value in zip(NORMS, norms[:, s, d, t, 1], strict=True):
            # differences of numbers of order χ, each with the rounding of 256 states
            assert value == pytest.approx(expected[name], abs=1e-12 * expected["chi"]), name


def test_only_the_strength_over_the_cube_of_the_distance_counts():
    """At (1, r = 2) and (1/8, r = 1) relative errors are the same; χ itself is 8 times larger."""
    norms = ensemble().norms(range(1))
    np.testing.assert_allclose(norms[:, 1, 1], 8 * norms[:, 0, 0], rtol=1e-15)  # one product
    apart = ensemble(strengths=(1.0,), distances=(2.0,)).norms(range(1))
    np.testing.assert_allclose(apart[:, 0, 0], norms[:, 1, 1], rtol=1e-15)


def test_chunks_are_functions_of_their_number():
    e = ensemble(strengths=(1.0,), distances=(1.0,))
    together = e.norms(range(1, 3))
    assert together.shape == (len(NORMS), 1, 1, 1, 2 * SUPER_BLOCK_CHUNK)
    apart = np.concatenate([e.norms(range(k, k + 1)) for k in (1, 2)], axis=-1)
    np.testing.assert_array_equal(together, apart)
    assert np.all(apart[..., :SUPER_BLOCK_CHUNK] != apart[..., SUPER_BLOCK_CHUNK:])
