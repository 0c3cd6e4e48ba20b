"""The sampled coupling against the exact orientation average, and the honesty of its errors."""

import numpy as np
import pytest

from rsrg.ensemble import coupling
from rsrg.ensemble.blocks import Blocks
from rsrg.ensemble.coupling import exact_coupling_moments, sampled_coupling_moments
from rsrg.ensemble.sampling import Sampler, exact_means
from rsrg.ensemble.statistics import Groups
from rsrg.physics.haar_mean import exact_coupling
from rsrg.physics.lattices import LATTICES
from rsrg.physics.pairs import weighted
from rsrg.physics.readings import READINGS

ALPHA = 0.7
PLAIN = np.triu_indices(6)


def exact_m(blocks, readings, deformations):
    means = exact_means(blocks, readings, deformations)[None]
    return exact_coupling_moments(means, readings, deformations).coupling(ALPHA)[0]


def estimate(moments, control, readings, deformations, isotropic=True, harmonics=None):
    """Mean of M over the steps, (readings, strains, 6, 6), and its standard error."""
    raw = (moments, control, readings, deformations)
    found = sampled_coupling_moments(*raw, isotropic, harmonics)
    mean = found.coupling(ALPHA).mean(axis=0)
    return mean, found.stderr(mean, found.coupling_replicates(ALPHA).mean(axis=1))


@pytest.mark.parametrize("lattice", LATTICES)
@pytest.mark.parametrize("reading", READINGS, ids=str)
def test_exact_means_are_the_exact_coupling(reading, lattice, general):
    m = exact_m(Blocks(2, lattice, count="volume"), [reading], general[None])[0, 0]
    expected = exact_coupling(general, ALPHA, 2, reading.positions, reading.domain, lattice)
    np.testing.assert_allclose(m, expected, rtol=1e-13, atol=1e-15)  # a division by V and back


@pytest.mark.parametrize(("n0", "chunks"), [(2, 1500), (3, 500), (4, 200)])
def test_monte_carlo_mean_is_the_haar_mean(n0, chunks, axial, general, sample):
    blocks, deformations = Blocks(n0, count="volume"), np.array([axial, general])
    m, stderr = estimate(*sample(blocks, READINGS, deformations, chunks), READINGS, deformations)
    exact = exact_m(blocks, READINGS, deformations)
    # fixed/sphere is the control itself: nothing is left but rounding.
    axial_gap = np.abs(m - exact)[:, 0]
    assert np.all(axial_gap <= 4 * stderr[:, 0] + 1e-12)
    # the general F has up to 21 components in each reading: 5 errors of 64 groups, once in 10⁵ each
    assert np.all(np.abs(m - exact) <= 5 * stderr + 1e-12)
    assert np.mean(np.abs(m - exact) <= 2 * stderr + 1e-12) > 0.8  # 95%, strongly correlated
    resolved = np.abs(exact[:2]).max(axis=(-2, -1)) / stderr[:2].max(axis=(-2, -1))
    assert np.all(resolved > 10)  # or the line above would say little


def test_bcc_and_fcc(axial, sample):
    for lattice in ("bcc", "fcc"):
        blocks = Blocks(2, lattice, count="volume")
        m, stderr = estimate(*sample(blocks, READINGS[:2], axial[None], 400), READINGS[:2],
                             axial[None])  # fmt: skip
        assert np.all(np.abs(m - exact_m(blocks, READINGS[:2], axial[None])) <= 4 * stderr + 1e-12)


@pytest.mark.parametrize("count", ["exact", "volume"])
def test_section_2d_taken_literally_is_zero(count, general, sample):
    """affine/ellipsoid: exactly zero on average at every strain, whatever the count."""
    reading = [READINGS[2]]
    m, stderr = estimate(*sample(Blocks(3, count=count), reading, general[None], 300), reading,
                         general[None])  # fmt: skip
    assert np.all(np.abs(m) <= 4 * stderr)
    assert np.all(stderr[..., PLAIN[0], PLAIN[1]] < 3e-3)  # G is 2e-2: zero, not merely noisy


