"""Jitter, packings and samples: what is drawn, and that strain finds no direction in it."""

import numpy as np
import pytest
from scipy.spatial import KDTree
from scipy.stats import kstest
from scipy.stats import t as student_t

from rsrg.ensemble.blocks import CHUNK, Blocks, Jitter, Packing
from rsrg.ensemble.coupling import sampled_coupling_moments
from rsrg.ensemble.draws import draw_chunks
from rsrg.ensemble.harmonics import Harmonics
from rsrg.ensemble.jitter import jittered
from rsrg.ensemble.point_set import PointSet
from rsrg.ensemble.sampling import Sampler, exact_means
from rsrg.ensemble.windows import draw_windows
from rsrg.physics.errors import PhysicsError
from rsrg.physics.interaction import lambda_tilde_from_moments
from rsrg.physics.lattices import lattice_points
from rsrg.physics.readings import READINGS
from rsrg.physics.symmetry import stabilizer_projector
from rsrg.sums.packing import random_sequential_addition

GAUSSIAN = Jitter("gaussian", 0.1, 0.5)
UNIFORM = Jitter("uniform", 0.2, 0.0)
RSA = Packing("rsa", 0.8)
DISK = Packing("poisson_disk", None)


def box(points):
    return PointSet(points, np.cbrt(len(points)) * np.eye(3))


ALL = {
    "hcp": Blocks(2, "hcp"),
    "gaussian": Blocks(2, jitter=GAUSSIAN),
    "uniform": Blocks(2, "fcc", jitter=UNIFORM),
    "rsa": Blocks(2, None, packing=RSA),
    "poisson_disk": Blocks(2, None, packing=DISK),
    "sample": Blocks(
        2, None, sample=box(random_sequential_addition(2000, 0.7, np.random.default_rng(3)))
    ),
}
each_kind = pytest.mark.parametrize("blocks", ALL.values(), ids=ALL.keys())
each_window = pytest.mark.parametrize("blocks", list(ALL.values())[1:], ids=list(ALL)[1:])


def seeds(i=0):
    return np.random.SeedSequence(i)


def test_gaussian_displacements():
    points = lattice_points("sc", 9.0)
    d = jittered(points, Jitter("gaussian", 0.1, 0.0), seeds()) - points
    assert kstest(d.ravel() / 0.1, "norm").pvalue > 1e-4  # one seed: false alarm once in 10⁴
    assert np.abs(d).max() <= 0.5


def test_uniform_displacements_fill_a_ball():
    points = lattice_points("sc", 9.0)
    d = jittered(points, UNIFORM, seeds()) - points
    r = np.linalg.norm(d, axis=1) / 0.2
    assert kstest(r**3, "uniform").pvalue > 1e-4  # once in 10⁴
    assert kstest(d[:, 2] / 0.2 / r, "uniform", args=(-1, 2)).pvalue > 1e-4  # cosine, once in 10⁴


@pytest.mark.parametrize("jitter", [Jitter("gaussian", 0.25, 0.6), Jitter("uniform", 0.6, 0.5)])
def test_jitter_keeps_its_distance_and_redraws_few(jitter):
    points = lattice_points("sc", 5.0)
    moved = jittered(points, jitter, seeds())
    assert KDTree(moved).query(moved, k=2)[0][:, 1].min() >= jitter.min_separation
    free = jittered(points, Jitter(jitter.distribution, jitter.width, 0.0), seeds())
    kept = (moved == free).all(axis=1)
    assert 0.2 < kept.mean() < 1.0  # only offenders are drawn again, and here there are some
    assert np.linalg.norm(moved - points, axis=1).max() <= jitter.reach


def test_impossible_jitter(monkeypatch):
    monkeypatch.setattr("rsrg.ensemble.jitter.ROUNDS", 20)
    with pytest.raises(PhysicsError, match="`min_separation` must be small enough"):
        jittered(lattice_points("sc", 4.0), Jitter("uniform", 0.5, 0.95), seeds())


def test_no_jitter_is_the_lattice(axial):
    """A vanishing width: the numbers of the lattice with the same draws."""
    f = axial[None]
    means = Sampler(Blocks(3), 5, READINGS, f).chunks(1, range(2, 3))
    exact, control = means.moments, means.unstrained
    blocks = Blocks(3, jitter=Jitter("gaussian", 1e-13, 0.5))
    means = Sampler(blocks, 5, READINGS, f).chunks(1, range(2, 3))
    moments, again = means.moments, means.unstrained
    # displacements of 1e-13 and 27² terms; sums are of order 1
    np.testing.assert_allclose(moments, exact, atol=1e-11)
    np.testing.assert_allclose(again, control, atol=1e-11)


