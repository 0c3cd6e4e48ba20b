"""The batched sums beneath the Monte Carlo, against lexsort and einsum."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from rsrg.physics.errors import PhysicsError
from rsrg.physics.haar_mean import haar_mean_moments
from rsrg.physics.interaction import quartic_tensor
from rsrg.physics.lattices import (
    LATTICES,
    covering_radius,
    lattice_points,
    primitive_cell,
    site_cell,
)
from rsrg.physics.readings import READINGS
from rsrg.sums.batch import batch_means, batch_moments
from rsrg.sums.bodies import Bodies, needed_radius
from rsrg.sums.engines import pair_moments
from rsrg.sums.lattice_points import LatticePoints

from .twins import choose_twin, configuration_twin

GENERAL = np.array([[1.2, 0.15, -0.05], [0.02, 0.9, 0.1], [0.07, -0.12, 1.05]])


def four_bodies(deformation, n_blocks) -> Bodies:
    """The four readings, in the order of READINGS."""
    f, one = deformation, np.eye(3)
    place = np.stack([one, f, f, one])
    measure = np.stack([np.linalg.inv(f), f, one, one])
    volume = n_blocks * np.abs(np.linalg.det(measure))
    return Bodies(place, measure, np.cbrt(3 * volume / (4 * np.pi)))


def draws_of(lattice, draws, seed=0):
    rng = np.random.default_rng(seed)
    rotations = Rotation.random(draws, rng=rng).as_matrix()
    return rotations, (rng.random((draws, 3)) - 0.5) @ primitive_cell(lattice)


def points_of(lattice, bodies, largest_offset) -> LatticePoints:
    covering = covering_radius(lattice)
    points = lattice_points(lattice, needed_radius(bodies, covering, largest_offset))
    return LatticePoints(points, site_cell(lattice).T, covering)


def batch(lattice, n_blocks, count, deformation=GENERAL, draws=3, seed=0):
    """The arguments of batch_moments."""
    rotations, offsets = draws_of(lattice, draws, seed)
    bodies = four_bodies(deformation, n_blocks)
    largest = np.linalg.norm(offsets, axis=1).max()
    points = points_of(lattice, bodies, largest)
    return points, rotations, offsets, bodies, n_blocks, count


def near(moments, expected, rtol):
    """Equal relative to Σ 1/r³: single components can cancel to nothing."""
    scale = np.einsum("...aabb->...", quartic_tensor(expected))
    assert np.all(np.abs(moments - expected) <= rtol * scale[..., None])


@pytest.mark.parametrize("engine", ["pairs", "rows"])
@pytest.mark.parametrize("count", ["exact", "volume"])
@pytest.mark.parametrize("n_blocks", [8, 27, 125, 216])
@pytest.mark.parametrize("lattice", LATTICES)
def test_twin(lattice, n_blocks, count, engine):
    arguments = batch(lattice, n_blocks, count)
    _, rotations, offsets, bodies, _, _ = arguments
    # The twin looks at far more points than `needed_radius` asks for.
    generous = lattice_points(lattice, 2.5 * bodies.radius.max() + 3.0)
    n = n_blocks if count == "exact" else None
    expected = [
        [
            configuration_twin(generous, r, u, a, b, radius, n)
            for a, b, radius in zip(bodies.place, bodies.measure, bodies.radius, strict=True)
        ]
        for r, u in zip(rotations, offsets, strict=True)
    ]
    moments = batch_moments(*arguments, engine=engine)
    near(moments, np.array(expected), 1e-13)  # up to 216² terms, twin likewise


@pytest.mark.parametrize("n_blocks", [8, 27, 64, 125, 216])  # by pairs, and by rows
@pytest.mark.parametrize("lattice", LATTICES)
@pytest.mark.parametrize("deformation", [GENERAL, np.diag([4.0, 1.0, 1.0])], ids=["all", "long"])
def test_both_counts_at_once(lattice, n_blocks, deformation):
    """They are the two counts one by one, whichever of the bodies holds more blocks."""
    *batched, bodies, _, _ = batch(lattice, n_blocks, "exact", deformation, draws=12)
    controlled = len(bodies.radius) - 1
    exact, volume, number = batch_means(*batched, bodies, n_blocks, "exact", 1, controlled)
    np.testing.assert_array_equal(exact, batch_moments(*batched, bodies, n_blocks, "exact"))
    expected = batch_moments(*batched, bodies, n_blocks, "volume")[:, :controlled]
    scale = np.abs(expected).max(axis=-1, keepdims=True)
    # n² terms of either sign, in two orders; the largest of them are of the size of the sum
    assert np.all(np.abs(volume - expected) <= 1e-13 * scale)
    lattice, rotations, offsets = batched
    for draw, (rotation, offset) in enumerate(zip(rotations, offsets, strict=True)):
        x = (lattice.points + offset) @ rotation.T
        for case in range(controlled):
            inside = ((x @ bodies.measure[case].T) ** 2).sum(axis=1) <= bodies.radius[case] ** 2
            assert number[draw, case] == inside.sum()
    assert number.min() < n_blocks < number.max()  # or one of the two ways was not taken


@pytest.mark.parametrize("engine", ["pairs", "rows"])
@pytest.mark.parametrize("deformation", [np.diag([3.0, 1.0, 1.0]), np.diag([0.3, 1.0, 1.1])])
def test_extreme_strain(deformation, engine):
    arguments = batch("sc", 64, "exact", deformation, draws=2)
    _, rotations, offsets, bodies, n, _ = arguments
    generous = lattice_points("sc", 16.0)
    moments = batch_moments(*arguments, engine=engine)
    for draw, case in np.ndindex(2, 4):
        a, b, radius = bodies.place[case], bodies.measure[case], bodies.radius[case]
        twin = configuration_twin(generous, rotations[draw], offsets[draw], a, b, radius, n)
        near(moments[draw, case], twin, 1e-13)  # 64² terms


def test_agrees_with_the_direct_sum():
    arguments = batch("sc", 1331, "exact", draws=1)  # more than one tile
    lattice, (r,), (u,), bodies, n, _ = arguments
    points = lattice.points
    b = bodies.measure[0] @ r
    chosen = choose_twin(points, b, b @ u, bodies.radius[0], n)
    expected = pair_moments((points[chosen] + u) @ (bodies.place[0] @ r).T)
    for engine in ("pairs", "rows"):
        moments = batch_moments(*arguments, engine=engine)[0, 0]
        near(moments, expected, 1e-13)  # 1331² terms in another order


@pytest.mark.parametrize("n_blocks", [27, 64, 100])
@pytest.mark.parametrize("lattice", LATTICES)
def test_ties_go_by_index(lattice, n_blocks):
    """No offset: whole shells tie, whatever the rotation makes of their last digits."""
    rotations, _ = draws_of(lattice, 20)
    bodies = four_bodies(np.eye(3), n_blocks)
    known = points_of(lattice, bodies, 0.0)
    out = [
        batch_moments(known, rotations, np.zeros((20, 3)), bodies, n_blocks, "exact", engine)
        for engine in ("pairs", "rows")
    ]
    for r, moments in zip(rotations, np.swapaxes(out, 0, 1), strict=True):
        expected = pair_moments(known.points[:n_blocks] @ r.T)
        near(moments, np.broadcast_to(expected, (2, 4, 15)), 1e-13)  # rotated points are rounded


@pytest.mark.parametrize("lattice", LATTICES)
def test_mean_is_the_exact_haar_mean(lattice):
    """`volume`, many draws: (V/N) ⟨Σ⟩ is the covariogram formula, for every reading."""
    arguments = batch(lattice, 27, "volume", draws=20_000)
    moments = batch_moments(*arguments)
    stderr = moments.std(axis=0) / np.sqrt(len(moments)) / 27
    for case, reading in enumerate(READINGS):
        v = reading.block_volume(np.linalg.det(GENERAL))
        exact = haar_mean_moments(GENERAL, 3, reading, lattice)
        deviation = np.abs(v * moments[:, case].mean(axis=0) / 27 - exact)
        assert np.all(deviation < 5 * v * stderr[case])  # 1e-6 by chance each; the seed is fixed


@pytest.mark.parametrize("n_blocks", [27, 216])  # by pairs, and by rows
def test_means_over_draws(n_blocks):
    """Bitwise the means of the single sums; a chunk does not depend on those beside it."""
    lattice, rotations, offsets, *rest = batch("sc", n_blocks, "exact", draws=24)
    single = batch_means(lattice, rotations, offsets, *rest, 1, 3)
    some = slice(8, 16)
    alone = batch_means(lattice, rotations[some], offsets[some], *rest, 8, 3)
    means = batch_means(lattice, rotations, offsets, *rest, 8, 3)
    for one, eight, middle in zip(single, means, alone, strict=True):
        added = sum(one[draw::8] for draw in range(8))
        np.testing.assert_array_equal(eight, added / 8)
        np.testing.assert_array_equal(eight[1:2], middle)


@pytest.mark.parametrize("n_blocks", [27, 216])  # by pairs, and by rows
def test_how_far_is_looked_at_first(n_blocks, monkeypatch):
    """Where the first points looked at may be too few, all are: nothing changes in the result."""
    arguments = batch("sc", n_blocks, "exact", draws=20)
    expected = batch_moments(*arguments)
    for margin in (0.0, 0.02, 2.0):  # too few nearly always, at times, never
        monkeypatch.setattr("rsrg.sums.batch.NEAR_MARGIN", margin)
        np.testing.assert_array_equal(batch_moments(*arguments), expected)


@pytest.mark.parametrize("n_blocks", [100, 216])  # by pairs, and by rows
@pytest.mark.parametrize("count", ["exact", "volume"])
def test_threads_and_batches(count, n_blocks):
    """Bitwise the same for a part of the batch, and in four threads side by side."""
    arguments = batch("bcc", n_blocks, count, draws=70)
    lattice, rotations, offsets, *rest = arguments
    expected = batch_moments(*arguments)
    some = slice(11, 14)
    part = batch_moments(lattice, rotations[some], offsets[some], *rest)
    np.testing.assert_array_equal(part, expected[some])
    with ThreadPoolExecutor(4) as pool:
        side_by_side = [pool.submit(batch_moments, *arguments) for _ in range(4)]
    for future in side_by_side:
        np.testing.assert_array_equal(future.result(), expected)


@pytest.mark.parametrize("engine", ["pairs", "rows"])
def test_same_body_is_cut_once(engine):
    """Cases that share a body give the same sums, whether one follows the other or not."""
    *front, bodies, n, count = batch("fcc", 130, "exact", draws=5)
    order = np.array([2, 3, 0, 2, 1, 3])  # 2 and 3 cut out the same sphere
    shared = bodies.select(order)
    out = batch_moments(*front, shared, n, count, engine=engine)
    alone = batch_moments(*front, bodies, n, count, engine=engine)
    np.testing.assert_array_equal(out, alone[:, order])


def test_rotation_covariance():
    """Turning draw, cut and place together turns Q."""
    lattice, rotations, offsets, bodies, n, count = batch("sc", 64, "exact")
    t = Rotation.random(rng=8).as_matrix()
    turned = Bodies(t @ bodies.place @ t.T, t @ bodies.measure @ t.T, bodies.radius)
    q = quartic_tensor(batch_moments(lattice, rotations, offsets, bodies, n, count))
    expected = np.einsum("...ijkl,ai,bj,ck,dl->...abcd", q, t, t, t, t, optimize=True)
    found = batch_moments(lattice, t @ rotations, offsets, turned, n, count)
    scale = np.einsum("...aabb->...", q).max()
    # rotated matrices are rounded, and 64² terms
    np.testing.assert_allclose(quartic_tensor(found), expected, rtol=0, atol=1e-13 * scale)


def test_needed_radius():
    """max (radius + covering σ_max)/σ_min + offset, by hand for a diagonal measure."""
    bodies = Bodies(np.eye(3)[None], np.diag([0.5, 1.0, 2.0])[None], np.array([3.0]))
    # rtol: the 1e-9 that guards the edge
    assert needed_radius(bodies, 0.8, 0.25) == pytest.approx(
        (3.0 + 0.8 * 2.0) / 0.5 + 0.25, rel=2e-9
    )


ONE = np.eye(3)[None]
LATTICE, ROTATIONS, OFFSETS, BODIES, *_ = GOOD = batch("sc", 27, "exact")
POINTS = LATTICE.points


def moments_with(**changes):
    """The sums of GOOD with some of its arguments changed."""
    names = ("points", "primitive", "covering_radius")
    lattice = {k: changes.pop(k, getattr(LATTICE, k)) for k in names}
    names = ("rotations", "offsets", "bodies", "n_blocks", "count")
    return batch_moments(
        LatticePoints(**lattice), **(dict(zip(names, GOOD[1:], strict=True)) | changes)
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"count": "some"}, "`count` must be one of exact, volume; got 'some'"),
        ({"n_blocks": 1}, "`n_blocks` must be an integer ≥ 2; got 1"),
        ({"n_blocks": 64}, "`radius` must give the body the volume of 64 blocks; got 27 in case 0"),
        ({"points": POINTS[:30]}, r"`points` must reach \|z\| = .* got"),
        ({"points": POINTS[::-1]}, r"`points` must be ordered by \|z\|"),
        ({"points": POINTS[:, :2]}, r"`points` must have shape \(any, 3\); got"),
        (
            {"primitive": 1.01 * np.eye(3)},
            "`points` must be of the lattice `primitive`; got .* row",
        ),
        ({"primitive": np.zeros((3, 3))}, "`primitive` must be invertible"),
        ({"engine": "fast"}, "`engine` must be one of auto, pairs, rows; got 'fast'"),
        ({"covering_radius": np.nan}, "`covering_radius` must be positive; got nan"),
        ({"rotations": 1.1 * ROTATIONS}, "`rotations` must be orthogonal; got .* in draw 0"),
        ({"rotations": ROTATIONS[0]}, r"`rotations` must have shape \(any, 3, 3\); got \(3, 3\)"),
        ({"offsets": OFFSETS[:1]}, r"`offsets` must have shape \(3, 3\); got \(1, 3\)"),
        ({"offsets": np.full((3, 3), np.inf)}, "`offsets` must be finite; got .*inf"),
    ],
)
def test_bad_batch(changes, message):
    with pytest.raises(PhysicsError, match=message):
        moments_with(**changes)


@pytest.mark.parametrize("draws", [0, 2, 4])
def test_draws_of_a_mean(draws):
    with pytest.raises(
        PhysicsError, match=f"`draws` must divide how many there are, 3; got {draws}"
    ):
        batch_means(*GOOD, draws)


@pytest.mark.parametrize(
    ("place", "measure", "radius", "message"),
    [
        (ONE, ONE, [-1.0], "`radius` must be positive"),
        (ONE, 0 * ONE, [1.0], "`measure` must be invertible; got .* in case 0"),
        (ONE, ONE, [1.0, 1.0], r"`place` must have shape \(2, 3, 3\); got \(1, 3, 3\)"),
        (np.nan * ONE, ONE, [1.0], "`place` must be finite; got"),
    ],
)
def test_bad_bodies(place, measure, radius, message):
    with pytest.raises(PhysicsError, match=message):
        Bodies(place, measure, np.array(radius))
