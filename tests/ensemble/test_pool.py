"""Pools of unequal blocks: the annealed flow where nothing is random, and known distributions."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import t as student_t

from rsrg.ensemble.blocks import CHUNK, Blocks, Jitter, Packing
from rsrg.ensemble.initial import InitialLaw, initial_pool
from rsrg.ensemble.point_set import PointSet
from rsrg.ensemble.pool import PoolStep, limit_runaway
from rsrg.ensemble.pool_statistics import scatter
from rsrg.ensemble.sampling import Sampler
from rsrg.ensemble.subpools import POOL_UNIT, SUBPOOLS
from rsrg.ensemble.windows import draw_windows
from rsrg.physics.elastic import elastic_susceptibility
from rsrg.physics.interaction import lambda_tilde_from_moments
from rsrg.physics.quenched import pair_interaction
from rsrg.physics.readings import READINGS, Reading
from rsrg.physics.recursion import RUNAWAY, flow
from rsrg.sums import weighted_blocks
from rsrg.sums.harmonic import harmonic_blocks
from rsrg.sums.packing import random_sequential_addition
from rsrg.sums.window_batch import window_moments, window_reach

ALPHAS = np.array([0.4, 0.7])
STRAINS = np.array([0.0, 0.15, 0.3])
NOTHING_RANDOM = Blocks(2, orientation="fixed", offset="none")
SCATTERED = random_sequential_addition(3000, 0.7, np.random.default_rng(3))
PACKINGS = {
    "jitter": Blocks(2, jitter=Jitter("gaussian", 0.1, 0.5)),
    "rsa": Blocks(3, None, packing=Packing("rsa", 0.8)),
    "poisson_disk": Blocks(2, None, packing=Packing("poisson_disk", None)),
    "positions": Blocks(2, None, sample=PointSet(SCATTERED, np.cbrt(3000) * np.eye(3))),
}
each_packing = pytest.mark.parametrize("blocks", PACKINGS.values(), ids=PACKINGS.keys())


def step_of(blocks, update="resummed", contraction="tensor", size=POOL_UNIT, readings=READINGS):
    f = np.eye(3) + STRAINS[:, None, None] * np.diag([1.0, 0.0, -0.2])
    sampler = Sampler(blocks, 7, tuple(readings), f)
    return PoolStep(sampler, update, contraction, ALPHAS, size)


def start_of(step, law=InitialLaw()):  # noqa: B008
    first = np.stack([initial_pool(law, a, step.size, 1) for a in ALPHAS])
    return np.broadcast_to(first[:, None, None], step.shape).copy()


def grown(step, chi, n, chunks=None):
    """The next pool, or its first few chunks."""
    count = chunks or step.size // CHUNK
    return np.concatenate([grown_chunk(step, chi, n, c)[0] for c in range(count)], axis=3)


def grown_chunk(step, chi, n, chunk):
    return step.coarse_grain(chi[:, :, :, step.subpool(chunk)], n, range(chunk, chunk + 1))


@pytest.mark.parametrize("update", ["resummed", "second_order"])
@pytest.mark.parametrize("contraction", ["tensor", "six"])
@pytest.mark.parametrize("blocks", [NOTHING_RANDOM, Blocks(3, "bcc", "fixed", "none")], ids=str)
def test_identical_blocks_are_the_annealed_flow(update, contraction, blocks):
    """No disorder: every block of the pool is χ of the annealed flow, to roundoff."""
    step = step_of(blocks, update, contraction)
    volumes = step.volumes.reshape(len(READINGS), len(STRAINS))
    moments = step.sampler.chunks(0, range(1)).moments[0]
    chi = start_of(step)
    for i, alpha in enumerate(ALPHAS):
        m = lambda_tilde_from_moments(moments * volumes[..., None], alpha) / (4 * np.pi)
        path = flow(elastic_susceptibility(alpha), np.stack([m] * 2), update, contraction)
        one, pool = chi, []
        for n in range(2):
            one = grown(step, one, n)
            pool.append(one[i])
        for n in range(2):
            expected = np.broadcast_to(path.chi[n + 1][:, :, None], pool[n].shape)
            # roundoff of N² terms and two inversions, on the scale of χ² M: its condition
            scale = np.maximum(1.0, np.abs(expected).max(axis=(-2, -1), keepdims=True) ** 2)
            assert np.abs((pool[n] - expected) / scale).max() < 1e-12


def test_identical_blocks_harmonic():
    """Every super block is `harmonic_blocks` of equal blocks at the places of the draw."""
    step = step_of(NOTHING_RANDOM, "harmonic")
    chi = start_of(step)
    new, stability = grown_chunk(step, chi, 0, 0)
    positions, _ = step.placed(0, range(1))
    for case in range(len(step.volumes)):
        m = pair_interaction(positions[0, case], ALPHAS[1], step.volumes[case])
        expected, lowest = harmonic_blocks(np.stack([elastic_susceptibility(ALPHAS[1])] * 8), m)
        r, e = divmod(case, len(STRAINS))
        found = new[1, r, e]
        # the inverse of a 48×48 matrix that may be near singular: its condition
        atol = 1e-11 * max(1.0, np.abs(expected).max() ** 2)
        np.testing.assert_allclose(found, np.broadcast_to(expected, found.shape), atol=atol)
        np.testing.assert_allclose(stability[1, r, e], lowest, atol=1e-12)


def one_case(blocks, update, once=False):
    """A step at one reading and one strain, and unequal first blocks."""
    f = np.diag([1.2, 1.0, 1.0])[None]
    sampler = Sampler(blocks, 7, (Reading("affine", "sphere"),), f)
    step = PoolStep(sampler, update, "tensor", ALPHAS, POOL_UNIT, once)
    return step, start_of(step, InitialLaw("lognormal", 0.3))


@pytest.mark.parametrize("lattice", ["sc", None])
def test_large_harmonic_super_blocks(lattice):
    """Of 216 blocks, without a matrix or from factors, against the tridiagonal form of 1296 rows.

    To the residual of 1e-10 or, of stable ones, the square of 1e-8, times the condition.
    """
    packing = None if lattice else Packing("rsa", 0.8)
    step, chi = one_case(Blocks(6, lattice, packing=packing), "harmonic")
    new, lowest = grown_chunk(step, chi, 1, 2)
    assert np.isfinite(new).all()
    placed = step.blocks(1, range(2, 3))
    m = pair_interaction(placed.positions[0, 0], ALPHAS[1], step.volumes[0])
    blocks = chi[1, 0, 0, step.subpool(2)][placed.block_index[0, 0]]
    expected, eigenvalue = harmonic_blocks(blocks, m)
    np.testing.assert_allclose(new[1, 0, 0, 0], expected, atol=1e-7 * np.abs(expected).max())
    assert lowest[1, 0, 0, 0] == pytest.approx(eigenvalue, abs=1e-6)  # Lanczos


@pytest.mark.parametrize("once", [False, True])
@pytest.mark.parametrize("update", ["resummed", "second_order"])
def test_large_super_blocks_by_transforms(update, once, monkeypatch):
    """Of 1728 blocks: as pair by pair, to the 1e-12 of B that is promised, and two inversions."""
    step, chi = one_case(Blocks(12), update, once)
    new, _ = grown_chunk(step, chi, 1, 2)
    monkeypatch.setattr(weighted_blocks, "CONVOLVED_FROM", 1729)
    expected, _ = grown_chunk(step, chi, 1, 2)
    scale = np.maximum(1.0, np.abs(expected).max(axis=(-2, -1), keepdims=True) ** 2)
    assert np.abs((new - expected) / scale).max() < 1e-11
    assert (new != expected).any()


@pytest.mark.parametrize("update", ["resummed", "second_order"])
@each_packing
def test_identical_blocks_on_a_packing(blocks, update):
    """Each super block takes one annealed step with M of its own window: B = χ M χ."""
    step = step_of(blocks, update)
    chi, bodies = start_of(step), step.sampler.bodies
    new, _ = grown_chunk(step, chi, 1, 2)
    n, reach = blocks.n0**3, window_reach(bodies, blocks.n0**3)
    rotations, windows = draw_windows(blocks, reach, 7, 1, range(2, 3))
    sums = window_moments(windows, reach, rotations, bodies, n, "exact")[:, :-1]
    for k, (i, alpha) in product(range(CHUNK), enumerate(ALPHAS)):
        moments = sums[k] * step.volumes[:, None] / (4 * np.pi * n)
        m = lambda_tilde_from_moments(moments, alpha).reshape(*step.shape[1:3], 6, 6)
        path = flow(elastic_susceptibility(alpha), m[None], update, "tensor")
        expected, found = path.chi[1], new[i, :, :, k]
        # roundoff of N² terms and two inversions, on the scale of χ² M: its condition
        scale = np.maximum(1.0, np.abs(expected).max(axis=(-2, -1), keepdims=True) ** 2)
        assert np.abs((found - expected) / scale).max() < 1e-12


@each_packing
def test_all_orders_on_a_packing(blocks):
    """Harmonic, small coupling: the resummed form agrees to second order in m."""
    weak = []
    for scale in (1e-2, 5e-3):
        found = []
        for update in ("harmonic", "resummed"):
            step = step_of(blocks, update)
            chi = scale * start_of(step, InitialLaw("lognormal", 0.2))
            found.append(grown_chunk(step, chi, 0, 0)[0] / scale)
        weak.append(np.abs(found[0] - found[1]).max())
    assert weak[1] == pytest.approx(weak[0] / 4, rel=0.05)  # (χm)², and a little (χm)³


@each_packing
def test_a_block_of_a_packing_stays_at_its_point(blocks):
    """The pool at a strain is the same bits whichever smaller strains are asked for besides."""
    step = step_of(blocks)
    fewer = Sampler(blocks, 7, step.sampler.readings[:2], step.sampler.deformations[[0, 2]])
    few = PoolStep(fewer, "resummed", "tensor", ALPHAS, step.size)
    chi = start_of(step, InitialLaw("lognormal", 0.2))
    expected, _ = grown_chunk(step, chi, 0, 3)
    less = np.ascontiguousarray(chi[:, :2, [0, 2]])
    found, _ = grown_chunk(few, less, 0, 3)
    np.testing.assert_array_equal(found, expected[:, :2, [0, 2]])
    again, _ = grown_chunk(few, less, 0, 3)
    np.testing.assert_array_equal(again, found)


@each_packing
def test_packings_are_drawn_anew_unless_once(blocks):
    each, once = step_of(blocks), step_of(blocks)
    once = PoolStep(once.sampler, "resummed", "tensor", ALPHAS, once.size, once=True)
    first, second = each.placed(0, range(1, 2))[0], each.placed(1, range(1, 2))[0]
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(once.placed(1, range(1, 2))[0], first)


def test_chunks_do_not_depend_on_one_another():
    step = step_of(Blocks(3), size=2 * POOL_UNIT)
    chi = start_of(step, InitialLaw("lognormal", 0.2))
    forward = [grown_chunk(step, chi, 1, c)[0] for c in (0, 5, 31)]
    for c, expected in zip((31, 5, 0), forward[::-1], strict=True):
        again = step_of(Blocks(3), size=2 * POOL_UNIT)
        np.testing.assert_array_equal(grown_chunk(again, chi, 1, c)[0], expected)


def test_block_indices_stay_in_their_subpool_and_are_pure():
    step = step_of(Blocks(3), size=4 * POOL_UNIT)
    part = step.size // SUBPOOLS
    for chunk in range(0, step.size // CHUNK, 3):
        index = step.block_index(2, range(chunk, chunk + 1), 50)
        assert index.min() >= 0
        assert index.max() < part
        own = step.subpool(chunk)
        assert own.start <= chunk * CHUNK < (chunk + 1) * CHUNK <= own.stop == own.start + part
        np.testing.assert_array_equal(index, step.block_index(2, range(chunk, chunk + 1), 50))
        np.testing.assert_array_equal(
            index[:, :30], step.block_index(2, range(chunk, chunk + 1), 30)
        )
    some = step.block_index(2, range(2), 50)
    np.testing.assert_array_equal(some[CHUNK:], step.block_index(2, range(1, 2), 50))
    assert np.any(some != step.block_index(3, range(2), 50))
    assert np.any(some[0] != some[1])


def test_a_block_stays_at_its_point_when_more_strains_are_asked_for():
    """Common random numbers: the pool at a strain does not depend on which others there are."""
    few = step_of(Blocks(3), readings=[Reading("fixed", "ellipsoid")])
    chi = start_of(few, InitialLaw("lognormal", 0.2))
    f = np.concatenate((few.sampler.deformations, np.diag([3.0, 1.0, 1.0])[None]))
    more = PoolStep(
        Sampler(few.sampler.blocks, 7, few.sampler.readings, f), "resummed", "tensor", ALPHAS, 256
    )
    assert len(more.lattice_places.lattice.points) > len(few.lattice_places.lattice.points)
    wider = np.concatenate((chi, chi[:, :, :1]), axis=2)
    expected, _ = grown_chunk(few, chi, 0, 3)
    found, _ = grown_chunk(more, wider, 0, 3)
    np.testing.assert_array_equal(found[:, :, :3], expected)


def test_gaussian_toy_process():
    """Blocks far apart do not interact: χ of a super block is the mean of N independent blocks.

    Variance Var/N exactly, for blocks without rotation or interaction (V → 0); the error of a
    variance of P Gaussian numbers is √(2/P) of it, and the pool's own variance is known.
    """
    step = step_of(Blocks(2), "second_order", size=16 * POOL_UNIT, readings=READINGS[3:])
    object.__setattr__(step, "volumes", np.zeros(len(STRAINS)))  # no interaction at all
    rng = np.random.default_rng(3)
    chi = np.zeros(step.shape)
    chi[..., 0, 0] = rng.normal(5.0, 1.0, step.size)
    new = grown(step, chi, 0)[0, 0, 0, :, 0, 0]
    parts = chi[0, 0, 0, :, 0, 0].reshape(SUBPOOLS, -1)
    expected = parts.var(axis=1).mean() / 8
    within = new.reshape(SUBPOOLS, -1).var(axis=1).mean()
    assert within == pytest.approx(expected, rel=4 * np.sqrt(2 / step.size))  # 4 standard errors
    means = new.reshape(SUBPOOLS, -1).mean(axis=1) - parts.mean(axis=1)
    error = np.sqrt(expected / (step.size / SUBPOOLS))
    assert np.abs(means).max() < 4 * error  # of 16: once in a thousand; the seed is fixed


def test_the_mean_over_placements_is_the_haar_mean():
    """Equal blocks on random places: χ̄ − ⟨χ_super⟩ (second order) is χ⟨M⟩χ, zero without strain."""
    step = step_of(Blocks(2), "second_order", size=16 * POOL_UNIT, readings=READINGS[:1])
    new = grown(step, start_of(step), 0)[:, 0, 0]  # unstrained
    chi = np.stack([elastic_susceptibility(a) for a in ALPHAS])
    stderr = new.std(axis=1) / np.sqrt(step.size)
    pull = np.abs(new.mean(axis=1) - chi) / np.where(stderr > 0, stderr, 1.0)
    assert pull.max() < 4.5  # 42 numbers, 1e-5 each; the seed is fixed
    assert stderr.min() > 0


def test_runaway_is_limited():
    chi = np.stack([np.eye(6), -1e9 * np.eye(6)])
    np.testing.assert_allclose(
        limit_runaway(chi), np.stack([np.eye(6), -RUNAWAY * np.eye(6)]), rtol=1e-15
    )


def without_interaction(seed, generations):
    """A pool of Gaussian numbers that are averaged by eights; (generations + 1, P)."""
    sampler = Sampler(Blocks(2), seed, READINGS[3:], np.eye(3)[None])
    step = PoolStep(sampler, "second_order", "tensor", ALPHAS[:1], POOL_UNIT)
    object.__setattr__(step, "volumes", np.zeros(1))
    chi = np.zeros(step.shape)
    chi[..., 0, 0] = np.random.default_rng(seed).normal(5.0, 1.0, step.size)
    found = [chi]
    for n in range(generations):
        found.append(grown(step, found[-1], n))
    return np.array([pool[0, 0, 0, :, 0, 0] for pool in found])


def check_ancestors(runs):
    """Variances within parts and of the whole, exactly; and the scatter of parts as error.

    With v the variance of a block, c the covariance of two of a part of p, two picks have
    C = v/p + (1 − 1/p) c; a mean of N picks has v' = v/N + (1 − 1/N) C, and two means c' = C.
    """
    pools = np.array([without_interaction(seed, 2) for seed in range(runs)])
    part, v, c = POOL_UNIT // SUBPOOLS, 1.0, 0.0
    for n in range(3):
        split = pools[:, n].reshape(runs, SUBPOOLS, part)
        within, whole = split.var(axis=2).mean(axis=1), pools[:, n].var(axis=1)
        exact = (1 - 1 / part) * (v - c), v - c / SUBPOOLS - (v - c) / POOL_UNIT
        for got, expected in zip((within, whole), exact, strict=True):
            # 4 standard errors of the mean over runs: six numbers, once in 3000 with 200 runs
            assert abs(got.mean() - expected) < 4 * got.std(ddof=1) / np.sqrt(runs)
        means = split.mean(axis=2)
        pull = (means.mean(axis=1) - 5.0) / scatter(means.T)
        assert abs(pull.mean()) < 4 * pull.std() / np.sqrt(runs)  # unbiased
        for width in (1.0, 2.0):  # Student's t of 16 parts, binomial error of the runs
            share = 2 * student_t.cdf(width, SUBPOOLS - 1) - 1
            allowed = 4 * np.sqrt(share * (1 - share) / runs)
            assert (np.abs(pull) < width).mean() == pytest.approx(share, abs=allowed)
        picks = v / part + (1 - 1 / part) * c
        v, c = v / 8 + (1 - 1 / 8) * picks, picks


def test_common_ancestors_and_error_bars():
    check_ancestors(20)


@pytest.mark.long
def test_common_ancestors_and_error_bars_over_200_seeds():
    check_ancestors(200)
