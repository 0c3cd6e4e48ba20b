"""How long a run would take, estimated from a few of its chunks timed on this machine."""

from dataclasses import replace

from rsrg.config.schema import Config
from rsrg.execution.clock import CLOCK
from rsrg.execution.plan import Plan, plan, steps_drawn
from rsrg.execution.pool_state import PoolState
from rsrg.execution.sampler import config_sampler
from rsrg.sums.threads import available_threads


def timed_plan(config: Config) -> Plan:
    """The plan of a run, with its time. Computes a few chunks for that, which compiles the kernels.

    The time is that on all threads of this machine; it is left out where nothing is drawn, or where
    a pool would not fit into memory.
    """
    planned = plan(config)
    if not steps_drawn(config) or (planned.pool and not planned.fits):
        return planned
    drawing = steps_drawn(config) * config.chunks() * chunk_seconds(config)
    return replace(planned, seconds=drawing + _block_pool_seconds(config))


def chunk_seconds(config: Config) -> float:
    """Seconds for a chunk by all threads of this process: of one by one thread, its share.

    It is the second of two, because the first one compiles.
    """
    sampler = config_sampler(config)
    sampler.chunks(0, range(1))
    started = CLOCK.monotonic()
    sampler.chunks(0, range(1, 2))
    return (CLOCK.monotonic() - started) / available_threads()


def _block_pool_seconds(config: Config) -> float:
    """Seconds for all steps of the pool, from one of its chunks and one set of its statistics."""
    if not config.flow.quenched:
        return 0.0
    pool = PoolState.initial(config)
    pool.step.coarse_grain(pool.subpool(0), 0, range(1))
    started = CLOCK.monotonic()
    pool.step.coarse_grain(pool.subpool(1), 0, range(1, 2))
    grown = CLOCK.monotonic()
    pool.describe()
    described = CLOCK.monotonic()
    by_threads = pool.chunks * (grown - started) / available_threads()
    return len(pool.done) * (by_threads + described - grown)
