"""The moment closure against its definition: many super blocks made of blocks of one law."""

import numpy as np
import pytest

from rsrg.ensemble.blocks import Blocks
from rsrg.ensemble.closure import Law, closure_step
from rsrg.ensemble.pool import PoolStep
from rsrg.ensemble.sampling import Sampler
from rsrg.physics.elastic import inverse_elastic_susceptibility
from rsrg.physics.errors import PhysicsError
from rsrg.physics.pairs import weighted
from rsrg.physics.quenched import pair_interaction
from rsrg.physics.readings import READINGS

ALPHA = 0.7
START = weighted(inverse_elastic_susceptibility(ALPHA, "tensor"), "tensor")
SUPER_BLOCKS = 96_000


@pytest.fixture(scope="module")
def interaction():
    """m of 64 draws of eight blocks, e = 0.3, where blocks and body deform."""
    deformations = np.diag([1.3, 1.0, 1.0])[None]
    sampler = Sampler(Blocks(2), 5, (READINGS[2],), deformations)
    step = PoolStep(sampler, "resummed", "tensor", np.array([ALPHA]), 256)
    positions, _ = step.placed(0, range(4))
    return weighted(pair_interaction(positions[:, 0], ALPHA, 1.3), "tensor")


def law_of(width):
    """δ = w (g + gᵀ)/2 with every g_ij of its own size: no symmetry hides an index."""
    size = width * np.linspace(0.5, 1.5, 36).reshape(6, 6)
    one = np.eye(6)
    g = np.einsum("ij,ik,jl->ijkl", size**2, one, one)
    c = 0.25 * (g + g.transpose(1, 0, 2, 3) + g.transpose(0, 1, 3, 2) + g.transpose(1, 0, 3, 2))
    return Law(START, c), size


def sampled(size, interaction, sign, rng):
    """X' of super blocks, by their definition: χ̄⁻¹ ± χ̄⁻¹ B χ̄⁻¹ with B = (1/N) Σ χ_s m χ_s'."""
    rows = []
    for m in interaction:
        count = SUPER_BLOCKS // len(interaction)
        g = size * rng.standard_normal((count, len(m), 6, 6))
        chi = np.linalg.inv(START + 0.5 * (g + g.swapaxes(-1, -2)))
        mean = np.linalg.inv(chi.mean(axis=1))
        fields = np.einsum("stij,ptjk->psik", m, chi, optimize=True)
        b = np.einsum("psij,psjk->pik", chi, fields) / len(m)
        rows.append(mean + sign * mean @ b @ mean)
    return np.concatenate(rows)


@pytest.mark.parametrize("sign", ["paper", "hamiltonian"])
def test_equal_blocks_take_the_mean_and_scatter_of_the_coupling(interaction, sign):
    """C = 0: X' = X ± M of each draw."""
    law = closure_step(Law(START, np.zeros((6, 6, 6, 6))), interaction, sign)
    m = (1 if sign == "paper" else -1) * interaction.sum(axis=(1, 2)) / 8
    np.testing.assert_allclose(law.mean, START + m.mean(axis=0), atol=1e-14)  # rounding
    flat = m.reshape(len(m), 36)
    expected = np.cov(flat.T, bias=True).reshape(6, 6, 6, 6)
    np.testing.assert_allclose(law.covariance, expected, atol=1e-14)


def test_blocks_that_do_not_interact_are_averages(interaction):
    """m = 0: C/N, less stiff by (1 − 1/N)⟨δχδ⟩, to first order in C."""
    law, _ = law_of(1e-4)
    after = closure_step(law, 0.0 * interaction)
    softening = np.einsum("iabj,ab->ij", law.covariance, np.linalg.inv(START))
    np.testing.assert_allclose(START - after.mean, 7 / 8 * softening, atol=1e-15)  # rounding
    # C² is 1e-8 of C
    np.testing.assert_allclose(after.covariance, law.covariance / 8, rtol=1e-6, atol=1e-15)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_step_is_that_of_many_super_blocks(interaction, sign):
    """Mean and covariance, and each of the parts that unequal blocks add."""
    law, size = law_of(0.02)
    after = closure_step(law, interaction, "paper" if sign == 1 else "hamiltonian")
    rng = np.random.default_rng(4)
    x = sampled(size, interaction, sign, rng)
    # the closure leaves out (δχ)⁴ ~ (0.1)⁴ in the mean; sampling: δX/√n with δX ≤ 0.05
    np.testing.assert_allclose(x.mean(axis=0), after.mean, atol=2e-4)
    equal = closure_step(Law(START, np.zeros((6, 6, 6, 6))), interaction).covariance
    per_draw = x.reshape(len(interaction), -1, 36)
    within = per_draw - per_draw.mean(axis=1, keepdims=True)
    inherited = np.einsum("dpi,dpj->ij", within, within) / x.shape[0]
    expected = (after.covariance - equal).reshape(36, 36)
    # of each variance: chance √(2/n) = 0.3%, and the next order in C, 2% of it
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert np.abs(inherited - expected).max() < 0.03 * scale.max()
    assert np.abs(np.diag(inherited) / np.diag(expected) - 1.0).max() < 0.04
    averages = law.covariance.reshape(36, 36) / 8  # alone they would not do
    assert np.abs(np.diag(averages) / np.diag(inherited) - 1.0).max() > 0.08


def test_a_wrong_sign_is_refused(interaction):
    with pytest.raises(PhysicsError, match="paper or hamiltonian"):
        closure_step(Law(START, np.zeros((6, 6, 6, 6))), interaction, "plus")
