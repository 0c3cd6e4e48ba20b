"""What sums over blocks cost: which engine is cheapest, and about how long it takes."""

import numpy as np
from numpy.typing import NDArray

PAIR_SECONDS = 0.6e-9  # of one core with AVX-512; weighed against other engines, never promised
ROW_SECONDS = 1.3e-9  # of one core, for each pair of rows
ROW_BLOCK_SECONDS = 2.5e-8  # of one core, for each block besides: short rows fill no vectors
ROWS_FROM = 125  # blocks, N0 = 5; measured, see docs/evidence/performance.md
CHOICE_SECONDS = 5e-9  # of one core, for each block that is chosen and placed
WEIGHTED_SECONDS = 8e-9  # of one core, for each pair of unequal blocks
PAIRS_A_SITE = 40  # of unequal blocks, that take as long as a site of the padded box; measured by
# scripts/bench/weighted_sum.py: 32 on a free machine, 45 beside others, who use the caches, too
CONVOLVED_FROM = 1000  # blocks, N0 = 10; fewer are worth a transform in no box
PADDED_BOX = 15.3  # (2 · 1.24)³: sites of the padded box of a ball, for each block
TRIDIAGONAL_SECONDS = 6e-11  # of one core, for each cubed row of the Hessian in tridiagonal form
FACTOR_SECONDS = 3e-11  # of one core, for each cubed row of a Hessian that is factorised
TRIDIAGONAL_TO = 125  # blocks of a harmonic super block, N0 = 5; beyond, factors take less time
HESSIANS_BYTES = 2**24  # of small super blocks whose Hessians are computed at once
COPIES_OF_HESSIANS = 4  # in memory, while they are filled and ordered
ROWS_OF_BALL = 1.21  # π (3/4π)^⅔, rows of a ball by n^⅔


def direct_seconds(n: int) -> float:
    """Time that `direct_moments` takes on one core."""
    return 0.5 * PAIR_SECONDS * n * n


def choice_seconds(n_blocks: int) -> float:
    """Time to choose and place the blocks of one body on one core, roughly."""
    return CHOICE_SECONDS * n_blocks


def weighted_seconds(n_blocks: int, on_lattice: bool) -> float:
    """Time of the weighted sum over one super block on one core, roughly."""
    pairs = 0.5 * n_blocks**2
    if on_lattice:
        pairs = min(pairs, PAIRS_A_SITE * PADDED_BOX * n_blocks)
    return WEIGHTED_SECONDS * pairs


def convolution_pays(n_blocks: int, box_sites: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether transforms over a padded box take less time than all pairs of unequal blocks."""
    return PAIRS_A_SITE * box_sites < 0.5 * n_blocks * (n_blocks - 1)


def harmonic_seconds(n_blocks: int) -> float:
    """Time of one harmonic super block on one core, roughly; a large stable one takes less."""
    each = TRIDIAGONAL_SECONDS if n_blocks <= TRIDIAGONAL_TO else FACTOR_SECONDS
    return each * (6 * n_blocks) ** 3


def hessians_at_once(n_blocks: int) -> int:
    """Of how many small harmonic super blocks the Hessians are computed at once."""
    return max(1, HESSIANS_BYTES // _hessian_bytes(n_blocks))


def harmonic_bytes(n_blocks: int) -> int:
    """What a thread holds of Hessians at most."""
    each = _hessian_bytes(n_blocks)
    if n_blocks > TRIDIAGONAL_TO:
        return each
    return COPIES_OF_HESSIANS * hessians_at_once(n_blocks) * each


def _hessian_bytes(n_blocks: int) -> int:
    return 8 * (6 * n_blocks) ** 2


def batch_engine(n_blocks: int) -> str:
    """Which engine `auto` takes for bodies of so many blocks: `pairs` or `rows`."""
    return "rows" if n_blocks >= ROWS_FROM else "pairs"


def batch_seconds(n_blocks: int) -> float:
    """Time of the sum over one body on one core, roughly."""
    if batch_engine(n_blocks) == "pairs":
        return direct_seconds(n_blocks)
    rows = ROWS_OF_BALL * n_blocks ** (2.0 / 3.0)
    return ROW_BLOCK_SECONDS * n_blocks + 0.5 * ROW_SECONDS * rows**2
