"""How long a run would take, estimated from a few of its chunks timed on this machine."""

from dataclasses import replace

from rsrg.config.schema import Config
from rsrg.execution.clock import CLOCK
from rsrg.execution.plan import Plan, plan, steps_drawn
from rsrg.execution.pool_state import PoolState
from rsrg.execution.sampler import config_sampler


def timed_plan(config: Config) -> Plan:
    """The plan of a run, with its time. Computes a few chunks for that, which compiles the kernels.

    The time is left out where nothing is drawn, or where a pool would not fit into memory.
    """
    planned = plan(config)
    if not steps_drawn(config) or (planned.pool and not planned.fits):
        return planned
    seconds = steps_drawn(config) * config.chunks() * chunk_seconds(config) + _block_pool_seconds(
        config
    )
    return replace(planned, seconds=seconds)


def chunk_seconds(config: Config) -> float:
    """Seconds for a chunk in this process: the second of two, because the first one compiles."""
    sampler = config_sampler(config)
    sampler.chunk(0, 0)
    started = CLOCK.monotonic()
    sampler.chunk(0, 1)
    return CLOCK.monotonic() - started


def _block_pool_seconds(config: Config) -> float:
    """Seconds for all steps of the pool, from one of its chunks and one set of its statistics."""
    if not config.flow.quenched:
        return 0.0
    pool = PoolState.initial(config)
    pool.step.coarse_grain(pool.subpool(0), 0, 0)
    started = CLOCK.monotonic()
    pool.step.coarse_grain(pool.subpool(1), 0, 1)
    grown = CLOCK.monotonic()
    pool.describe()
    described = CLOCK.monotonic()
    return len(pool.done) * (pool.chunks * (grown - started) + described - grown)
