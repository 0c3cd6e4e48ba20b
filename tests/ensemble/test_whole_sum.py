"""N0⁶ blocks at once and in two steps, against the same written with whole matrices."""

import numpy as np
import pytest

from rsrg.ensemble.whole_sum import (
    FIRST_STEP,
    SECOND_STEP,
    Oscillators,
    _drawn,
    _places,
    at_once,
    in_two_steps,
    stability,
)
from rsrg.physics.errors import PhysicsError
from rsrg.physics.interaction import coupling_matrix
from rsrg.physics.pairs import inverse, unweighted, weighted
from rsrg.physics.quenched import pair_interaction
from rsrg.physics.readings import Reading
from rsrg.sums.engines import pair_moments

ALPHA = 0.66
READINGS = [("fixed", "ellipsoid"), ("affine", "sphere"), ("affine", "ellipsoid")]


def setting(reading, amplitude=0.25, sign="paper"):
    return Oscillators(ALPHA, Reading(*reading), 0.3, amplitude, sign, seed=11)


def positions(n0, s, step, draws):
    sampler = s.sampler(n0)
    return _places(sampler).blocks(*_drawn(sampler, step, draws))[0][:, 0]


def response(x, chi, s):
    """(1/N) Σ [H⁻¹]_ss', and the lowest eigenvalue, by LAPACK; chi: (N, 6, 6)."""
    n = len(x)
    h = weighted(pair_interaction(x, s.alpha, s.block_volume), "tensor")
    h *= {"paper": 1.0, "hamiltonian": -1.0}[s.sign]
    h[range(n), range(n)] += weighted(inverse(chi, "tensor"), "tensor")
    h = h.transpose(0, 2, 1, 3).reshape(6 * n, 6 * n)
    total = np.linalg.inv(h).reshape(n, 6, n, 6).sum(axis=(0, 2)) / n
    return unweighted(total, "tensor"), np.linalg.eigvalsh(h)[0]


@pytest.mark.parametrize("sign", ["paper", "hamiltonian"])
@pytest.mark.parametrize("reading", READINGS)
def test_both_are_the_inverse_of_their_matrices(reading, sign):
    s = setting(reading, sign=sign)
    one, two = at_once(2, s, 1), in_two_steps(2, s, 1)
    chi, lowest = response(positions(4, s, SECOND_STEP, 1)[0], np.tile(s.first, (64, 1, 1)), s)
    np.testing.assert_allclose(one.chi[0], chi, atol=1e-8)  # conjugate gradients, relative to 1
    assert one.lowest[0] == pytest.approx(lowest, abs=1e-5)  # Lanczos
    assert stability(2, s, 1)[0] == one.lowest[0]
    first = [response(x, np.tile(s.first, (8, 1, 1)), s) for x in positions(2, s, FIRST_STEP, 8)]
    chi, lowest = response(positions(2, s, SECOND_STEP, 1)[0], np.array([c for c, _ in first]), s)
    np.testing.assert_allclose(two.chi[0], chi, atol=1e-12)  # rounding
    np.testing.assert_allclose(two.first_lowest[0], [x for _, x in first], atol=1e-12)
    assert two.lowest[0] == pytest.approx(lowest, abs=1e-12)


@pytest.mark.parametrize("reading", READINGS)
def test_weak_blocks_add_the_sums_over_pairs(reading):
    """As f → 0, χ⁻¹ grows by M of the draw; in steps by the mean M of the first draws besides."""
    s = setting(reading, amplitude=1e-4)
    one, two = at_once(2, s, 2), in_two_steps(2, s, 2)

    def coupling(x):
        return coupling_matrix(pair_moments(x), ALPHA, len(x), s.block_volume)

    whole = [coupling(x) for x in positions(4, s, SECOND_STEP, 2)]
    first = np.array([coupling(x) for x in positions(2, s, FIRST_STEP, 16)])
    steps = first.reshape(2, 8, 6, 6).mean(axis=1)
    steps = steps + [coupling(x) for x in positions(2, s, SECOND_STEP, 2)]
    start = inverse(s.first, "tensor")
    for found, expected in ((one.chi, whole), (two.chi, steps)):
        change = inverse(found, "tensor") - start
        # the second order is f of the first, and χ'⁻¹ = 5e3 is known to 1e-13
        np.testing.assert_allclose(change, expected, atol=3e-4 * np.abs(expected).max())


def test_bad_input():
    with pytest.raises(PhysicsError, match="`sign` must be"):
        in_two_steps(2, setting(READINGS[0], sign="both"), 1)