def test_without_haar_nothing_is_projected(axial, sample):
    """A fixed cubic lattice has a cubic part of about −0.25 in A (PHYSICS §4): it must stay."""
    blocks = Blocks(4, orientation="fixed", count="volume")
    moments, control = sample(blocks, READINGS[:1], axial[None], 60)
    m, _ = estimate(moments, control, READINGS[:1], axial[None], isotropic=blocks.isotropic)
    assert m[0, 0, 0, 0] == pytest.approx(-0.25, abs=0.05)  # "about", and 1/N0 corrections


def test_raw_moments_are_per_block_and_the_control_is_the_sphere(axial):
    """The reading fixed/sphere is the control, draw by draw."""
    sampler = Sampler(Blocks(3), 1, (READINGS[3],), np.array([axial]))
    means = sampler.chunks(2, range(5, 6))
    moments, control = means.moments, means.unstrained
    np.testing.assert_array_equal(moments[:, 0, 0], control)


@pytest.mark.parametrize("step", [0, 3])
def test_readings_and_strains_share_draws(step, axial, general):
    """Bit for bit the same numbers, whatever else is asked for beside them."""
    both = Sampler(Blocks(2), 1, READINGS, np.array([axial, general])).chunks(step, range(3, 6))
    alone = Sampler(Blocks(2), 1, READINGS[1:2], np.array([general])).chunks(step, range(4, 5))
    np.testing.assert_array_equal(alone.moments[0, 0, 0], both.moments[1, 1, 1])


def test_no_strain_no_noise(sample):
    """At e = 0 every reading is the isotropic sphere: Λ̃ does not see it, M = 0 without error."""
    f = np.eye(3)[None]
    m, stderr = estimate(*sample(Blocks(3), READINGS, f, 8), READINGS, f)
    np.testing.assert_allclose(m, 0.0, atol=1e-14)  # rounding of sums of order 1
    np.testing.assert_allclose(stderr, 0.0, atol=1e-14)


def test_axial_strain_leaves_a_transversely_isotropic_m(axial, sample):
    m, _ = estimate(*sample(Blocks(3), READINGS, axial[None], 8), READINGS, axial[None])
    # M_yyyy − M_yyzz = 2 M_yzyz, and y ↔ z; a few roundings of entries of order 0.1
    np.testing.assert_allclose(m[..., 3, 3] - m[..., 3, 5], 2 * m[..., 4, 4], atol=1e-15)
    np.testing.assert_allclose(m[..., 3, 3], m[..., 5, 5], atol=1e-15)
    np.testing.assert_allclose(m[..., 1, 1], m[..., 2, 2], atol=1e-15)
    vanish = [(0, 1), (0, 2), (0, 4), (1, 2), (1, 3), (1, 4), (1, 5), (2, 4), (3, 4), (4, 5)]
    rows, columns = np.array(vanish).T
    np.testing.assert_allclose(m[..., rows, columns], 0.0, atol=1e-15)
    np.testing.assert_allclose(m, np.swapaxes(m, -1, -2), atol=1e-16)


def test_replicates_share_the_symmetry(axial, sample):
    moments, control = sample(Blocks(2), READINGS[:1], axial[None], 8)
    found = sampled_coupling_moments(moments, control, READINGS[:1], axial[None], True)
    r = found.coupling_replicates(ALPHA)
    np.testing.assert_allclose(r[..., 3, 3] - r[..., 3, 5], 2 * r[..., 4, 4], atol=1e-15)


def test_control_variate_pays(axial, sample, monkeypatch):
    """The variance of M at e = 0.2 falls at least threefold; in fact by 4 to 60."""
    data = sample(Blocks(3), READINGS[:2], axial[None], 200)
    _, with_control = estimate(*data, READINGS[:2], axial[None])
    monkeypatch.setattr(coupling, "_without_control", lambda sampled, *_: sampled)
    _, plain = estimate(*data, READINGS[:2], axial[None])
    diagonal = np.arange(6)
    gain = (plain / with_control)[..., diagonal, diagonal] ** 2
    assert np.all(gain > 3.0)


