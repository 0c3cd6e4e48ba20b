"""How long a session's draws took, from which the time of further draws is estimated."""

import math

from rsrg.execution.clock import CLOCK


class ChunkTimer:
    """Times the chunks of each round of draws, except the first, which compiles the kernels."""

    def __init__(self) -> None:
        self.total = 0  # chunks of all rounds so far
        self.fastest = math.inf  # s of a chunk, in the fastest round
        self.begin_round()

    def begin_round(self) -> None:
        """Record that a round of draws begins."""
        self.chunks, self.first, self.last = 0, 0.0, 0.0

    def chunk_done(self) -> None:
        """Record that a chunk of the round is done."""
        self.last = CLOCK.monotonic()
        self.first = self.first or self.last
        self.chunks += 1

    def end_round(self) -> float | None:
        """Seconds for all chunks at the rate of the fastest round; None before two are done."""
        if self.chunks > 1:
            self.total += self.chunks
            self.fastest = min(self.fastest, (self.last - self.first) / (self.chunks - 1))
        return self.total * self.fastest if self.total else None