@each_window
def test_windows_are_a_pure_function_of_seed_step_and_chunk(blocks):
    rotations, windows = draw_windows(blocks, 4.0, 7, 1, range(2, 3))
    again, same = draw_windows(blocks, 4.0, 7, 1, range(2, 3))
    np.testing.assert_array_equal(rotations, again)
    assert len(windows) == CHUNK
    for a, b in zip(windows, same, strict=True):
        np.testing.assert_array_equal(a, b)
        assert np.linalg.norm(a, axis=1).max() <= 4.0
    for seed, step, chunk in ((8, 1, 2), (7, 2, 2), (7, 1, 3), (7, 2, 1)):
        other = draw_windows(blocks, 4.0, seed, step, range(chunk, chunk + 1))[1]
        assert not np.array_equal(windows[0], other[0])


@each_window
def test_rotations_are_those_of_a_lattice(blocks):
    expected, _ = draw_chunks(Blocks(2), 7, 1, range(2, 3))
    np.testing.assert_array_equal(draw_windows(blocks, 4.0, 7, 1, range(2, 3))[0], expected)
    still = draw_windows(
        Blocks(2, blocks.lattice, "fixed", jitter=blocks.jitter, packing=blocks.packing,
               sample=blocks.sample), 4.0, 7, 1, range(2, 3)
    )[0]  # fmt: skip
    np.testing.assert_array_equal(still, np.broadcast_to(np.eye(3), (CHUNK, 3, 3)))


@each_window
def test_one_block_per_unit_volume(blocks):
    counts = []
    for chunk in range(30):
        counts.append([len(w) for w in draw_windows(blocks, 4.0, 1, 0, range(chunk, chunk + 1))[1]])
    means = np.mean(counts, axis=1) / (4 / 3 * np.pi * 64)
    # chunks are independent; 4 standard errors of thirty, for one sample what it happens to hold
    assert abs(means.mean() - 1) < max(
        4 * means.std() / np.sqrt(30), 0.03 * (blocks.sample is not None)
    )


@each_kind
def test_section_2d_is_zero_for_every_isotropic_ensemble(blocks, general, sample):
    """affine/ellipsoid: exactly zero (PHYSICS §4) for any blocks isotropic before the strain.

    And the control has mean zero but for its isotropic part.
    """
    f, chunks = general[None], 150
    moments, control = sample(blocks, READINGS[2:3], f, chunks)
    anisotropic = np.eye(15) - stabilizer_projector(np.eye(3))
    for values in (moments[0, 0, 0] @ anisotropic, control[0] @ anisotropic):
        error = values.std(axis=0, ddof=1) / np.sqrt(chunks)
        assert np.all(np.abs(values.mean(axis=0)) < 4.5 * error + 1e-14)  # 15 numbers; once in 10⁴


@each_kind
def test_every_reading_has_the_sign_of_its_continuum(blocks, axial, sample):
    """+G, −G, 0 and 0, within the N0 = 2 corrections of a third of G; A is −0.020 there."""
    f = axial[None]
    moments, control = sample(blocks, READINGS, f, 150)
    found = sampled_coupling_moments(moments, control, READINGS, f, blocks.isotropic)
    a = found.coupling(0.7)[0, :, 0, 0, 0]
    error = found.stderr(found.coupling(0.7), found.coupling_replicates(0.7))[0, :, 0, 0, 0]
    assert np.all(error < 2.5e-3)
    for reading, value, e in zip(READINGS, a, error, strict=True):
        assert abs(value - reading.continuum_sign * -0.0125) < 0.005 + 4 * e


def test_windows_of_a_poisson_sample_favour_no_direction():
    """Directions of independent points from a random centre are uniform."""
    sample = box(np.cbrt(4000) * np.random.default_rng(3).random((4000, 3)))
    _, windows = draw_windows(Blocks(2, None, sample=sample), 3.0, 1, 0, range(1))
    offsets = np.concatenate(windows)
    cosine = offsets[:, 0] / np.linalg.norm(offsets, axis=1)
    # windows overlap, so many points count more than once: a fifth as many independent ones
    assert abs((cosine**2).mean() - 1 / 3) < 4 * 0.3 / np.sqrt(len(offsets) / 5)


def test_finite_sample_keeps_to_its_inside():
    points = np.random.default_rng(0).random((6000, 3)) @ np.diag([30.0, 20.0, 10.0])
    sample = PointSet(points, None)
    centers = sample.centers(200, 4.0, np.random.default_rng(1))
    assert np.all(centers > 4.0 - 0.5)
    assert np.all(centers < [26.5, 16.5, 6.5])
    for axis, (low, high) in enumerate([(4, 26), (4, 16), (4, 6)]):
        # the hull is a little smaller than the box: a tenth of a spacing at each wall
        x = (centers[:, axis] - low) / (high - low)
        assert kstest(np.clip(x, 0, 1), "uniform").pvalue > 1e-4  # once in 10⁴
    with pytest.raises(
        PhysicsError, match=r"room for a ball of radius 6 .* seen has radius 4\.[89]"
    ):
        sample.centers(1, 6.0, np.random.default_rng(1))


