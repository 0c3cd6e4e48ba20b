"""The χ-weighted pair sums of super blocks, of each by the cheaper way.

Pair by pair (`weighted`), or on a lattice by Fourier transform (`convolution`): that depends on the
super block alone, on N and on the box that its sites take, so its bits do not depend on others.
"""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.pairs import Contraction
from rsrg.sums.convolution import SourceFields, padded_box
from rsrg.sums.cost import CONVOLVED_FROM, convolution_pays
from rsrg.sums.places import PlacedBlocks
from rsrg.sums.weighted import Sources, weighted_sums


def weighted_block_sums(
    placed: PlacedBlocks, chi: Array, alphas: Array, contraction: Contraction
) -> tuple[Array, Array]:
    """(1/N) Σ_s χ_s and Σ_{s≠s'} χ_s (Λ̃(n)/r³) χ_s', both (draws, cases, materials, 6, 6), plain.

    chi: the pool, (materials, cases, P, 6, 6), plain, symmetric, in ρc_t²; alphas (materials,).
    Raises as `weighted_sums` and `Sources.from_susceptibilities`.
    """
    sources = Sources.from_susceptibilities(chi, alphas, contraction)
    positions, index, sites = placed.positions, placed.block_index, placed.sites
    draws, cases, n = index.shape
    if sites is None or n < CONVOLVED_FROM:
        return weighted_sums(positions, index, sources)
    convolved = convolution_pays(n, padded_box(sites.numbers).prod(axis=-1))
    fields = SourceFields.from_susceptibilities(chi, alphas, contraction)
    means, sums = np.full((2, draws, cases, len(alphas), 6, 6), np.nan)
    for case in range(cases):
        one = slice(case, case + 1)
        if len(pairwise := np.flatnonzero(~convolved[:, case])) > 0:
            means[pairwise, one], sums[pairwise, one] = weighted_sums(
                positions[pairwise, one], index[pairwise, one], sources.case(case)
            )
        for draw in np.flatnonzero(convolved[:, case]):
            z, cell = sites.numbers[draw, case], sites.cells[draw, case]
            means[draw, case], sums[draw, case] = fields.sums(case, z, cell, index[draw, case])
    return means, sums
