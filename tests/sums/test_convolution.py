"""The χ-weighted sums by Fourier transform, against loops over pairs and the sums pair by pair."""

import numpy as np
import pytest

from rsrg.physics.interaction import direction_moments
from rsrg.physics.pairs import CONTRACTIONS
from rsrg.sums import weighted_blocks
from rsrg.sums.convolution import SourceFields, block_modes, interaction_modes, padded_box
from rsrg.sums.kernels.convolution import contract_modes, multiply_modes
from rsrg.sums.places import PlacedBlocks
from rsrg.sums.weighted import Sources, weighted_sums
from rsrg.sums.weighted_blocks import weighted_block_sums

from .test_weighted import ALPHAS, interaction_twin, random_pool, setting


def placed_blocks(lattice, n, draws=3, size=30):
    """Super blocks in two cases, with their sites, and a pool for them."""
    points, places, rotations, offsets = setting(lattice, n, draws)
    positions, chosen = places.blocks(rotations, offsets)
    kinds = np.random.default_rng(1).integers(0, size, (draws, 1, len(points.points)))
    index = np.take_along_axis(kinds, chosen, axis=2)
    return PlacedBlocks(positions, index, places.sites(rotations, chosen)), random_pool(size)


def convolved(placed, chi, contraction, draw, case):
    fields = SourceFields.from_susceptibilities(chi, ALPHAS, contraction)
    sites = placed.sites
    index = placed.block_index[draw, case]
    return fields.sums(case, sites.numbers[draw, case], sites.cells[draw, case], index)


@pytest.mark.parametrize("lattice", ["sc", "bcc", "fcc", "hcp"])
def test_sites_are_the_positions(lattice):
    placed, _ = placed_blocks(lattice, 27)
    x = np.einsum("dcij,dcnj->dcni", placed.sites.cells, placed.sites.numbers)
    shift = placed.positions - x  # the offset, the same for all blocks of a draw
    np.testing.assert_allclose(shift, np.broadcast_to(shift[:, :, :1], shift.shape), atol=1e-12)


@pytest.mark.parametrize("contraction", CONTRACTIONS)
@pytest.mark.parametrize(("lattice", "n"), [("sc", 8), ("bcc", 27), ("fcc", 20), ("hcp", 20)])
def test_twin(lattice, n, contraction):
    placed, chi = placed_blocks(lattice, n)
    for draw, case in np.ndindex(3, 2):
        means, found = convolved(placed, chi, contraction, draw, case)
        for material, alpha in enumerate(ALPHAS):
            blocks = chi[material, case, placed.block_index[draw, case]]
            x = placed.positions[draw, case]
            expected = interaction_twin(blocks, x, alpha, contraction)
            # n² terms of both signs in another order
            atol = 1e-13 * np.abs(expected).max() * n
            np.testing.assert_allclose(found[material], expected, rtol=0, atol=atol)
            np.testing.assert_allclose(means[material], blocks.mean(axis=0), atol=1e-13)


@pytest.mark.parametrize("lattice", ["sc", "fcc"])
def test_large_super_blocks_are_the_sums_pair_by_pair(lattice):
    """1728 blocks; 1e-12 of the largest component is the accuracy that is promised."""
    placed, chi = placed_blocks(lattice, 1728, draws=2)
    sources = Sources.from_susceptibilities(chi, ALPHAS, "tensor")
    expected_means, expected = weighted_sums(placed.positions, placed.block_index, sources)
    means, found = weighted_block_sums(placed, chi, ALPHAS, "tensor")
    scale = np.abs(expected).max(axis=(-2, -1), keepdims=True)
    assert np.abs((found - expected) / scale).max() < 1e-12
    np.testing.assert_allclose(means, expected_means, atol=1e-13)
    assert not np.array_equal(found, expected)  # it was another way