def pulls(moments, control, readings, deformations, exact, entries, chunks, steps):
    """(estimate − exact)/stderr of A…F for each independent set of chunks, (sets, ..., 6)."""
    found = []
    for first in range(0, moments.shape[3] - chunks * steps + 1, chunks * steps):
        part = slice(first, first + chunks * steps)
        m = moments[0, ..., part, :].reshape(*moments.shape[1:3], steps, chunks, 15)
        m = np.moveaxis(m, 2, 0)
        u = control[0, part].reshape(steps, chunks, 15)
        mean, stderr = estimate(m, u, readings, deformations)
        found.append((entries(mean) - entries(exact)) / entries(stderr))
    return np.array(found)


def pulls_of(chunks, steps, deformation, sample, entries, runs=200):
    blocks, deformations = Blocks(2, count="volume"), deformation[None]
    readings = READINGS[:2]
    data = sample(blocks, readings, deformations, runs * chunks * steps, seed=chunks)
    exact = exact_m(blocks, readings, deformations)
    found = pulls(*data, readings, deformations, exact, entries, chunks, steps)
    assert len(found) == runs
    return found


def check_variance(p, groups):
    """Pulls have mean zero and the variance of Student's t with g − 1 degrees of freedom.

    It is v = (g − 1)/(g − 3), with an excess kurtosis of κ = 6/(g − 5): from n pulls v is known to
    v √((2 + κ)/n).
    """
    v, n = (groups - 1) / (groups - 3), len(p)
    error = v * np.sqrt((2 + 6 / (groups - 5)) / n)
    assert (p**2).mean(axis=0).max() < v + 4 * error
    assert (p**2).mean(axis=0).min() > v - 4 * error
    assert np.all(np.abs(p.mean(axis=0)) < 4 * np.sqrt(v / n))


@pytest.mark.parametrize("chunks", [8, 16, 32])
def test_error_bars_are_honest(chunks, axial, sample, entries):
    """A…F of 200 independent runs of one step: the harder, the fewer chunks there are."""
    check_variance(pulls_of(chunks, 1, axial, sample, entries), chunks)


def test_error_bars_are_honest_without_symmetry(general, sample, entries):
    """Five components of the control, not two, have to be fitted."""
    check_variance(pulls_of(32, 1, general, sample, entries), 32)


@pytest.mark.long
@pytest.mark.parametrize("strain", ["axial", "general"])
def test_error_bars_are_honest_in_a_usual_run(strain, sample, entries, request):
    """512 draws in each of 12 steps, the default."""
    p = pulls_of(32, 12, request.getfixturevalue(strain), sample, entries)
    check_variance(p, 32)


@pytest.mark.parametrize("steps", [5, 12])
def test_error_bars_of_few_groups(steps, axial, sample, entries):
    """Four groups: the variance of t hardly converges, so its median |t|, 0.765, is asked for.

    From n = 200 pulls it is known to 1/(2 f √n), f = 0.51 the density of |t| there: 0.069.
    """
    medians = np.median(np.abs(pulls_of(4, steps, axial, sample, entries)), axis=0)
    assert medians.max() < 0.765 + 4 * 0.069
    assert medians.min() > 0.765 - 4 * 0.069


def test_smallest_run_has_an_error_bar(axial, sample, entries):
    """Two chunks in one step: fitting must not eat the noise that the error is measured from."""
    blocks = Blocks(2, count="volume")
    _, stderr = estimate(*sample(blocks, READINGS[:2], axial[None], 2), READINGS[:2], axial[None])
    _, known = estimate(*sample(blocks, READINGS[:2], axial[None], 400), READINGS[:2], axial[None])
    # from two values s/√2 is off by an unlucky factor of 100 once in 100/0.8 trials
    assert np.all(entries(stderr) > entries(known) * np.sqrt(200) / 1000)


