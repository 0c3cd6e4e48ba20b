"""What sums over blocks cost: which engine is cheapest, and about how long it takes."""

PAIR_SECONDS = 0.7e-9  # of one core with AVX-512; weighed against other engines, never promised
ROW_SECONDS = 1.3e-9  # of one core, for each pair of rows
ROWS_FROM = 125  # blocks, N0 = 5; measured, see docs/performance.md
ROWS_OF_BALL = 1.21  # π (3/4π)^⅔, rows of a ball by n^⅔


def direct_seconds(n: int) -> float:
    """Time that `direct_moments` takes on one core."""
    return 0.5 * PAIR_SECONDS * n * n


def batch_engine(n_blocks: int) -> str:
    """Which engine `auto` takes for bodies of so many blocks: `pairs` or `rows`."""
    return "rows" if n_blocks >= ROWS_FROM else "pairs"


def batch_seconds(n_blocks: int) -> float:
    """Time of the sum over one body on one core, roughly; for large bodies, about that of rows."""
    if batch_engine(n_blocks) == "pairs":
        return direct_seconds(n_blocks)
    rows = ROWS_OF_BALL * n_blocks ** (2.0 / 3.0)
    return 0.5 * ROW_SECONDS * rows**2
