"""The parts of the moments by degree: their slow twins, and how they turn."""

from itertools import permutations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from rsrg.physics.harmonic_parts import part_of_degree
from rsrg.physics.interaction import (
    coupling_from_moments,
    direction_moments,
    quartic_moments,
    quartic_tensor,
)

ROUNDINGS = 1e-14  # of sums of some hundred terms of order one


@pytest.fixture
def directions():
    n = np.random.default_rng(3).normal(size=(20, 3))
    return n / np.linalg.norm(n, axis=1, keepdims=True)


def twin(tensor, degree):
    """Projections of a symmetric rank-4 tensor, by sums over all permutations of the indices."""
    d, pairs = np.eye(3), list(permutations("abcd"))

    def symmetric(subscripts, *operands):
        return sum(np.einsum(f"{subscripts}->{''.join(p)}", *operands) for p in pairs) / len(pairs)

    t = np.einsum("abcc->ab", tensor)
    zero = symmetric("ab,cd", d, d) * np.trace(t) / 5.0  # whose contraction is trace δ/3 again
    two = symmetric("ab,cd", t - np.trace(t) * d / 3.0, d) * 6.0 / 7.0
    return {0: zero, 2: two, 4: tensor - zero - two}[degree]


@pytest.mark.parametrize("degree", [0, 2, 4])
def test_slow_twin(directions, degree):
    moments = direction_moments(directions)
    parts = part_of_degree(moments, degree)
    for row, part in zip(moments, parts, strict=True):
        expected = quartic_moments(twin(quartic_tensor(row), degree))
        np.testing.assert_allclose(part, expected, rtol=0, atol=ROUNDINGS)


def test_parts_add_up_and_are_parts_of_themselves(directions):
    moments = direction_moments(directions)
    parts = {degree: part_of_degree(moments, degree) for degree in (0, 2, 4)}
    np.testing.assert_allclose(sum(parts.values()), moments, rtol=0, atol=ROUNDINGS)
    for degree, part in parts.items():
        for other in parts:
            expected = part if other == degree else np.zeros_like(part)
            np.testing.assert_allclose(
                part_of_degree(part, other), expected, rtol=0, atol=ROUNDINGS
            )


def test_degree_four_has_no_trace(directions):
    part = quartic_tensor(part_of_degree(direction_moments(directions), 4))
    traces = np.einsum("...abcc->...ab", part)
    np.testing.assert_allclose(traces, 0.0, rtol=0, atol=ROUNDINGS)


@pytest.mark.parametrize("degree", [2, 4])
def test_a_part_turns_with_its_directions_and_stays_of_its_degree(directions, degree):
    r = Rotation.random(random_state=1).as_matrix()
    turned = part_of_degree(direction_moments(directions @ r.T), degree)
    q = quartic_tensor(part_of_degree(direction_moments(directions), degree))
    expected = quartic_moments(np.einsum("ai,bj,ck,dl,...ijkl->...abcd", r, r, r, r, q))
    np.testing.assert_allclose(turned, expected, rtol=0, atol=ROUNDINGS)


def test_the_coupling_holds_no_part_of_degree_zero(directions):
    zero = part_of_degree(direction_moments(directions), 0)
    np.testing.assert_allclose(coupling_from_moments(zero, 0.7), 0.0, rtol=0, atol=ROUNDINGS)
