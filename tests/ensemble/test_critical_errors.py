"""Errors of critical strains: a Gaussian toy curve whose zero is known; coverage of intervals."""

import numpy as np
import pytest
from scipy.stats import t as student_t

from rsrg.ensemble.critical import sampled_critical_strains
from rsrg.ensemble.statistics import Groups

STRAINS = np.linspace(0.0, 1.0, 9)
NAMES = ("a", "b", "c", "d", "e", "f")


def runs_of(noise, runs, chunks=64, seed=0):
    """f(e) = 1 − 2e with normal noise in level and slope, as a mean over chunks; zero at ½."""
    rng = np.random.default_rng(seed)
    groups = Groups.of(chunks)
    for _ in range(runs):
        level, slope = noise * rng.normal(size=(2, chunks, 1))
        values = 1.0 - 2.0 * STRAINS + level + slope * STRAINS
        curves = np.stack([values] + [np.ones_like(values)] * 5, axis=-1)
        full = curves.mean(axis=0)
        (found,) = sampled_critical_strains(
            STRAINS, full, groups.leave_one_out(curves), groups, NAMES
        )
        yield found


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