def test_a_super_block_does_not_depend_on_others(monkeypatch):
    """Neither on draws, nor on glasses, nor on cases beside it; some by pairs, some not."""
    placed, chi = placed_blocks("sc", 125, draws=5)
    volumes = padded_box(placed.sites.numbers).prod(axis=-1)
    monkeypatch.setattr(weighted_blocks, "CONVOLVED_FROM", 1)
    monkeypatch.setattr(
        weighted_blocks, "convolution_pays", lambda n, sites: sites <= np.median(volumes)
    )
    whole = weighted_block_sums(placed, chi, ALPHAS, "tensor")
    by_pairs = weighted_sums(
        placed.positions, placed.block_index, Sources.from_susceptibilities(chi, ALPHAS, "tensor")
    )[1]
    same = (whole[1] == by_pairs).all(axis=(2, 3, 4))
    assert same.any()
    assert not same.all()
    for draw, case in np.ndindex(5, 2):
        d, c = slice(draw, draw + 1), slice(case, case + 1)
        sites = type(placed.sites)(placed.sites.numbers[d, c], placed.sites.cells[d, c])
        alone = PlacedBlocks(placed.positions[d, c], placed.block_index[d, c], sites)
        found = weighted_block_sums(alone, chi[:1, c], ALPHAS[:1], "tensor")
        for a, b in zip(found, whole, strict=True):
            np.testing.assert_array_equal(a, b[d, c, :1])


def test_few_blocks_go_pair_by_pair():
    placed, chi = placed_blocks("sc", 64)
    sources = Sources.from_susceptibilities(chi, ALPHAS, "tensor")
    expected = weighted_sums(placed.positions, placed.block_index, sources)
    for a, b in zip(weighted_block_sums(placed, chi, ALPHAS, "tensor"), expected, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("box", [(4, 5, 6), (9, 8, 5), (1, 3, 1)])
def test_modes_of_the_interaction(box):
    """Against the transform of the whole box, written out; odd and even sides."""
    cell = np.eye(3) + 0.2 * np.random.default_rng(3).normal(size=(3, 3))
    axes = [np.fft.fftfreq(side, 1.0 / side) for side in box]
    z = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    d = z @ cell.T
    r = np.linalg.norm(d, axis=-1)
    none = (r == 0.0) | (2.0 * np.abs(z) == np.array(box)).any(axis=-1)
    r = np.where(none, 1.0, r)
    m = np.where(none[..., None], 0.0, direction_moments(d / r[..., None]) / r[..., None] ** 3)
    spectrum = np.fft.fftn(m, axes=(0, 1, 2)) / np.prod(box)
    half = spectrum[:, :, : box[2] // 2 + 1]
    counts = np.array([1.0 if 2 * k % box[2] == 0 else 2.0 for k in range(box[2] // 2 + 1)])
    expected = np.moveaxis(half * counts[:, None], -1, 0).reshape(15, -1)
    assert np.abs(expected.imag).max() < 1e-14  # it is even
    found = interaction_modes(cell, np.array(box))
    np.testing.assert_allclose(found, expected.real, atol=1e-14)  # rounding of transforms


def test_modes_of_the_blocks():
    rng = np.random.default_rng(5)
    sites = np.array([[0, 0, 0], [2, 0, 1], [1, 1, 0], [0, 2, 3]])
    pool, index, box = rng.normal(size=(7, 21)), np.array([3, 3, 0, 6]), np.array([5, 6, 8])
    field = np.zeros((21, *box))
    for site, i in zip(sites, index, strict=True):
        field[(slice(None), *site)] += pool[i]
    expected = np.fft.rfftn(field, axes=(1, 2, 3)).reshape(21, -1)
    found = block_modes(sites, index, pool, box).view(np.complex128)
    np.testing.assert_allclose(found, expected, atol=1e-13)  # rounding of transforms


@pytest.mark.parametrize("modes", [1, 127, 128, 300])
def test_products_of_modes(modes):
    """Against einsum; whole tiles of 128 modes, and parts of one."""
    rng = np.random.default_rng(modes)
    chi = rng.normal(size=(21, modes)) + 1j * rng.normal(size=(21, modes))
    moments, law = rng.normal(size=(15, modes)), rng.normal(size=(21, 15))
    a, b = np.triu_indices(6)
    x, m = np.empty((6, 6, modes), complex), np.empty((6, 6, modes))
    x[a, b] = x[b, a] = chi
    m[a, b] = m[b, a] = law @ moments
    expected = np.einsum("bak,bck,cdk->ad", x.conj(), m, x, optimize=True).real
    total = np.empty(21)
    contract_modes(chi.view(np.float64), moments, law, total)
    np.testing.assert_allclose(total, expected[a, b], rtol=0, atol=1e-13 * np.abs(expected).max())
    matrix, u = rng.normal(size=(6, 6, modes)), chi[:6].copy()
    out = np.empty_like(u)
    multiply_modes(matrix, u, out)
    np.testing.assert_allclose(out, np.einsum("abk,bk->ak", matrix, u), atol=1e-13)
