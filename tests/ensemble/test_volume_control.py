"""The body of fixed volume, whose exact mean is known, as a control of the body of N0³ blocks."""

import numpy as np
import pytest
from scipy.stats import t as student_t

from rsrg.ensemble.blocks import Blocks, Jitter, Packing
from rsrg.ensemble.coupling import Volume, plain_coupling_moments, sampled_coupling_moments
from rsrg.ensemble.harmonics import Harmonics
from rsrg.ensemble.sampling import ELONGATION, Sampler, control_means, exact_means
from rsrg.physics.lattices import LATTICES
from rsrg.physics.readings import READINGS

ALPHA = 0.7
LONG = np.diag([3.0, 1.0, 1.0])


def controls(blocks, readings, deformations, means):
    known = control_means(blocks, readings, deformations)
    return Volume(means.volume, means.number, known)


def part_of(means, harmonics, volume, part):
    """A run of some of the chunks: what `sampled_coupling_moments` takes."""
    some = Volume(volume.moments[..., part, :], volume.number[..., part], volume.mean)
    drawn = Harmonics(harmonics.lattice, harmonics.means[:, part])
    return (means.moments[..., part, :], means.unstrained[:, part]), drawn, some


def test_volume_is_the_sample_of_count_volume(axial, general, sample_means):
    f = np.array([axial, general])
    means = sample_means(Blocks(3), READINGS, f, 5)
    other = sample_means(Blocks(3, count="volume"), READINGS, f, 5)
    # 27² terms in another order
    np.testing.assert_allclose(means.volume, other.moments, rtol=1e-12, atol=1e-12)
    assert np.abs(means.volume - means.moments).max() > 0.01  # or they are no other bodies
    assert other.volume is None  # it would be the sample itself


@pytest.mark.parametrize(
    "blocks",
    [
        Blocks(2, orientation="fixed"),
        Blocks(2, offset="none"),
        Blocks(2, jitter=Jitter("uniform", 0.1, 0.5)),
        Blocks(2, None, packing=Packing("rsa", 0.8)),
        Blocks(2, count="volume"),
    ],
    ids=["fixed", "centred", "jitter", "packing", "volume"],
)
def test_none_where_its_mean_is_not_known_or_it_is_the_sample(blocks, axial):
    means = Sampler(blocks, 1, READINGS[:1], axial[None]).chunks(0, range(1))
    assert means.volume is None
    assert means.number is None


@pytest.mark.parametrize("lattice", LATTICES)
def test_mean_of_the_controls_is_zero(lattice, general, sample_means):
    """3 readings, 21 and 1 numbers each: 5 standard errors."""
    blocks, f = Blocks(2, lattice), np.array([general, LONG])
    volume = controls(blocks, READINGS, f, sample_means(blocks, READINGS, f, 500))
    for r in range(len(READINGS)):
        for e in range(len(f)):
            c = volume.controls(r, e, np.eye(15))[0]
            error = c.std(axis=0, ddof=1) / np.sqrt(len(c))
            assert c.shape == (500, 16)
            assert np.all(np.abs(c.mean(axis=0)) < 5 * error)


def test_control_means_are_the_exact_means(general):
    blocks, f = Blocks(4), np.array([general, LONG])
    exact = exact_means(blocks, READINGS, f)
    # asked for to 1e-6 of the largest moment
    scale = np.abs(exact).max(axis=-1, keepdims=True)
    assert np.all(np.abs(control_means(blocks, READINGS, f) - exact) <= 1e-6 * scale)


def test_no_control_where_the_mean_would_take_long(axial, sample_means):
    n0 = 4
    f = np.array([axial, np.diag([1.01 * ELONGATION / n0, 1.0, 1.0])])
    known = control_means(Blocks(n0), READINGS[:1], f)
    assert np.isfinite(known[:, 0]).all()
    assert np.isnan(known[:, 1]).all()
    means = sample_means(Blocks(2), READINGS[:1], f[:1], 8)
    volume = Volume(means.volume, means.number, np.full((1, 1, 15), np.nan))
    raw = (means.moments, means.unstrained, READINGS[:1], f[:1], True)
    without, as_none = sampled_coupling_moments(*raw, None, volume), sampled_coupling_moments(*raw)
    np.testing.assert_array_equal(without.mean, as_none.mean)


