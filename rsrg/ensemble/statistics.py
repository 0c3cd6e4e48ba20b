"""Errors of derived quantities: the jackknife and the bootstrap over groups of chunks.

Groups are contiguous: chunks that are correlated over fewer than a group's length do no harm.
Source: Busing, Meijer & van der Leeden, Statistics and Computing 9, 3 (1999), the delete-m_j
jackknife, which allows groups of unequal size.
"""

from dataclasses import dataclass

import numpy as np

from rsrg.physics.arrays import Array

# of the bootstrap: an error of the error bar of 1/√2000 = 2%, below the groups' own
RESAMPLES = 1000
MAX_GROUPS = 64  # a relative error of the error bar of 1/√(2·64) = 9%; more cost memory


@dataclass(frozen=True)
class Groups:
    """Chunks in contiguous groups of nearly equal size, at most MAX_GROUPS."""

    sizes: Array

    @classmethod
    def from_chunk_count(cls, n_chunks: int) -> "Groups":
        """The groups of n chunks."""
        parts = np.array_split(np.arange(n_chunks), min(n_chunks, MAX_GROUPS))
        return cls(np.array([len(p) for p in parts], dtype=np.float64))

    def sums_of_others(self, chunks: Array) -> Array:
        """Sums without each group in turn, (groups, ...), of chunk values, (chunks, ...)."""
        sums = chunks
        if len(chunks) > len(self.sizes):
            starts = np.concatenate(([0], np.cumsum(self.sizes)[:-1])).astype(np.intp)
            sums = np.add.reduceat(chunks, starts, axis=0)
        return np.asarray(sums.sum(axis=0) - sums)

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
        pseudo = self.pseudo_values(full, replicates)
        center = g * full - np.sum((1.0 - 1.0 / h) * replicates, axis=0)
        return np.sqrt(np.mean((pseudo - center) ** 2 / (h - 1.0), axis=0))

    def pseudo_values(self, full: Array, replicates: Array) -> Array:
        """θ̃_j = h_j θ − (h_j − 1) θ_(−j), (groups, ...): what each group by itself says."""
        h = (self.sizes.sum() / self.sizes).reshape(-1, *[1] * full.ndim)
        return h * full - (h - 1.0) * replicates

    def resampled(self, values: Array) -> Array:
        """Means over groups drawn again, (RESAMPLES, ...), of one value for each, (groups, ...).

        The bootstrap, always with the same draws. Its spread is that of the mean, but for
        √((g − 1)/g), for which deviations from the mean are made larger.
        """
        g = len(self.sizes)
        counts = np.random.default_rng(0).multinomial(g, np.full(g, 1.0 / g), RESAMPLES)
        weights = counts * self.sizes
        weights /= weights.sum(axis=1, keepdims=True)
        center = np.tensordot(self.sizes / self.sizes.sum(), values, 1)
        return center + np.sqrt(g / max(g - 1, 1)) * (np.tensordot(weights, values, 1) - center)
