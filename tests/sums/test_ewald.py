"""The split pair sums, against the direct sum and against sums written out.

| limit or symmetry | test |
|---|---|
| tolerance met: bodies, strain, jitter, hard spheres | test_tolerance, test_tolerance_at_1e5 |
| few points, lines, planes, clusters, lattices | test_odd_sets |
| the splitting must not matter | test_reach_does_not_matter |
| beyond the reach the smooth part is r⁻³ | test_smooth_part_is_all_beyond_the_reach |
| origin, order of points | test_translation, test_permutation |
| r → λ r gives λ⁻³ | test_scaling |
| rotates as a rank-4 tensor | test_rotation |
| each half by brute force | test_short_twin, test_smooth_twin |
| threads | test_threads |
| cost N log N, memory as foretold | test_cost, test_memory |
"""

import dataclasses

import numpy as np
import pytest
from numpy.polynomial.polynomial import polyval
from scipy.integrate import quad
from scipy.spatial import KDTree
from scipy.spatial.distance import pdist
from scipy.spatial.transform import Rotation
from scipy.special import spherical_jn

from rsrg.physics.interaction import QUARTICS, quartic_moments, quartic_tensor
from rsrg.sums.engines import pair_moments
from rsrg.sums.ewald.ewald import (
    MIN_POINTS,
    choose_plan,
    ewald_moments,
    moments_by_plan,
)
from rsrg.sums.ewald.modes import mode_grid, smooth_sums
from rsrg.sums.ewald.short_range import TERMS, short_sums
from rsrg.sums.ewald.splitting import Splitting
from rsrg.sums.threads import ordered_map

from .point_sets import SETS, cube, hard_spheres


def parts(moments):
    """Trace, and the l = 2 and 4 parts as a tensor."""
    q, d = quartic_tensor(moments), np.eye(3)
    trace = np.einsum("aabb->", q)
    deltas = sum(np.einsum(f"{p}->abcd", d, d) for p in ("ab,cd", "ac,bd", "ad,bc"))
    return trace, q - trace / 15 * deltas


def distances(points):
    """Of all pairs of few points; of many, of neighbours only, which makes (Σ r⁻⁶)^½ smaller."""
    if len(points) <= 6000:
        return pdist(points)
    tree = KDTree(points)
    i, j = tree.query_pairs(1.5, output_type="ndarray").T
    return np.linalg.norm(points[i] - points[j], axis=1)


def errors(found, expected, points):
    """Errors of the trace and of the rest, in the two measures that `tolerance` bounds."""
    (trace, rest), (true_trace, true_rest) = parts(found), parts(expected)
    scale = max(np.linalg.norm(true_rest), np.sqrt(2 * np.sum(distances(points) ** -6.0)))
    return abs(trace / true_trace - 1), np.linalg.norm(rest - true_rest) / scale


@pytest.mark.parametrize("tolerance", [1e-4, 1e-7, 1e-9, 1e-11])
@pytest.mark.parametrize("name", SETS)
def test_tolerance(name, tolerance):
    points = SETS[name](10_000)
    assert (
        max(errors(ewald_moments(points, tolerance), pair_moments(points, engine="direct"), points))
        < tolerance
    )


@pytest.mark.long
@pytest.mark.parametrize("name", SETS)
def test_tolerance_at_1e5(name):
    points = SETS[name](100_000)
    expected = pair_moments(points, engine="direct")
    for digits in range(4, 12):
        found = ewald_moments(points, 10.0**-digits)
        assert max(errors(found, expected, points)) < 10.0**-digits


def grid_points(n):
    return np.stack(np.meshgrid(*[np.arange(float(n))] * 3), axis=-1).reshape(-1, 3)


