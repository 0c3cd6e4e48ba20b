"""Draws: a pure function of (seed, step, chunk), and what they are drawn from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from rsrg.ensemble.blocks import CHUNK, Blocks
from rsrg.ensemble.cases import offset_reach
from rsrg.ensemble.draws import draw_chunks
from rsrg.physics.lattices import LATTICES, primitive_cell

BLOCKS = Blocks(3)
WHERE = st.tuples(st.integers(0, 2**63 - 1), st.integers(0, 9999), st.integers(0, 10**6))


def draw_chunk(blocks, seed, step, chunk):
    return draw_chunks(blocks, seed, step, range(chunk, chunk + 1))


def many(blocks=BLOCKS, chunks=600):
    return draw_chunks(blocks, 5, 0, range(chunks))


def test_a_chunk_among_others_is_the_same():
    """Bit for bit: which chunks are drawn in one call does not matter."""
    for of_all, alone in zip(many(chunks=5), draw_chunk(BLOCKS, 5, 0, 3), strict=True):
        np.testing.assert_array_equal(of_all[3 * CHUNK : 4 * CHUNK], alone)


def test_a_chunk_is_sixteen_draws():
    assert CHUNK == 16  # part of what a seed means
    rotations, offsets = draw_chunk(BLOCKS, 0, 0, 0)
    assert rotations.shape == (16, 3, 3)
    assert offsets.shape == (16, 3)


def test_the_draws_of_a_seed_never_change():
    """Numbers of a run of long ago must be had again: the first draw of seed 20160213."""
    rotations, offsets = draw_chunk(BLOCKS, 20160213, 0, 0)
    rng = np.random.default_rng(np.random.SeedSequence((20160213, 0, 0)))
    x, y, z, w = rng.standard_normal((16, 4))[0]
    offset = rng.random((16, 3))[0] - 0.5
    norm = x * x + y * y + z * z + w * w
    assert rotations[0, 2, 2] == pytest.approx((w * w + z * z - x * x - y * y) / norm, abs=1e-15)
    np.testing.assert_array_equal(offsets[0], offset)


@given(WHERE)
def test_pure(where):
    for a, b in zip(draw_chunk(BLOCKS, *where), draw_chunk(BLOCKS, *where), strict=True):
        np.testing.assert_array_equal(a, b)


@given(WHERE, st.integers(0, 2), st.integers(1, 1000))
def test_seed_step_and_chunk_all_matter(where, which, by):
    other = list(where)
    other[which] += by
    for a, b in zip(draw_chunk(BLOCKS, *where), draw_chunk(BLOCKS, *other), strict=True):
        assert not np.any(a == b)


def test_step_and_chunk_are_not_exchangeable():
    assert not np.any(draw_chunk(BLOCKS, 7, 1, 2)[0] == draw_chunk(BLOCKS, 7, 2, 1)[0])


@given(WHERE)
def test_rotations(where):
    rotations, _ = draw_chunk(BLOCKS, *where)
    gram = rotations @ np.swapaxes(rotations, 1, 2)
    np.testing.assert_allclose(gram, np.broadcast_to(np.eye(3), gram.shape), atol=1e-14)  # rounding
    np.testing.assert_allclose(np.linalg.det(rotations), 1.0, atol=1e-14)


@pytest.mark.parametrize(("i", "j"), [(2, 2), (0, 0), (0, 1), (2, 0)])
def test_haar_elements_are_uniform(i, j):
    rotations, _ = many()
    uniform = kstest(rotations[:, i, j], "uniform", args=(-1.0, 2.0))
    assert uniform.pvalue > 1e-4  # one seed: false alarm once in 10⁴


def test_haar_cubic_harmonic_vanishes():
    rotations, _ = many()
    k4 = (rotations[:, 0] ** 4).sum(axis=1) - 0.6
    assert abs(k4.mean()) < 4 * k4.std() / np.sqrt(len(k4))  # 4 standard errors


def test_haar_angle_density():
    """The angle of a Haar rotation has density (1 − cos θ)/π: not that of, say, Euler angles."""
    rotations, _ = many()
    cosine = np.clip((np.trace(rotations, axis1=1, axis2=2) - 1) / 2, -1, 1)
    theta = np.arccos(cosine)
    assert kstest(theta, lambda t: (t - np.sin(t)) / np.pi).pvalue > 1e-4  # once in 10⁴


@pytest.mark.parametrize("lattice", LATTICES)
def test_offsets_are_uniform_in_the_primitive_cell(lattice):
    blocks = Blocks(3, lattice)
    _, offsets = many(blocks)
    u = offsets @ np.linalg.inv(primitive_cell(lattice))
    assert np.all(np.abs(u) <= 0.5 + 1e-12)  # rounding of the inverse
    for axis in range(3):
        assert kstest(u[:, axis], "uniform", args=(-0.5, 1.0)).pvalue > 1e-4  # once in 10⁴
    correlation = np.corrcoef(u.T) - np.eye(3)
    assert np.abs(correlation).max() < 4 / np.sqrt(len(u))  # 4 standard errors
    assert np.linalg.norm(offsets, axis=1).max() <= offset_reach(blocks)


def test_offsets_and_rotations_are_independent():
    rotations, offsets = many()
    r = np.corrcoef(rotations[:, 2, 2] ** 2, (offsets**2).sum(axis=1))[0, 1]
    assert abs(r) < 4 / np.sqrt(len(offsets))  # 4 standard errors


def test_fixed_orientation():
    rotations, offsets = draw_chunk(Blocks(3, orientation="fixed"), 1, 2, 3)
    np.testing.assert_array_equal(rotations, np.broadcast_to(np.eye(3), (16, 3, 3)))
    np.testing.assert_array_equal(offsets, draw_chunk(BLOCKS, 1, 2, 3)[1])  # the same draw


def test_no_offset():
    blocks = Blocks(3, offset="none")
    rotations, offsets = draw_chunk(blocks, 1, 2, 3)
    assert not offsets.any()
    assert offset_reach(blocks) == 0.0
    np.testing.assert_array_equal(rotations, draw_chunk(BLOCKS, 1, 2, 3)[0])  # the same draw


def test_only_haar_is_isotropic():
    assert Blocks(3).isotropic
    assert Blocks(3, offset="none").isotropic
    assert not Blocks(3, orientation="fixed").isotropic
