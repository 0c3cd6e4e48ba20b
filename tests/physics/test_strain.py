"""Deformation gradients, principal stretches, eccentricity."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rsrg.physics.errors import PhysicsError
from rsrg.physics.strain import (
    Component,
    deformation_gradient,
    eccentricity_squared,
    principal_stretches,
    strain_direction,
    strain_from_eccentricity,
)


@given(st.floats(1e-6, 100.0))
def test_eccentricity_is_the_papers_and_inverts(e):
    epsilon = np.sqrt(e**2 + 2 * e) / (1 + e)
    np.testing.assert_allclose(np.sqrt(eccentricity_squared(e)), epsilon, rtol=1e-14)
    # ε comes from ε² with error 1e-16, and dε²/de = 2(1 + e)⁻³
    error = 1e-15 * (1 + e) ** 3
    np.testing.assert_allclose(strain_from_eccentricity(epsilon), e, atol=error)


@given(st.floats(-0.999, 100.0))
def test_one_minus_eccentricity_squared_is_the_squared_axis_ratio(e):
    # 1e-15 of the larger of 1 and ε², which grows as (1 + e)⁻²
    np.testing.assert_allclose(1 - eccentricity_squared(e), (1 + e) ** -2.0, atol=1e-15, rtol=1e-14)


def test_table_example():
    # PHYSICS §5: ε_crit = 0.580, 0.912 are e_crit = 0.228, 1.44; half a unit of the last digit
    # of ε is 0.0005 × dε/de⁻¹ = ε (1 + e)³ × 0.0005
    np.testing.assert_allclose(strain_from_eccentricity(0.580), 0.228, atol=0.0006 + 0.0005)
    np.testing.assert_allclose(strain_from_eccentricity(0.912), 1.44, atol=0.0070 + 0.005)


@pytest.mark.parametrize("value", [-0.1, 1.0, 1.5, np.nan])
def test_eccentricity_out_of_range(value):
    with pytest.raises(PhysicsError, match=r"`eccentricity` must lie in \[0, 1\); got"):
        strain_from_eccentricity(value)


def test_a_number_means_e_xx():
    np.testing.assert_array_equal(deformation_gradient(0.25), np.diag([1.25, 1, 1]))
    np.testing.assert_array_equal(np.eye(3) + 0.25 * strain_direction("xx"), np.diag([1.25, 1, 1]))


@pytest.mark.parametrize("component", get_args(Component))
def test_strain_direction_is_symmetric_and_one_component(component):
    direction = strain_direction(component)
    i, j = ("xyz".index(c) for c in component)
    assert direction[i, j] == direction[j, i] == 1.0
    assert direction.sum() == (1.0 if i == j else 2.0)


@pytest.mark.parametrize(
    ("deformation", "message"),
    [
        (-1.0, "`strain` e must be greater than −1 and finite; got -1.0"),
        (np.nan, "`strain` e must be greater than −1 and finite; got nan"),
        (np.inf, "`strain` e must be greater than −1 and finite; got inf"),
        (np.eye(2), "`deformation` must be a finite 3×3 matrix; got"),
        (np.full((3, 3), np.nan), "`deformation` must be a finite 3×3 matrix; got"),
        (np.zeros((3, 3)), "`deformation` must have det F > 0; got det F = 0"),
        (np.diag([1.0, 1.0, -2.0]), "`deformation` must have det F > 0; got det F = -2"),
    ],
)
def test_bad_deformations(deformation, message):
    with pytest.raises(PhysicsError, match=message):
        deformation_gradient(deformation)


@pytest.mark.parametrize("e", [-1.0, -3.0, np.nan, np.inf])
def test_bad_eccentricity_strain(e):
    with pytest.raises(PhysicsError, match="`strain` e must be greater than −1 and finite"):
        eccentricity_squared(e)


def test_principal_stretches_describe_the_ellipsoid(general_strain):
    stretches, axes = principal_stretches(general_strain)
    assert np.all(np.diff(stretches) > 0)
    np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-14)  # orthonormal to rounding
    n = np.random.default_rng(3).normal(size=(50, 3))
    x = (n / np.linalg.norm(n, axis=1, keepdims=True)) @ general_strain.T
    # every point of F·sphere lies on Σ (axis·x/λ)² = 1
    np.testing.assert_allclose((((x @ axes) / stretches) ** 2).sum(axis=1), 1.0, rtol=1e-13)


def test_principal_stretches_of_a_turned_flat_ellipsoid(rotations):
    for q in rotations:
        stretches, _ = principal_stretches(q @ np.diag([1e-9, 1.0, 2.0]) @ q.T)
        # F itself is good to 1e-16 absolutely, so λ = 1e-9 is good to 1e-7 relatively
        np.testing.assert_allclose(stretches, [1e-9, 1.0, 2.0], rtol=1e-6)