ODD = {
    "fewest points": cube(MIN_POINTS),
    "fewest, in a plane": cube(MIN_POINTS) * [4.0, 0.0, 4.0],
    "fewest, in two heaps": cube(MIN_POINTS) + np.arange(MIN_POINTS)[:, None] % 2 * 50.0,
    "on a line": np.arange(2000.0)[:, None] * [0.0, 0.0, 1.0],
    "on a diagonal": np.arange(2000.0)[:, None] * [1.0, 1.0, 1.0],
    "in a plane": cube(3000) * [0.0, 4.0, 4.0],
    "two clusters": np.vstack([cube(1500), cube(1500, seed=1) + np.array([1000.0, 0.0, 0.0])]),
    "a wide range": np.random.default_rng(5).normal(size=(3000, 3)) ** 3,
    "a lattice": grid_points(15),
    "a hollow box": grid_points(16)[np.abs(grid_points(16) - 7.5).max(axis=1) > 6],
    "far from the origin": cube(2000) + 2.0**20,
}


@pytest.mark.parametrize("tolerance", [1e-4, 1e-8])
@pytest.mark.parametrize("name", ODD)
def test_odd_sets(name, tolerance):
    points = ODD[name]
    assert (
        max(errors(ewald_moments(points, tolerance), pair_moments(points, engine="direct"), points))
        < tolerance
    )


@pytest.mark.parametrize("factor", [0.7, 1.4])
def test_reach_does_not_matter(factor):
    points, tolerance = hard_spheres(3000), 1e-9
    how = choose_plan(points, tolerance)
    reach = factor * how.reach
    period = how.period + 2.0 * (reach - how.reach)
    modes = int(how.cutoff * period / (2.0 * np.pi * reach))
    edge = how.edge + reach - how.reach
    other = dataclasses.replace(how, reach=reach, edge=edge, period=period, modes=modes)
    found = moments_by_plan(points, other)
    # each within tolerance of the truth
    assert max(errors(found, moments_by_plan(points, how), points)) < 2 * tolerance


@pytest.mark.parametrize("c", [18.0, 26.0, 37.0])
def test_smooth_part_is_all_beyond_the_reach(c):
    r = np.linspace(1.0, 3.0, 50)
    left = Splitting(c).smooth(r) * np.stack([r**3, r**5, r**7]) - 1.0
    # the window ends abruptly at c; each derivative in the harmonics multiplies what that leaves
    assert np.all(np.abs(left).max(axis=1) < np.exp(-c) * c ** np.array([2.0, 3.5, 5.0]))


@pytest.mark.parametrize("r", [0.03, 0.4, 0.99])
def test_smooth_part_by_quadrature(r):
    """(1/2π²) ∫ ŝ_l(k) k² j_l(kr) dk by an adaptive rule, ŝ_l the transforms of the docstring."""
    splitting = Splitting(20.0)

    def transform(order, k):
        w2, w4 = splitting.window(np.array([k]))
        tail = quad(lambda q: splitting.window(np.array([q]))[0][0] / q, k, 20.0, epsrel=1e-11)[0]
        return {0: 4 * np.pi * tail, 2: 4 * np.pi / 3 * w2[0], 4: 8 * np.pi / 15 * w4[0]}[order]

    for row, order in enumerate((0, 2, 4)):

        def integrand(k, order=order):
            return transform(order, k) * k * k * spherical_jn(order, k * r)

        integral = quad(integrand, 0, 20, epsrel=1e-9)[0]
        found = splitting.smooth(np.array([r]))[row, 0] * r**order
        assert found == pytest.approx(
            integral / (2 * np.pi**2), rel=1e-7
        )  # quad, r⁴ cancels digits


@pytest.mark.parametrize("c", [17.0, 26.0, 37.5])
def test_polynomials(c):
    """TERMS are enough for every cutoff that a tolerance asks for, to rounding."""
    r = np.linspace(0.01, 1.0, 200)
    exact = Splitting(c).smooth(r)
    fitted = np.stack([polyval(2 * r * r - 1, p) for p in Splitting(c).polynomials(TERMS)])
    assert np.all(np.abs(fitted - exact) < 1e-12 * np.abs(exact).max(axis=1)[:, None])


