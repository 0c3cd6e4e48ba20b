"""Errors of derived quantities: the jackknife over groups of chunks.

Source: Busing, Meijer & van der Leeden, Statistics and Computing 9, 3 (1999), the delete-m_j
jackknife, which allows groups of unequal size.
"""

from dataclasses import dataclass

import numpy as np

from rsrg.physics.arrays import Array

MAX_GROUPS = 64  # a relative error of the error bar of 1/√(2·64) = 9%; more cost memory


@dataclass(frozen=True)
class Groups:
    """Chunks in contiguous groups of nearly equal size, at most MAX_GROUPS."""

    sizes: Array

    @classmethod
    def of(cls, n_chunks: int) -> "Groups":
        """The groups of n chunks."""
        parts = np.array_split(np.arange(n_chunks), min(n_chunks, MAX_GROUPS))
        return cls(np.array([len(p) for p in parts], dtype=np.float64))

    def sums_of_others(self, chunks: Array) -> Array:
        """Sums without each group in turn, (groups, ...), of chunk values, (chunks, ...)."""
        starts = np.concatenate(([0], np.cumsum(self.sizes)[:-1])).astype(np.intp)
        sums = np.add.reduceat(chunks, starts, axis=0)
        return sums.sum(axis=0) - sums

    def leave_one_out(self, chunks: Array) -> Array:
        """Means without each group in turn, (groups, ...), of chunk values, (chunks, ...)."""
        remaining = self.sizes.sum() - self.sizes
        return self.sums_of_others(chunks) / remaining.reshape(-1, *[1] * (chunks.ndim - 1))

    def stderr(self, full: Array, replicates: Array) -> Array:
        """Standard error of a statistic, (...), from its leave-one-out values, (groups, ...).

        σ² = (1/g) Σ_j (θ̃_j − θ_J)² / (h_j − 1), with h_j = n/m_j, θ̃_j = h_j θ − (h_j − 1) θ_(−j)
        and θ_J = g θ − Σ_j (1 − m_j/n) θ_(−j). Infinite where there is one group only.
        """
        g = len(self.sizes)
        if g < 2:
            return np.full_like(full, np.inf)
        h = (self.sizes.sum() / self.sizes).reshape(-1, *[1] * full.ndim)
        pseudo = h * full - (h - 1.0) * replicates
        center = g * full - np.sum((1.0 - 1.0 / h) * replicates, axis=0)
        return np.sqrt(np.mean((pseudo - center) ** 2 / (h - 1.0), axis=0))
