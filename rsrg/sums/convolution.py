"""The χ-weighted pair sums of blocks on a lattice, by Fourier transform: N log N steps.

Λ̃(n)/r³ depends on x_s − x_s' alone, so with χ as a field on the lattice sites, zero elsewhere,

    Σ_{s≠s'} χ_s (Λ̃/r³) χ_s' = (1/G) Σ_k χ(k)* m(k) χ(k)

in a box of G sites, twice as wide as the blocks lie, where nothing wraps around. Only the total is
wanted, so nothing is transformed back. χ has 21 components; Λ̃ needs the 15 of nnnn/r³, whatever the
glass, and these are even, so half of the box is enough.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from rsrg.physics.arrays import Array
from rsrg.physics.interaction import lambda_tilde_from_moments
from rsrg.physics.pairs import Contraction, unweighted, weighted
from rsrg.sums.kernels.convolution import (
    PLACE,
    SYMMETRIC,
    contract_modes,
    fill_blocks,
    fill_quartics,
)
from rsrg.sums.kernels.quartics import MOMENTS

_UPPER = np.triu_indices(6)


def padded_box(sites: NDArray[np.integer]) -> NDArray[np.int64]:
    """Sides of a box in which no difference of two sites wraps around; (..., 3) of (..., N, 3)."""
    spans = sites.max(axis=-2) - sites.min(axis=-2)
    longest = int(spans.max(initial=0)) + 1
    sides = [fft.next_fast_len(2 * span + 1, real=True) for span in range(longest)]
    return np.array(sides)[spans]


def interaction_modes(cell: Array, box: NDArray[np.int64]) -> Array:
    """nnnn/r³ of displacements cell z, z in the box, as modes for `contract_modes`, (15, K).

    cell: lattice vectors as columns, (3, 3). Only k with k_z ≥ 0 are kept: each counts with its
    share of the sum over all k.
    """
    nx, ny, nz = (int(side) for side in box)
    even = np.empty((MOMENTS, nx // 2 + 1, ny, nz))
    fill_quartics(np.ascontiguousarray(cell), box, even)
    modes = fft.fft(fft.rfft(even, axis=3, overwrite_x=True), axis=2, overwrite_x=True)
    spectrum = fft.hfft(modes, nx, axis=1)  # real, as nnnn/r³ is even
    counts = np.full(nz // 2 + 1, 2.0)
    counts[0] = 1.0
    if nz % 2 == 0:
        counts[-1] = 1.0
    spectrum *= counts / (nx * ny * nz)
    return np.ascontiguousarray(spectrum).reshape(MOMENTS, -1)


def block_modes(
    sites: NDArray[np.int64], block_index: NDArray[np.int64], pool: Array, box: NDArray[np.int64]
) -> Array:
    """Modes of χ of blocks on their sites, (21, 2K), real and imaginary part in turn.

    sites z ≥ 0, (N, 3); block_index (N,): which block of the pool, (P, 21), stands at each.
    """
    nx, ny, nz = (int(side) for side in box)
    wide, high, _ = (int(side) for side in sites.max(axis=0) + 1)
    field = np.zeros((SYMMETRIC, wide, high, nz))
    fill_blocks(sites, block_index, pool, field)
    # axis by axis, as only the last one transforms the whole box
    modes = fft.fft(fft.rfft(field, axis=3), ny, axis=2)
    return fft.fft(modes, nx, axis=1).view(np.float64).reshape(SYMMETRIC, -1)


@dataclass(frozen=True)
class SourceFields:
    """A pool of blocks as the convolution takes it, as `weighted.Sources` is for pairs.

    chi: the upper triangles of w χ w, (materials, cases, P, 21). laws: Λ̃ by the components of nnnn,
    (materials, 21, 15).
    """

    chi: Array
    laws: Array
    contraction: Contraction

    @classmethod
    def from_susceptibilities(
        cls, chi: Array, alphas: Array, contraction: Contraction
    ) -> "SourceFields":
        """The fields of blocks χ, (materials, cases, P, 6, 6), plain, symmetric; in ρc_t²."""
        parts = lambda_tilde_from_moments(np.eye(MOMENTS), alphas[:, None])
        laws = np.swapaxes(weighted(parts, contraction)[..., *_UPPER], 1, 2)
        fields = weighted(chi, contraction)[..., *_UPPER]
        return cls(np.ascontiguousarray(fields), np.ascontiguousarray(laws), contraction)

    def sums(
        self,
        case: int,
        sites: NDArray[np.integer],
        cell: Array,
        block_index: NDArray[np.int64],
    ) -> tuple[Array, Array]:
        """(1/N) Σ_s χ_s and Σ_{s≠s'} χ_s (Λ̃/r³) χ_s' of one super block, (materials, 6, 6), plain.

        sites: of the N blocks, whole numbers, (N, 3), at cell @ z. block_index: which block of the
        pool stands at each, (N,).
        """
        box = padded_box(sites)
        z = np.asarray(sites - sites.min(axis=0), dtype=np.int64)
        moments = interaction_modes(cell, box)
        means, totals = np.empty((2, len(self.laws), SYMMETRIC))
        for i, law in enumerate(self.laws):
            pool = self.chi[i, case]
            modes = block_modes(z, block_index, pool, box)
            contract_modes(modes, moments, law, totals[i])
            means[i] = pool[block_index].mean(axis=0)
        place = np.array(PLACE)
        return (
            unweighted(means[:, place], self.contraction),
            unweighted(totals[:, place], self.contraction),
        )