def test_unbiased(axial, general, sample, entries):
    """The mean over 150 runs of 16 chunks agrees with the exact mean: the fit does not bias."""
    blocks, deformations = Blocks(2, count="volume"), np.array([axial, general])
    readings = READINGS[:2]
    moments, control = sample(blocks, readings, deformations, 150 * 16, seed=11)
    exact = exact_m(blocks, readings, deformations)
    runs = []
    for first in range(0, 150 * 16, 16):
        part = slice(first, first + 16)
        m, _ = estimate(moments[..., part, :], control[:, part], readings, deformations)
        runs.append(entries(m) - entries(exact))
    runs = np.array(runs)
    stderr = runs.std(axis=0, ddof=1) / np.sqrt(len(runs))
    assert np.all(np.abs(runs.mean(axis=0)) < 4 * stderr)  # 24 numbers: 4 standard errors


def test_eigenvalue_errors_are_honest(axial, sample):
    """A derived number: the lowest eigenvalue of M under `tensor`, 32 groups, 200 runs."""
    blocks, reading = Blocks(2, count="volume"), READINGS[:1]
    moments, control = sample(blocks, reading, axial[None], 200 * 32, seed=2)

    def lowest(m):
        return np.linalg.eigvalsh(weighted(m, "tensor"))[..., 0]

    exact = lowest(exact_m(blocks, reading, axial[None]))[0, 0]
    found = []
    for first in range(0, 200 * 32, 32):
        part = slice(first, first + 32)
        c = sampled_coupling_moments(
            moments[..., part, :], control[:, part], reading, axial[None], True
        )
        full, left = lowest(c.coupling(ALPHA)), lowest(c.coupling_replicates(ALPHA))
        found.append(((full - exact) / c.stderr(full, left))[0, 0, 0])
    found = np.array(found)
    # t with 31 degrees of freedom: variance 1.07; from 200 pulls known to √(2.2/200) = 10.5%
    assert 1.07 * (1 - 4 * 0.105) < (found**2).mean() < 1.07 * (1 + 4 * 0.105)
    assert abs(found.mean()) < 4 * found.std() / np.sqrt(200)


def test_exact_moments_have_no_error(axial):
    means = exact_means(Blocks(2, count="volume"), READINGS, axial[None])[None]
    found = exact_coupling_moments(means, READINGS, axial[None])
    m = found.coupling(ALPHA)
    assert not found.stderr(m, found.coupling_replicates(ALPHA)).any()


GROUPS = Groups.from_chunk_count(70)  # 64 groups of one chunk or two


def correlated(rng, components):
    """Samples, (5, 70, 15), that follow a control, (5, 70, components), and noise."""
    control = rng.standard_normal((5, 70, components)) * 10.0 ** -np.arange(components)
    follow = rng.standard_normal((components, 15)) * 10.0 ** np.arange(components)[:, None]
    return control @ follow + 0.1 * rng.standard_normal((5, 70, 15)), control


def test_each_group_has_the_least_squares_of_the_others():
    sampled, control = correlated(np.random.default_rng(2), 3)
    beta = coupling._regressions(sampled, control, GROUPS)
    group = np.repeat(np.arange(64), GROUPS.sizes.astype(int))
    for g in (0, 5, 6, 63):
        x, y = (v[:, group != g].reshape(-1, v.shape[-1]) for v in (control, sampled))
        expected = np.linalg.lstsq(x - x.mean(axis=0), y - y.mean(axis=0), rcond=None)[0]
        assert beta[g] == pytest.approx(expected, rel=1e-8, abs=1e-8)


def test_controls_that_say_the_same_are_one():
    sampled, control = correlated(np.random.default_rng(3), 2)
    once = coupling._without_control(sampled, [control], GROUPS)
    twice = coupling._without_control(
        sampled, [np.concatenate((control, 3.0 * control), -1)], GROUPS
    )
    assert twice == pytest.approx(once, rel=1e-5, abs=1e-5)


def test_a_control_that_varies_in_one_group_alone_changes_nothing_there():
    sampled, control = correlated(np.random.default_rng(4), 1)
    rare = np.zeros_like(control)
    rare[0, 40] = 1.0
    once = coupling._without_control(sampled, [control], GROUPS)
    both = coupling._without_control(sampled, [np.concatenate((control, rare), -1)], GROUPS)
    assert both[:, 40] == pytest.approx(once[:, 40], rel=1e-8)