def test_short_twin():
    points, polynomials = cube(400) / 4.0, Splitting(24.0).polynomials(TERMS)
    i, j = np.triu_indices(len(points), 1)
    d = points[j] - points[i]
    r = np.linalg.norm(d, axis=1)
    d, r = d[r <= 1.0], r[r <= 1.0]
    w0, w2, w4 = (
        r ** -(3.0 + order) - polyval(2 * r * r - 1, p)
        for order, p in zip((0, 2, 4), polynomials, strict=True)
    )
    quartic = np.einsum("s,sa,sb,sc,sd->abcd", w4, d, d, d, d, optimize=True)
    quadratic = np.einsum("s,sa,sb->ab", w2, d, d)[np.triu_indices(3)]
    expected = np.concatenate([quartic_moments(quartic), quadratic, [w0.sum()]])
    # many thousand terms in another order, each a difference of two
    np.testing.assert_allclose(
        short_sums(points, polynomials), expected, rtol=0, atol=1e-12 * w0.sum()
    )


@pytest.mark.parametrize("stretch", [[1.0, 1.0, 1.0], [1.0, 0.0, 0.3]])
def test_smooth_twin(stretch):
    points, modes, period = np.random.default_rng(7).random((60, 3)) * stretch, 9, 2.6
    table = np.random.default_rng(8).normal(size=(3, modes**2 + 1))
    k = grid_points(2 * modes + 1) - modes
    k = k[np.sum(k * k, axis=1) <= modes**2]
    power = np.abs(np.exp(-2j * np.pi / period * k @ points.T).sum(axis=1)) ** 2
    t0, t2, t4 = table[:, np.sum(k * k, axis=1).astype(int)]
    quartic = [np.sum(t4 * power * np.prod(k[:, q], axis=1)) for q in np.array(QUARTICS)]
    quadratic = [
        np.sum(t2 * power * k[:, a] * k[:, b]) for a, b in np.argwhere(np.triu(np.ones((3, 3))))
    ]
    expected = np.array([*quartic, *quadratic, np.sum(t0 * power)])
    grid = mode_grid(np.ptp(points, axis=0), period, modes, 1e-11)
    scale = np.sum(np.abs(t4) * power * np.sum(k * k, axis=1) ** 2)
    # the tolerance asked of the spreading
    np.testing.assert_allclose(
        smooth_sums(points, grid, table), expected, rtol=0, atol=1e-11 * scale
    )


def near(found, expected, points, tolerance):
    """Each within tolerance of the truth, so within twice of each other."""
    assert max(errors(found, expected, points)) < 2 * tolerance


def test_translation():
    points = hard_spheres(3000)
    expected = ewald_moments(points, 1e-9)
    near(ewald_moments(points + np.array([30.0, -7.0, 1.0]), 1e-9), expected, points, 1e-9)


def test_permutation():
    points = hard_spheres(3000)
    shuffled = np.random.default_rng(1).permutation(points)
    near(ewald_moments(shuffled, 1e-9), ewald_moments(points, 1e-9), points, 1e-9)


@pytest.mark.parametrize("factor", [2.0**-40, 8.0, 2.0**40])
def test_scaling(factor):
    """Powers of two change no digit: no length of the set's own units is built in."""
    points = cube(3000)
    expected = ewald_moments(points, 1e-6) / factor**3
    np.testing.assert_allclose(ewald_moments(factor * points, 1e-6), expected, rtol=1e-15)


def test_rotation():
    points, r = hard_spheres(3000), Rotation.random(rng=3).as_matrix()
    q = quartic_tensor(ewald_moments(points, 1e-9))
    turned = quartic_moments(np.einsum("ijkl,ai,bj,ck,dl->abcd", q, r, r, r, r, optimize=True))
    near(ewald_moments(points @ r.T, 1e-9), turned, points, 1e-9)


def test_threads(processors):
    points = cube(30_000)
    results = []
    for threads in (1, 2, 5):
        processors(threads)
        results.append(ewald_moments(points, 1e-6))
    for result in results:
        np.testing.assert_array_equal(result, results[0])


def test_ordered_map(processors):
    for threads in (1, 3):
        processors(threads)
        assert list(ordered_map(lambda i: i * i, range(50))) == [i * i for i in range(50)]
        with pytest.raises(ZeroDivisionError):
            list(ordered_map(lambda i: 1 // (i - 20), range(50)))
