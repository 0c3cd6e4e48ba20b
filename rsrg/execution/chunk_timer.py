"""How long the draws of a session took, to tell later what more of them would take."""

import math

from rsrg.execution.clock import CLOCK


class ChunkTimer:
    """Times the chunks of each round of draws, without the first unit, in which kernels compile."""

    def __init__(self) -> None:
        self.chunks = 0  # of all rounds so far
        self.fastest = math.inf  # s of a chunk, in the fastest of the rounds before
        self.begin_round()

    def begin_round(self) -> None:
        """Note that a round begins."""
        self.fastest = self._fastest() if self.chunks else math.inf
        self.timed, self.first, self.last = 0, 0.0, 0.0

    def chunks_done(self, count: int) -> None:
        """Note that so many more chunks of the round are done."""
        self.last = CLOCK.monotonic()
        self.timed += count if self.first else 0
        self.first = self.first or self.last
        self.chunks += count

    def _fastest(self) -> float:
        """Seconds of a chunk in the fastest round, the present one included."""
        if self.timed == 0:
            return self.fastest
        return min(self.fastest, (self.last - self.first) / self.timed)

    def seconds(self) -> float:
        """Seconds that all chunks so far take at the pace of the fastest round; 0 if unknown."""
        fastest = self._fastest()
        return self.chunks * fastest if math.isfinite(fastest) else 0.0