def test_not_used_where_chunks_lack_it(axial, sample_means):
    """As in files of earlier versions: whole or not at all, for each reading and strain."""
    f = np.array([axial, LONG])
    blocks, readings = Blocks(2), READINGS[:2]
    means = sample_means(blocks, readings, f, 16)
    means.volume[0, 1, 0, 3] = np.nan
    volume = controls(blocks, readings, f, means)
    assert volume.known.tolist() == [[True, True], [False, True]]


def check_runs(blocks, f, sample_means, entries, chunks, runs, seed):
    """Many short runs: no bias beside the estimator without it, and intervals that cover."""
    readings, deformations = READINGS[:2], f[None]
    means = sample_means(blocks, readings, deformations, runs * chunks, seed=seed)
    harmonics = Harmonics.draw(blocks, [(seed, runs * chunks)], 1)
    volume = controls(blocks, readings, deformations, means)
    found, errors, without = [], [], []
    for first in range(0, runs * chunks, chunks):
        raw, h, v = part_of(means, harmonics, volume, slice(first, first + chunks))
        c = sampled_coupling_moments(*raw, readings, deformations, True, h, v)
        found.append(entries(c.coupling(ALPHA)[0]))
        errors.append(entries(c.coupling_stderr(ALPHA)[0]))
        plain = plain_coupling_moments(raw[0], readings, deformations)
        without.append(entries(plain.coupling(ALPHA)[0]))
    found, errors, without = map(np.array, (found, errors, without))
    gap = found - without
    error = gap.std(axis=0, ddof=1) / np.sqrt(runs)
    assert np.all(np.abs(gap.mean(axis=0)) < 4.5 * error)  # 12 numbers: once in 10⁴
    # The mean of all runs stands for the truth: known √runs times better than one of them
    pulls = (found - found.mean(axis=0)) / errors
    for width in (1.0, 2.0):
        share = 2.0 * student_t.cdf(width, chunks - 1) - 1.0
        inside = (np.abs(pulls) < width).mean(axis=0)
        assert np.all(np.abs(inside - share) < 4.5 * np.sqrt(share * (1 - share) / runs))


@pytest.mark.parametrize("strain", ["small", "large"])
def test_unbiased_and_honest(strain, axial, sample_means, entries):
    f = {"small": axial, "large": LONG}[strain]
    check_runs(Blocks(2), f, sample_means, entries, 32, 100, 5)


@pytest.mark.long
@pytest.mark.parametrize("lattice", LATTICES)
@pytest.mark.parametrize("n0", [2, 3, 4])
@pytest.mark.parametrize("strain", ["axial", "general", "large"])
def test_unbiased_and_honest_for_every_lattice(lattice, n0, strain, sample_means, entries, request):
    """Over 200 seeds; 64 chunks, as the general strain has 21 controls."""
    f = LONG if strain == "large" else request.getfixturevalue(strain)
    check_runs(Blocks(n0, lattice), f, sample_means, entries, 64, 200, 8)


def test_pays_where_harmonics_do_not(axial, sample_means, entries):
    """affine/sphere at N0 = 4. Measured at e = 2: 21 to 180; at e = 0.2: 1.3 to 2.3."""
    blocks, f, reading = Blocks(4), np.array([axial, LONG]), READINGS[1:2]
    means = sample_means(blocks, reading, f, 100)
    harmonics = Harmonics.draw(blocks, [(0, 100)], 1)
    volume = controls(blocks, reading, f, means)
    raw = (means.moments, means.unstrained, reading, f, True, harmonics)
    with_it = sampled_coupling_moments(*raw, volume).coupling_stderr(ALPHA)[0, 0]
    without = sampled_coupling_moments(*raw).coupling_stderr(ALPHA)[0, 0]
    gain = entries(without / with_it) ** 2  # each error is known to 9%: a ratio² to 25%
    assert gain[1].max() > 50
    assert gain[1].min() > 8
    assert gain[0].max() > 1.4