def test_periodic_box_sees_images():
    cell = np.array([[6.0, 0, 0], [2.0, 6.0, 0], [0, 1.0, 6.0]])
    points = np.random.default_rng(2).random((216, 3)) @ cell
    sample = PointSet(points, cell)
    center = np.array([0.1, -5.0, 30.0])
    images = np.array(
        [(i, j, k) for i in range(-9, 10) for j in range(-9, 10) for k in range(-9, 10)]
    )
    everything = (points[:, None] + images @ cell).reshape(-1, 3) - center
    expected = everything[np.linalg.norm(everything, axis=1) <= 2.5]
    window = sample.window(center, 2.5)
    assert len(window) == len(expected)
    gaps = np.linalg.norm(window[:, None] - expected, axis=2).min(axis=1)
    assert gaps.max() < 1e-12  # coordinates up to 50, rounded
    with pytest.raises(PhysicsError, match="box of 216 blocks must be 7 block sizes wide"):
        sample.centers(1, 3.5, np.random.default_rng(0))


@pytest.mark.long
def test_a_lattice_as_a_sample_has_the_mean_of_the_lattice(axial, sample):
    """A lattice as a periodic sample, windows all over it: the exact mean of `count: volume`."""
    edge = 12
    whole = np.stack(np.meshgrid(*[np.arange(edge)] * 3, indexing="ij"), -1).reshape(-1, 3)
    blocks = Blocks(3, None, count="volume", sample=PointSet(whole + 0.0, edge * np.eye(3)))
    f, readings = axial[None], READINGS[:2]
    moments, control = sample(blocks, readings, f, 600)
    found = sampled_coupling_moments(moments, control, readings, f, True)
    m = found.coupling(0.7)[0]
    error = found.stderr(found.coupling(0.7), found.coupling_replicates(0.7))[0]
    volumes = np.array([r.block_volume(1.2) for r in readings])[:, None, None]
    lattice = exact_means(Blocks(3, count="volume"), readings, f) * volumes
    exact = lambda_tilde_from_moments(lattice, 0.7) / (4 * np.pi)
    assert np.all(np.abs(m - exact) <= 4 * error + 1e-12)


def check_zero(blocks, f, sample, entries, runs, chunks=16):
    """Sec. II D is exactly zero: no bias over many runs, and intervals that cover as they say."""
    moments, control = sample(blocks, READINGS[2:3], f[None], runs * chunks, seed=21)
    harmonics = Harmonics.draw(blocks, [(21, runs * chunks)], 1)
    values, pulls = [], []
    for first in range(0, runs * chunks, chunks):
        part = slice(first, first + chunks)
        known = harmonics and Harmonics(harmonics.lattice, harmonics.means[:, part])
        raw = (moments[..., part, :], control[:, part], READINGS[2:3], f[None])
        found = sampled_coupling_moments(*raw, True, known)
        values.append(entries(found.coupling(0.7)[0, 0, 0]))
        pulls.append(values[-1] / entries(found.coupling_stderr(0.7)[0, 0, 0]))
    values, pulls = np.array(values), np.abs(pulls)
    error = values.std(axis=0, ddof=1) / np.sqrt(runs)
    assert np.all(np.abs(values.mean(axis=0)) < 4.5 * error)  # six numbers: once in 10⁴
    for width in (1.0, 2.0):  # Student's t of the groups, binomial error of the runs
        share = 2.0 * student_t.cdf(width, chunks - 1) - 1.0
        allowed = 4.5 * np.sqrt(share * (1 - share) / runs)
        assert np.all(np.abs((pulls < width).mean(axis=0) - share) < allowed)


def test_jitter_is_unbiased_and_honest(axial, sample, entries):
    check_zero(ALL["gaussian"], axial, sample, entries, 20)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["hcp", "gaussian", "uniform", "rsa", "poisson_disk"])
def test_every_kind_is_unbiased_and_honest_over_200_seeds(kind, axial, sample, entries):
    check_zero(ALL[kind], axial, sample, entries, 200)


def test_a_finite_sample_gives_the_ball_inside_its_hull():
    points = np.random.default_rng(0).random((4000, 3)) * 10.0
    inside = PointSet(points, None).largest_ball()
    radius = np.linalg.norm(inside, axis=1).max()
    assert 4.5 < radius <= 5.1  # of a cube of edge 10, about the mean of its points
    assert len(inside) == pytest.approx(4.0 * 4.0 / 3.0 * np.pi * radius**3, rel=0.1)


def test_the_largest_ball_in_a_skew_box():
    """Half the smallest height about the middle of the cell; images of all blocks are tried."""
    cell = np.array([[9.0, 0.0, 0.0], [4.0, 8.0, 0.0], [1.0, 2.0, 7.0]])
    points = np.random.default_rng(1).random((504, 3)) @ cell
    radius = 0.5 * min(1.0 / np.linalg.norm(row) for row in np.linalg.inv(cell).T)
    shifts = (np.array(list(np.ndindex(3, 3, 3))) - 1) @ cell
    images = (points[:, None] + shifts - cell.sum(axis=0) / 2.0).reshape(-1, 3)
    expected = images[np.linalg.norm(images, axis=1) <= radius]
    inside = PointSet(points, cell).largest_ball()
    order, other = np.lexsort(inside.T), np.lexsort(expected.T)
    np.testing.assert_allclose(inside[order], expected[other], rtol=0, atol=1e-13)  # of box sizes
