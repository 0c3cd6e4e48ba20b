"""Zeros of eigenvalues that are known at a few strains alone: interpolated, with an error."""

import numpy as np
import pytest

from rsrg.physics.channels import Channels, strain_channels
from rsrg.physics.criticality import (
    crossings,
    interpolated_crossings,
    interpolation_error,
)
from rsrg.physics.elastic import inverse_elastic_susceptibility
from rsrg.physics.haar_mean import exact_coupling
from rsrg.physics.pairs import pair_weights, weighted
from rsrg.physics.strain import strain_direction

CURVES = {  # name: curve, its zero in (0, 1)
    "line": (lambda e: 0.437 - e, 0.437),
    "parabola": (lambda e: 0.3**2 - e**2, 0.3),
    "exponential": (lambda e: np.exp(-3 * e) - 0.2, np.log(5) / 3),
    "logarithm": (lambda e: 1.0 - 3 * np.log1p(e), np.exp(1 / 3) - 1),
    "cosine": (lambda e: np.cos(2 * e), np.pi / 4),
    "hyperbola": (lambda e: 1 / (1 + 4 * e) - 0.3, 7 / 12),
}


NAMES = Channels(("a", "b", "c", "d", "e", "f"), np.eye(6))


def zeros(strains, values):
    """The zeros of a curve that is one of the eigenvalues; the others stay far away."""
    path = np.array([np.diag([value, 50.0, 60.0, 70.0, 80.0, 90.0]) for value in values])
    found = interpolated_crossings(strains, path, path[0], "six", NAMES)
    assert {crossing.channel for crossing in found} <= {"a"}
    return [crossing.strain for crossing in found]


@pytest.mark.parametrize("count", [2, 3, 4, 5, 8, 13, 31])
@pytest.mark.parametrize("curve", CURVES)
def test_interpolation_error_covers_the_true_error(curve, count):
    function, root = CURVES[curve]
    strains = np.linspace(0.0, 1.0, count)
    (zero,) = zeros(strains, function(strains))
    # rounding of the spline, and of the root, to 1e-12
    assert abs(zero - root) <= interpolation_error(strains, function(strains), zero) + 2e-12


def test_errors_fall_fast_with_more_samples():
    function, root = CURVES["exponential"]
    errors = []
    for count in (9, 17, 33):
        strains = np.linspace(0.0, 1.0, count)
        errors.append(abs(zeros(strains, function(strains))[0] - root))
    assert errors[2] < errors[0] / 50  # fourth order: 4⁴ = 256, less luck with the place


@pytest.mark.parametrize("count", [2, 3])
def test_few_points_make_straight_lines(count):
    strains = np.linspace(0.0, 1.0, count)
    values = np.array([1.0, 0.25, -0.25])[[0, 2]] if count == 2 else np.array([1.0, 0.25, -0.25])
    (zero,) = zeros(strains, values)
    np.testing.assert_allclose(zero, 0.8 if count == 2 else 0.75, rtol=2e-12)  # XTOL
    assert interpolation_error(strains, values, zero) >= 0.25  # half an interval at least


def test_strongly_bent_curve_on_two_points():
    """The zero is anywhere in the interval, so the error must reach its far end."""
    strains, values = np.array([0.0, 1.0]), np.array([1.0, -0.01])
    (zero,) = zeros(strains, values)
    root = np.log(101) / 20  # of (1 + δ)exp(−20e) − δ, δ = 0.01: zero at ln(101)/20 = 0.23
    assert abs(zero - root) <= interpolation_error(strains, values, zero)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 9])
def test_no_crossing_no_result(count):
    strains = np.linspace(0.0, 1.0, count)
    assert zeros(strains, 1.0 + strains) == []
    assert zeros(strains, -1.0 - strains) == []


def test_zero_on_a_sample_is_found_once():
    strains = np.linspace(0.0, 1.0, 5)
    np.testing.assert_allclose(zeros(strains, 0.5 - strains), [0.5], rtol=2e-12)
    np.testing.assert_allclose(zeros(strains[:3], 0.25 - strains[:3]), [0.25], rtol=4e-12)


def test_two_zeros_are_both_found():
    strains = np.linspace(0.0, 1.0, 11)
    found = zeros(strains, (strains - 0.23) * (strains - 0.78))
    # a cubic spline holds a parabola exactly
    np.testing.assert_allclose(found, [0.23, 0.78], rtol=5e-12)


@pytest.mark.parametrize("amplitude", [2.0, 5.0, 10.0, 40.0])
@pytest.mark.parametrize("reading", [("fixed", "ellipsoid"), ("affine", "sphere")])
@pytest.mark.parametrize("spacing", [0.4, 0.2, 0.1, 0.05])
def test_where_eigenvalues_avoid_each_other_between_strains(spacing, reading, amplitude):
    """A glass that fails in the first intervals: its lowest eigenvalue bends within one.

    The error covers it; and it is small, as the components of χ⁻¹ are smooth.
    """
    strains = np.arange(0.0, 2.0 + 0.5 * spacing, spacing)
    start = inverse_elastic_susceptibility(0.7, "tensor") / amplitude
    positions, domain = reading

    def inverse_chi(e):
        return start + 12 * exact_coupling(e, 0.7, 2, positions, domain)

    path = np.array([inverse_chi(e) for e in strains])
    channels = strain_channels(strain_direction("xx"))
    first = interpolated_crossings(strains, path, start, "tensor", channels)[0]
    near = np.linspace(max(0.0, first.strain - 0.1), first.strain + 0.1, 11)
    expected = min(
        (c.strain for c in crossings(inverse_chi, near, "tensor", channels, start)),
        key=lambda e: abs(e - first.strain),
    )
    v = np.array(first.components) * pair_weights("tensor")
    curve = np.einsum("i,eij,j->e", v, weighted(path, "tensor"), v)
    error = interpolation_error(strains, curve, first.strain)
    assert abs(first.strain - expected) <= error + 1e-9  # rounding, and the mean's own 1e-9
    assert error < 0.08 * spacing
