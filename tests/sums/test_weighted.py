"""The χ-weighted sums, against loops over pairs written from Eq. 3.3."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from rsrg.ensemble.blocks import Blocks
from rsrg.ensemble.draws import draw_chunks
from rsrg.physics.errors import PhysicsError
from rsrg.physics.interaction import lambda_tilde, lambda_tilde_from_moments
from rsrg.physics.lattices import covering_radius, lattice_points, primitive_cell, site_cell
from rsrg.physics.pairs import CONTRACTIONS, contract, unweighted, weighted
from rsrg.physics.quenched import pair_interaction
from rsrg.sums.batch import batch_moments
from rsrg.sums.bodies import Bodies, needed_radius
from rsrg.sums.lattice_points import LatticePoints
from rsrg.sums.places import LatticePlaces
from rsrg.sums.weighted import Sources, weighted_sums

from .twins import choose_twin

ALPHAS = np.array([0.3, 0.5, 0.9])  # at 1/2 one of the kernel's coefficients vanishes
DEFORMATION = np.array([[1.2, 0.15, -0.05], [0.02, 0.9, 0.1], [0.07, -0.12, 1.05]])


def setting(lattice="sc", n=27, draws=3, seed=0):
    """LatticePoints, places, rotations, offsets: two cases, fixed/ellipsoid and affine/sphere."""
    rng = np.random.default_rng(seed)
    rotations = Rotation.random(draws, rng=rng).as_matrix()
    offsets = (rng.random((draws, 3)) - 0.5) @ primitive_cell(lattice)
    measure = np.stack([np.linalg.inv(DEFORMATION), DEFORMATION])
    volume = n * np.linalg.det(measure)
    place = np.stack([np.eye(3), DEFORMATION])
    bodies = Bodies(place, measure, np.cbrt(3 * volume / (4 * np.pi)))
    reach = float(np.linalg.norm(offsets, axis=1).max())
    covering = covering_radius(lattice)
    points = lattice_points(lattice, needed_radius(bodies, covering, reach))
    points = LatticePoints(points, site_cell(lattice).T, covering)
    places = LatticePlaces.from_lattice(points, reach, bodies, n)
    return points, places, rotations, offsets


def random_pool(size, seed=0):
    """χ of any sign, (materials, cases, size, 6, 6)."""
    chi = np.random.default_rng(seed).normal(size=(len(ALPHAS), 2, size, 6, 6))
    return chi + np.swapaxes(chi, -1, -2)


def random_block_indices(lattice, draws, size, seed=1):
    return np.random.default_rng(seed).integers(0, size, (draws, len(lattice.points)))


def sums(places, rotations, offsets, block_indices, sources):
    """The sums of blocks on a lattice, block_indices (draws, points)."""
    positions, chosen = places.blocks(rotations, offsets)
    block_index = np.take_along_axis(block_indices[:, None], chosen, axis=2)
    return weighted_sums(positions, block_index, sources)


def interaction_twin(chi, x, alpha, contraction):
    """Σ_{s≠s'} χ_s (Λ̃(n)/r³) χ_s', pair by pair."""
    total = np.zeros((6, 6))
    for s in range(len(x)):
        for t in range(len(x)):
            if s != t:
                r = np.linalg.norm(x[s] - x[t])
                between = lambda_tilde((x[s] - x[t]) / r, alpha) / r**3
                total += contract(contract(chi[s], between, contraction), chi[t], contraction)
    return total


@pytest.mark.parametrize("contraction", CONTRACTIONS)
@pytest.mark.parametrize(("name", "n"), [("sc", 8), ("bcc", 27), ("fcc", 20)])
def test_twin(name, n, contraction):
    lattice, places, rotations, offsets = setting(name, n)
    chi, block_indices = random_pool(30), random_block_indices(lattice, 3, 30)
    sources = Sources.from_susceptibilities(chi, ALPHAS, contraction)
    means, found = sums(places, rotations, offsets, block_indices, sources)
    c = places.bodies
    for draw, case, material in np.ndindex(3, 2, 3):
        b = c.measure[case] @ rotations[draw]
        chosen = choose_twin(lattice.points, b, b @ offsets[draw], c.radius[case], n)
        x = (lattice.points[chosen] + offsets[draw]) @ (c.place[case] @ rotations[draw]).T
        blocks = chi[material, case, block_indices[draw, chosen]]
        expected = interaction_twin(blocks, x, ALPHAS[material], contraction)
        # up to 27² terms in another order, of both signs
        atol = 1e-13 * np.abs(expected).max() * n
        np.testing.assert_allclose(found[draw, case, material], expected, rtol=0, atol=atol)
        np.testing.assert_allclose(means[draw, case, material], blocks.mean(axis=0), atol=1e-13)


def test_equal_blocks_are_the_unweighted_sum():
    """χ (ΣΛ̃/r³) χ from the 15 moments of the other kernel, for 216 blocks."""
    lattice, places, rotations, offsets = setting(n=216)
    chi = random_pool(1)
    sources = Sources.from_susceptibilities(chi, ALPHAS, "tensor")
    block_indices = np.zeros((3, len(lattice.points)), dtype=np.int64)
    _, found = sums(places, rotations, offsets, block_indices, sources)
    moments = batch_moments(lattice, rotations, offsets, places.bodies, 216, "exact")
    for draw, case, material in np.ndindex(3, 2, 3):
        one = chi[material, case, 0]
        total = lambda_tilde_from_moments(moments[draw, case], ALPHAS[material])
        expected = contract(contract(one, total, "tensor"), one, "tensor")
        scale = 216**2 * np.abs(one).max() ** 2  # what cancels in a sum over all directions
        np.testing.assert_allclose(found[draw, case, material], expected, atol=1e-14 * scale)


@pytest.mark.parametrize("blocks", [Blocks(3, orientation="fixed", offset="none"), Blocks(7)])
def test_no_displacement_is_special(blocks):
    """Pairs with x = 0, where the kernel divides by x; and more blocks than a tile holds."""
    n = blocks.n0**3
    lattice, places, _, _ = setting(n=n, draws=2)
    rotations, offsets = (a[:2] for a in draw_chunks(blocks, 0, 0, range(1)))
    chi, block_indices = random_pool(9), random_block_indices(lattice, 2, 9)
    sources = Sources.from_susceptibilities(chi, ALPHAS, "tensor")
    positions, chosen = places.blocks(rotations, offsets)
    block_index = np.take_along_axis(block_indices[:, None], chosen, axis=2)
    _, found = weighted_sums(positions, block_index, sources)
    for material, alpha in enumerate(ALPHAS):
        m = pair_interaction(positions[0, 0], alpha) * 4.0 * np.pi
        x = weighted(chi[material, 0, block_index[0, 0]], "tensor")
        total = np.einsum("sab,stbc,tcd->ad", x, weighted(m, "tensor"), x, optimize=True)
        expected = unweighted(total, "tensor")
        scale = n**2 * np.abs(chi).max() ** 2  # terms of both signs
        np.testing.assert_allclose(found[0, 0, material], expected, rtol=0, atol=1e-14 * scale)


@pytest.mark.parametrize("draws", [1, 7, 8, 11])
def test_lanes(draws):
    """Bitwise the same for a draw alone or among others."""
    lattice, places, rotations, offsets = setting(draws=draws)
    block_indices = random_block_indices(lattice, draws, 30)
    sources = Sources.from_susceptibilities(random_pool(30), ALPHAS, "tensor")
    expected = sums(places, rotations, offsets, block_indices, sources)
    last = slice(draws - 1, draws)
    alone = sums(places, rotations[last], offsets[last], block_indices[last], sources)
    for a, b in zip(alone, expected, strict=True):
        np.testing.assert_array_equal(a, b[last])


def test_bad_input():
    _, places, rotations, offsets = setting()
    sources = Sources.from_susceptibilities(random_pool(30), ALPHAS, "tensor")
    positions, block_index = places.blocks(rotations, offsets)
    with pytest.raises(PhysicsError, match=r"`positions` must be \(draws, cases, N, 3\)"):
        weighted_sums(positions[:, :, :-1], block_index, sources)
    with pytest.raises(PhysicsError, match=r"with the cases of `sources`; got shapes \(3, 1, 27"):
        weighted_sums(positions[:, :1], block_index[:, :1], sources)
    with pytest.raises(PhysicsError, match="`block_index` must lie between 0 and 29; got 0 to 30"):
        weighted_sums(positions, np.minimum(block_index, 30), sources)
    with pytest.raises(PhysicsError, match="`alpha` = 1 − c_t²/c_l² must lie"):
        Sources.from_susceptibilities(random_pool(30), np.array([0.2, 0.5, 0.6]), "tensor")
