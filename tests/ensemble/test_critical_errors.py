"""Errors of critical strains: a Gaussian toy curve whose zero is known; coverage of intervals."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import t as student_t

from rsrg.ensemble.blocks import Blocks
from rsrg.ensemble.coupling import exact_coupling_moments, sampled_coupling_moments
from rsrg.ensemble.critical import SampledPath, sampled_critical_strains
from rsrg.ensemble.harmonics import Harmonics
from rsrg.ensemble.sampling import Sampler, exact_means
from rsrg.ensemble.statistics import Groups
from rsrg.physics.channels import Channels, strain_channels
from rsrg.physics.elastic import inverse_elastic_susceptibility
from rsrg.physics.readings import Reading
from rsrg.physics.strain import strain_direction

STRAINS = np.linspace(0.0, 1.0, 9)
NAMES = ("a", "b", "c", "d", "e", "f")


def runs_of(noise, runs, chunks=64, seed=0):
    """f(e) = 1 − 2e with normal noise in level and slope, as a mean over chunks; zero at ½."""
    rng = np.random.default_rng(seed)
    groups = Groups.from_chunk_count(chunks)
    for _ in range(runs):
        level, slope = noise * rng.normal(size=(2, chunks, 1))
        values = 1.0 - 2.0 * STRAINS + level + slope * STRAINS
        others = [np.full_like(values, 50.0 + 10.0 * k) for k in range(5)]
        curves = np.stack([values, *others], axis=-1)
        paths = curves[..., None] * np.eye(6)
        (found,) = sampled_critical_strains(sampled_path(paths, groups))
        yield found


def sampled_path(paths, groups):
    """paths: χ⁻¹ of each chunk, (chunks, strains, 6, 6)."""
    mean, replicates = paths.mean(axis=0), groups.leave_one_out(paths)
    names = Channels(NAMES, np.eye(6))
    return SampledPath(STRAINS, mean, replicates, groups, mean[0], "six", names)


def test_the_failing_eigenvector_is_found_between_strains():
    """xx turns towards yy as e grows, tan φ = e,."""

    def inverse_chi(e):
        v = np.array([1.0, 0.0, 0.0, e, 0.0, 0.0]) / np.hypot(1.0, e)
        return np.diag([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]) - 7.0 * e * np.outer(v, v)

    groups = Groups.from_chunk_count(4)
    paths = np.array([[inverse_chi(e) for e in STRAINS]] * 4)
    (found,) = sampled_critical_strains(sampled_path(paths, groups))
    root = brentq(lambda e: np.linalg.eigvalsh(inverse_chi(e))[0], 0.0, 0.5)
    softest = np.linalg.eigh(inverse_chi(root)).eigenvectors[:, 0]
    # a spline through smooth curves at 9 strains: h⁴/384 of the fourth derivative
    assert found.strain == pytest.approx(root, abs=1e-4)
    expected = softest / softest[np.abs(softest).argmax()]
    np.testing.assert_allclose(found.components, expected, atol=2e-3)
    assert (found.channel, found.sampling) == ("a", 0.0)
    assert abs(found.strain - root) <= found.stderr


def test_known_error():
    """δe = δf/2 at e = ½: noise √(1 + ¼)/2 of a chunk, over √64."""
    found = list(runs_of(0.2, 50))
    known = 0.2 * np.sqrt(1.25) / 2 / 8
    for errors in ([f.sampling for f in found], [f.bootstrap for f in found]):
        # an error bar of 64 groups is known to 9%, and there are fifty
        assert np.mean(errors) == pytest.approx(known, rel=4 * 0.09 / np.sqrt(50) + 0.02)
    assert all(f.stderr >= f.sampling for f in found)


@pytest.fixture(scope="module")
def many():
    return list(runs_of(0.2, 250, seed=1))


@pytest.mark.parametrize("kind", ["sampling", "bootstrap"])
def test_intervals_cover(kind, many):
    """68% and 95% intervals hold ½ that often, by Student's t with 63 degrees of freedom."""
    pulls = np.array([(f.strain - 0.5) / getattr(f, kind) for f in many])
    for width in (1.0, 2.0):
        share = 2 * student_t.cdf(width, 63) - 1
        # binomial error of 250 runs; a bootstrap of 1000 adds its 2% of the width
        allowed = 4 * np.sqrt(share * (1 - share) / 250) + 0.02
        assert (np.abs(pulls) < width).mean() == pytest.approx(share, abs=allowed)


def lattice_critical_strains(runs, chunks=64):
    """The lowest critical strain of a glass of cubes, N0 = 2, over many seeds; and the exact one.

    α = 0.7, fixed/ellipsoid, 18 steps that share their draws; straight from chunk means.
    """
    blocks, strains = Blocks(2, count="volume"), np.linspace(0.0, 0.6, 7)
    deformations = np.eye(3) + strains[:, None, None] * np.diag([1.0, 0.0, 0.0])
    channels = strain_channels(strain_direction("xx"))
    readings = (Reading("fixed", "ellipsoid"),)

    def zeros(couplings):
        groups = couplings.groups or Groups.from_chunk_count(2)
        start = inverse_elastic_susceptibility(0.7, "tensor")
        mean = start + 18 * couplings.coupling(0.7)[0, 0]
        left = start + 18 * couplings.coupling_replicates(0.7)[:, 0, 0]
        left = left if couplings.groups else np.array([mean, mean])
        path = SampledPath(strains, mean, left, groups, start, "tensor", channels)
        return sampled_critical_strains(path)[0]

    exact = exact_means(blocks, readings, deformations)[None]
    rows = []
    for seed in range(runs):
        sampler = Sampler(blocks, seed, readings, deformations)
        some = sampler.chunks(0, range(chunks))
        moments, control = np.moveaxis(some.moments, 0, 2)[None], some.unstrained[None]
        harmonics = Harmonics.draw(blocks, [(seed, chunks)], 1)
        rows.append(
            zeros(
                sampled_coupling_moments(moments, control, readings, deformations, True, harmonics)
            )
        )
    return rows, zeros(exact_coupling_moments(exact, readings, deformations)).strain


def check_lattice(runs):
    rows, exact = lattice_critical_strains(runs)
    strains = np.array([f.strain for f in rows])
    error = strains.std(ddof=1) / np.sqrt(runs)
    assert abs(strains.mean() - exact) < 4 * error  # unbiased: both on the same grid of strains
    for kind in ("sampling", "bootstrap"):
        pulls = np.abs([(f.strain - exact) / getattr(f, kind) for f in rows])
        for width in (1.0, 2.0):  # Student's t of 64 groups, binomial error, 2% of the bootstrap
            share = 2 * student_t.cdf(width, 63) - 1
            allowed = 4 * np.sqrt(share * (1 - share) / runs) + 0.02
            assert (pulls < width).mean() == pytest.approx(share, abs=allowed)


def test_critical_strain_of_a_lattice_against_the_exact_one():
    check_lattice(12)


@pytest.mark.long
def test_critical_strain_of_a_lattice_over_200_seeds():
    check_lattice(200)
