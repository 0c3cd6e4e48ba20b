"""How large a trajectory is before it begins: frames, blocks, engine, memory, time."""

from dataclasses import dataclass

from rsrg.sums.limits import memory_limit


@dataclass(frozen=True)
class TrajectoryPlan:
    """The size of a trajectory. blocks: of the smallest and the largest frame, as read.

    summed: blocks of the largest frame that are summed over, about, in a cubic box. frame_bytes:
    memory that it takes; memory_bytes: of as many side by side as there are threads. seconds:
    estimated for this machine, for frames whose blocks are spread evenly. faster: what would be.
    """

    frames: int
    blocks: tuple[int, int]
    summed: int
    engine: str
    threads: int
    frame_bytes: int
    memory_bytes: int
    file_bytes: int
    seconds: float
    faster: str

    @property
    def fits(self) -> bool:
        """Whether the memory that is allowed suffices; true where that is unknown."""
        limit = memory_limit()
        return limit is None or self.memory_bytes <= limit.bytes
