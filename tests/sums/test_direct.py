"""The direct pair sum.

| limit or symmetry | test |
|---|---|
| two blocks, by hand | test_two_blocks |
| Eq. by einsum over all ordered pairs | test_twin |
| order of blocks, origin | test_permutation, test_translation |
| r → λ r gives λ⁻³ | test_scaling |
| rotates as a rank-4 tensor | test_rotation |
| rounding | test_rounding |
| threads | test_threads |
"""

import math
import subprocess
import sys

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from rsrg.physics.errors import PhysicsError
from rsrg.physics.interaction import QUARTIC_NAMES, QUARTICS, quartic_moments, quartic_tensor
from rsrg.sums.direct import PARTS_FROM
from rsrg.sums.engines import MAX_COORDINATE, pair_moments

from .twins import pair_moments_twin


def cloud(n: int, seed: int = 0) -> np.ndarray:
    """n random points, one per unit volume."""
    return np.random.default_rng(seed).random((n, 3)) * n ** (1 / 3)


def near(moments, expected, rtol):
    """Equal relative to Σ 1/r³: single components can cancel to nothing."""
    scale = np.einsum("...aabb->...", quartic_tensor(expected))
    np.testing.assert_allclose(moments, expected, rtol=0, atol=rtol * scale)


def test_two_blocks():
    # d = (1, 2, 2), r = 3: n = d/3, two ordered pairs, 2 d_a d_b d_c d_d / 3⁷
    d = {"x": 1.0, "y": 2.0, "z": 2.0}
    expected = [2 * math.prod(d[a] for a in name) / 3**7 for name in QUARTIC_NAMES]
    moments = pair_moments([[5, 5, 5], [6, 7, 7]])
    np.testing.assert_allclose(moments, expected, rtol=1e-15)  # a few roundings of one term


def test_neighbours_on_a_line():
    moments = pair_moments([[0, 0, 0], [0, 0, 1], [0, 0, 2]])
    expected = np.zeros(15)
    expected[QUARTIC_NAMES.index("zzzz")] = 2 * (1 + 1 + 1 / 8)
    np.testing.assert_allclose(moments, expected, rtol=1e-15, atol=1e-80)  # padding: FAR⁻³ = 1e-90


# Odd and even, below and above one vector, one tile (1024), and the parallel path.
@pytest.mark.parametrize("n", [2, 3, 4, 5, 7, 8, 9, 16, 17, 64, 511, 512, 513, 1024, 1031, 1040])
def test_twin(n):
    points = cloud(n, seed=n)
    near(pair_moments(points), pair_moments_twin(points), 1e-13)  # twin: n² terms in random order


@pytest.mark.parametrize("n", [50, 1500])
def test_permutation(n):
    points = cloud(n)
    shuffled = np.random.default_rng(1).permutation(points)
    near(pair_moments(shuffled), pair_moments(points), 1e-13)  # n² terms in another order


def test_translation():
    points = np.round(cloud(300) * 2**20) / 2**20  # so that the shift is exact
    moved = points + np.array([64.0, -32.0, 8.0])
    np.testing.assert_array_equal(pair_moments(moved), pair_moments(points))  # same differences


@pytest.mark.parametrize("factor", [0.25, 3.0, 1e3, 1e-9])
def test_scaling(factor):
    points = cloud(200)
    near(pair_moments(factor * points) * factor**3, pair_moments(points), 1e-13)  # λx is rounded


def test_rotation():
    points, r = cloud(400), Rotation.random(rng=3).as_matrix()
    q = quartic_tensor(pair_moments(points))
    turned = quartic_moments(np.einsum("ijkl,ai,bj,ck,dl->abcd", q, r, r, r, r, optimize=True))
    near(pair_moments(points @ r.T), turned, 1e-13)  # rotated points are rounded


def test_rounding():
    points = cloud(3000).astype(np.longdouble)
    terms = np.zeros((15, len(points)), dtype=np.longdouble)
    for s in range(1, len(points)):
        d = points[s] - points[:s]
        r7 = np.sum(d * d, axis=1) ** np.longdouble(3.5)
        for k, (a, b, c, e) in enumerate(QUARTICS):
            terms[k, s] = np.sum(d[:, a] * d[:, b] * d[:, c] * d[:, e] / r7)
    exact = [2.0 * math.fsum(row) for row in terms]
    near(pair_moments(points), np.array(exact), 1e-13)  # 4.5 million terms of 1e-16 each, random


@pytest.mark.parametrize("n", [100, PARTS_FROM, 2500])
def test_threads(n, processors):
    points = cloud(n)
    results = []
    for threads in (1, 2, 3, 16):
        processors(threads)
        results.append(pair_moments(points))
    for result in results:
        np.testing.assert_array_equal(result, results[0])


def test_any_layout():
    points = cloud(40)
    expected = pair_moments(points)
    np.testing.assert_array_equal(pair_moments(np.asfortranarray(points)), expected)
    np.testing.assert_array_equal(pair_moments(np.repeat(points, 2, axis=0)[::2]), expected)
    np.testing.assert_array_equal(pair_moments(points.tolist()), expected)
    whole = [[0, 0, 0], [1, 0, 0], [0, 3, 1]]
    np.testing.assert_array_equal(pair_moments(whole), pair_moments(np.array(whole, dtype=float)))


def test_input_is_left_alone():
    points = cloud(40)
    kept = points.copy()
    pair_moments(points)
    np.testing.assert_array_equal(points, kept)


BAD = cloud(20)
BAD[7, 1] = np.nan
BAD[9, 0] = np.inf


@pytest.mark.parametrize(
    ("positions", "message"),
    [
        (np.zeros(3), r"`positions` must be \(n, 3\) with n ≥ 2; got shape \(3,\)"),
        (np.zeros((1, 3)), r"`positions` must be \(n, 3\) with n ≥ 2; got shape \(1, 3\)"),
        (np.zeros((4, 2)), r"`positions` must be .* got shape \(4, 2\)"),
        ([[0, 0, 0], [1, 2]], "`positions` must be .* got a ragged sequence"),
        (np.zeros((4, 3), dtype=complex), "`positions` must be real numbers; got dtype complex128"),
        (BAD, r"`positions` must be finite .* got \[.*nan.*\] in row 7"),
        (
            [[0, 0, 0], [0, 2 * MAX_COORDINATE, 0]],
            "`positions` must be finite and at most .* in row 1",
        ),
    ],
)
def test_bad_positions(positions, message):
    with pytest.raises(PhysicsError, match=message):
        pair_moments(positions)


@pytest.mark.parametrize("n", [2, 60, 1500])
def test_coincident_points(n):
    points = cloud(n)
    points[n // 2] = points[0]
    with pytest.raises(PhysicsError, match=rf"must be distinct .* points 0 and {n // 2} both at"):
        pair_moments(points)


def test_unknown_engine():
    with pytest.raises(
        PhysicsError, match="`engine` must be one of auto, direct, lattice, ewald; got 'fast'"
    ):
        pair_moments(cloud(5), engine="fast")


def test_import_compiles_nothing():
    code = (
        "import rsrg.sums.engines, rsrg.sums.batch\n"
        "from rsrg.sums.kernels import lane_configurations, pairs\n"
        "assert not pairs.add_tile_parts.signatures\n"
        "assert not lane_configurations.lane_configurations.signatures"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
