"""How large an ensemble of exact super blocks is, before it begins."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ExactPlan:
    """The size of an ensemble. seconds: from a chunk timed here, shared out over the threads."""

    super_blocks: int
    strengths: int
    distances: int
    temperatures: int
    chunks: int
    file_bytes: int
    seconds: float
