"""Shared by the ensemble tests: strains, entries of M, and samples of chunks."""

from collections import namedtuple

import numpy as np
import pytest

from rsrg.ensemble.sampling import Sampler

AXIAL = np.diag([1.2, 1.0, 1.0])
GENERAL = np.array([[1.10, 0.30, 0.05], [-0.10, 0.90, 0.20], [0.15, 0.02, 1.30]])


@pytest.fixture
def axial():
    """The paper's e_xx = 0.2."""
    return AXIAL


@pytest.fixture
def general():
    """A deformation without any symmetry: three unequal stretches, turned out of the axes."""
    return GENERAL


@pytest.fixture
def entries():
    """The independent components A…F of (4.2)'s pattern, (..., 6)."""
    rows, columns = np.array([(0, 0), (0, 3), (1, 1), (3, 3), (3, 5), (4, 4)]).T
    return lambda m: m[..., rows, columns]


@pytest.fixture
def sample():
    """Raw chunk means as `sampled_coupling_moments` takes them: (moments, control)."""

    def draw(*arguments, **options):
        return draw_means(*arguments, **options)[:2]

    return draw


@pytest.fixture
def sample_means():
    """All raw chunk means of a run, the chunk axis in its place."""
    return draw_means


Arrays = namedtuple("Arrays", ("moments", "unstrained", "volume", "number"))


def draw_means(blocks, readings, deformations, chunks, steps=1, seed=0):
    sampler = Sampler(blocks, seed, tuple(readings), np.asarray(deformations))
    rows = [sampler.chunks(n, range(chunks)) for n in range(steps)]
    whole = [np.array([getattr(m, f) for m in rows]) for f in Arrays._fields]
    cases = [None if a.dtype == object else np.moveaxis(a, 1, 3) for a in (whole[0], *whole[2:])]
    return Arrays(cases[0], whole[1], *cases[1:])
