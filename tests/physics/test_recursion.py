"""One RG step and the flow: (3.3), (3.8), their order, runaway, transition, infinity."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rsrg.physics.elastic import elastic_susceptibility
from rsrg.physics.errors import PhysicsError
from rsrg.physics.haar_mean import exact_coupling
from rsrg.physics.pairs import CONTRACTIONS, inverse, unweighted, weighted
from rsrg.physics.recursion import (
    RUNAWAY,
    UPDATES,
    flow,
    inverse_or_limit,
    resummed,
    second_order,
)

CHI = elastic_susceptibility(0.7)
IDENTITY = unweighted(np.eye(6), "tensor")  # the symmetric identity, plain components
STEP = {"resummed": resummed, "second_order": second_order}
ROUNDING = 1e-13  # inverses of matrices with condition number 3


def coupling(seed=0, size=0.1):
    a = np.random.default_rng(seed).normal(size=(6, 6))
    return size * (a + a.T) / 2


@pytest.mark.parametrize("contraction", CONTRACTIONS)
@pytest.mark.parametrize("update", UPDATES)
def test_no_coupling_leaves_chi_alone(update, contraction):
    result = flow(CHI, np.zeros((4, 6, 6)), update, contraction)
    for chi, back in zip(result.chi, result.inverse, strict=True):
        np.testing.assert_allclose(chi, CHI, atol=ROUNDING)
        np.testing.assert_allclose(back, inverse(CHI, contraction), atol=ROUNDING)
    assert result.transition_step == result.runaway_step == -1


@given(st.floats(0.1, 10.0), st.floats(0.01, 1.0))
def test_resummed_scalar_flow(chi, m):
    result = flow(chi * IDENTITY, np.repeat(m * IDENTITY[None], 8, axis=0))
    exact = 1.0 / (1.0 / chi + m * np.arange(9))
    np.testing.assert_allclose(result.chi[:, 0, 0], exact, rtol=1e-13)  # nine additions


@pytest.mark.parametrize("contraction", CONTRACTIONS)
@pytest.mark.parametrize("update", UPDATES)
def test_flow_is_step_after_step(update, contraction):
    couplings = np.array([coupling(s, 0.02) for s in range(5)])
    chi = CHI
    result = flow(CHI, couplings, update, contraction)
    assert result.chi.shape == result.inverse.shape == (6, 6, 6)
    for n, m in enumerate(couplings):
        chi = STEP[update](chi, m, contraction)
        np.testing.assert_allclose(result.chi[n + 1], chi, atol=100 * ROUNDING)  # condition 10
        np.testing.assert_allclose(
            result.inverse[n + 1], inverse(chi, contraction), atol=100 * ROUNDING
        )


@pytest.mark.parametrize("contraction", CONTRACTIONS)
def test_updates_agree_up_to_second_order(contraction):
    """χ − χMχ and (χ⁻¹ + M)⁻¹ differ by χMχMχ: a quarter for half of M."""
    gaps = []
    for size in (1e-3, 5e-4, 2.5e-4):
        m = coupling(size=size)
        gaps.append(np.abs(resummed(CHI, m, contraction) - second_order(CHI, m, contraction)).max())
    # third order: a fraction χM ~ 0.01 of the second
    np.testing.assert_allclose(np.divide(gaps[:-1], gaps[1:]), 4.0, rtol=0.05)


def test_softening_runs_away_and_never_changes_sign_at_second_order():
    result = flow(IDENTITY, np.repeat(-0.5 * IDENTITY[None], 20, axis=0), "second_order")
    chi = weighted(result.chi, "tensor")[:, 0, 0]
    expected = [1.0]
    while expected[-1] <= RUNAWAY:
        expected.append(expected[-1] + 0.5 * expected[-1] ** 2)
    steps = len(expected) - 1
    np.testing.assert_allclose(chi[: steps + 1], expected, rtol=1e-11)  # errors double each step
    assert result.runaway_step == steps
    np.testing.assert_array_equal(result.chi[steps:], np.repeat(result.chi[steps][None],
                                                                21 - steps, axis=0))  # fmt: skip
    assert result.transition_step == -1


def test_runaway_of_one_channel_is_no_transition(rotations, rotate):
    """No eigenvalue of χ falls when M only softens: positive stays positive, in any frame."""
    for q in rotations:
        m = np.zeros((6, 6))
        m[0, 0] = -0.9
        m = rotate(m, q)
        result = flow(CHI, np.repeat(m[None], 40, axis=0), "second_order")
        assert result.runaway_step > 0
        assert result.transition_step == -1


def test_hardening_overshoots_at_second_order_only():
    couplings = np.repeat(3.0 * IDENTITY[None], 2, axis=0)
    second = flow(IDENTITY, couplings, "second_order")
    np.testing.assert_allclose(weighted(second.chi, "tensor")[1], -2 * np.eye(6), atol=ROUNDING)
    assert second.transition_step == 1
    assert second.runaway_step == -1
    assert flow(IDENTITY, couplings).transition_step == -1


def test_resummed_transition_is_the_first_negative_step():
    result = flow(IDENTITY, np.repeat(-0.4 * IDENTITY[None], 5, axis=0))
    chi = weighted(result.chi, "tensor")[:, 0, 0]
    np.testing.assert_allclose(chi, 1 / (1 - 0.4 * np.arange(6)), rtol=1e-13)
    assert result.transition_step == 3  # 1 − 3 × 0.4 < 0
    assert result.runaway_step == -1  # it jumps from 5 to −5


def test_batches_have_their_own_steps():
    sizes = np.array([-0.4, 0.0, -0.6])
    couplings = np.repeat((sizes[:, None, None] * IDENTITY)[None], 5, axis=0)
    result = flow(IDENTITY, couplings)
    assert result.chi.shape == (6, 3, 6, 6)
    np.testing.assert_array_equal(result.transition_step, [3, -1, 2])


@pytest.mark.parametrize("rank", [1, 3, 6])
def test_passes_through_infinity_without_nan(rank):
    """Powers of two on the diagonal, so that the zero eigenvalue is exactly zero."""
    m = np.diag([-0.25] * rank + [0.0] * (6 - rank))
    result = flow(np.eye(6), np.repeat(m[None], 8, axis=0), contraction="six")
    assert np.isfinite(result.chi).all()
    assert np.isfinite(result.inverse).all()
    assert result.chi[4, 0, 0] > 1e300
    assert result.runaway_step == 4
    assert result.transition_step == 5
    np.testing.assert_array_equal(result.inverse[8, 0, 0], -1.0)


def test_inverse_or_limit_is_the_inverse_where_there_is_one():
    for contraction in CONTRACTIONS:
        np.testing.assert_allclose(
            inverse_or_limit(CHI, contraction), inverse(CHI, contraction), atol=ROUNDING
        )
    assert np.isfinite(inverse_or_limit(np.zeros((6, 6)), "tensor")).all()


def test_resummed_does_not_care_about_the_order_of_steps():
    couplings = np.array([coupling(s) for s in range(6)])
    forward, backward = flow(CHI, couplings), flow(CHI, couplings[::-1])
    np.testing.assert_allclose(forward.inverse[-1], backward.inverse[-1], atol=ROUNDING)
    second = [flow(CHI, c, "second_order").chi[-1] for c in (couplings, couplings[::-1])]
    assert np.abs(second[0] - second[1]).max() > 1e-3  # the truncated step does


@pytest.mark.parametrize("update", UPDATES)
def test_tensor_contraction_turns_with_the_axes_and_six_does_not(update, rotations, rotate):
    m = exact_coupling(0.2, 0.7, 3)
    chi = CHI + 0.1 * exact_coupling(0.5, 0.7, 3)  # not isotropic
    for q in rotations:
        turned = {c: STEP[update](rotate(chi, q), 20 * rotate(m, q), c) for c in CONTRACTIONS}
        straight = {c: rotate(STEP[update](chi, 20 * m, c), q) for c in CONTRACTIONS}
        np.testing.assert_allclose(turned["tensor"], straight["tensor"], atol=1e-11)  # condition 10
    # PHYSICS §6.5: a plain 6×6 product is not a rotation-invariant operation
    assert np.abs(turned["six"] - straight["six"]).max() > 1e-3


def test_unknown_update():
    with pytest.raises(
        PhysicsError, match="`update` must be one of resummed, second_order; got 'all_orders'"
    ):
        flow(CHI, np.zeros((1, 6, 6)), "all_orders")
