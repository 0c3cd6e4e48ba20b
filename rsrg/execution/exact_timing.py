"""The plan of an ensemble of exact super blocks, with the time that it would take here."""

from rsrg.config.exact import ExactConfig
from rsrg.ensemble.super_blocks import NORMS
from rsrg.execution.clock import CLOCK
from rsrg.execution.exact_plan import ExactPlan
from rsrg.execution.tasks import exact_norms
from rsrg.sums.threads import available_threads

NUMBER_BYTES = 8


def exact_plan(config: ExactConfig, threads: int | None = None) -> ExactPlan:
    """The plan, from a chunk that is computed and timed; in so many threads, or all."""
    began = CLOCK.monotonic()
    exact_norms(config.resolved(), 0, range(1))
    each, chunks = CLOCK.monotonic() - began, config.chunks()
    cases = len(config.strengths) * len(config.distances) * len(config.temperatures)
    super_blocks = config.sampling.super_blocks
    return ExactPlan(
        super_blocks=super_blocks,
        strengths=len(config.strengths),
        distances=len(config.distances),
        temperatures=len(config.temperatures),
        chunks=chunks,
        file_bytes=NUMBER_BYTES * len(NORMS) * cases * super_blocks,
        seconds=each * chunks / min(threads or available_threads(), chunks),
    )
