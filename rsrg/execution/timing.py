"""How long a run would take, estimated from a few of its chunks timed on this machine.

A chunk that would take long is not timed itself, but one of smaller super blocks, at fewer strains:
so a plan is there in seconds, whatever it is a plan of. Of the time that is measured, what the sums
themselves should take (`chunk_cost`) grows as these do, and the rest with the number of blocks.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from rsrg.config.run_config import CHUNKS, POOL_CHUNKS
from rsrg.config.schema import Config
from rsrg.ensemble.blocks import CHUNK
from rsrg.ensemble.subpools import POOL_UNIT
from rsrg.execution.chunk_cost import (
    draw_chunk_seconds,
    draw_sum_seconds,
    super_block_chunk_seconds,
)
from rsrg.execution.clock import CLOCK
from rsrg.execution.plan import Plan, lattice_bytes, plan, steps_drawn
from rsrg.execution.pool_state import PoolState
from rsrg.execution.sampler import config_sampler
from rsrg.sums.threads import available_threads

AFFORDABLE = 0.3  # core seconds of a chunk that is timed, as it is expected
AFFORDABLE_BYTES = 5e7  # of the blocks that it is cut out of: listing these takes as long
SMALLEST = 2  # N0
MOST_STRAINS = 32  # in a chunk that is timed; evenly chosen from those of the run


@dataclass(frozen=True)
class ChunkTime:
    """Seconds for a chunk by all threads of this process, and the N0 of the one that was timed.

    n0 is None where even the smallest is not affordable, in bodies as long as a needle: then the
    time is that of the sums alone, and of choosing blocks in a body as round as a ball.
    """

    seconds: float
    n0: int | None


@dataclass(frozen=True)
class ChunkTimes:
    """Seconds for a chunk of each kind of work, on all threads of this process.

    seconds: by kind, as `Config.chunk_totals` has them. n0: as in `ChunkTime`, the smallest.
    """

    seconds: dict[str, float]
    n0: int | None

    def of(self, chunks: Mapping[str, int]) -> float:
        """Seconds for so many chunks of each kind."""
        return sum(s * chunks[kind] for kind, s in self.seconds.items())


def chunk_times(config: Config) -> ChunkTimes | None:
    """The times of a run's chunks, from a few of them, which compiles the kernels.

    None where nothing is drawn, or where the run would not fit into memory. Draws that all steps
    share take their time once.
    """
    if not steps_drawn(config) or not plan(config).fits:
        return None
    chunk = timed_chunk(config)
    seconds = {CHUNKS: chunk.seconds * steps_drawn(config) / config.steps()}
    if not config.flow.quenched or chunk.n0 is None:
        return ChunkTimes(seconds, chunk.n0)
    pool_seconds, n0 = _pool_chunk_time(config)
    return ChunkTimes(seconds | {POOL_CHUNKS: pool_seconds}, min(chunk.n0, n0))


def decides_times(config: Config) -> str:
    """The settings that `chunk_times` depends on, as text."""
    data = json.loads(config.resolved())
    chosen = [data[key] for key in ("blocks", "strain", "readings")]
    if config.flow.quenched:
        chosen += [data["flow"], data["materials"]]
    if config.sampling.resample == "once":
        chosen += [config.steps()]
    return json.dumps([config.sampling.estimator, *chosen], sort_keys=True)


def timed_plan(config: Config) -> Plan:
    """The plan of a run, with its time where there are `chunk_times`."""
    planned, times = plan(config), chunk_times(config)
    if times is None:
        return planned
    return replace(planned, seconds=times.of(config.chunk_totals()), timed_n0=times.n0)


def timed_chunk(config: Config) -> ChunkTime:
    """The time of a chunk of draws."""
    few = _few_cases(config)
    n0 = _largest_affordable(few, _draw_seconds, draw_sum_seconds)
    if n0 is None:
        return ChunkTime(draw_chunk_seconds(config) / available_threads(), None)
    seconds = _draw_seconds(_with_n0(few, n0)) * _bodies(config) / _bodies(few)
    seconds = _scaled(seconds, _with_n0(config, n0), config, draw_sum_seconds)
    return ChunkTime(seconds / available_threads(), n0)


def _draw_seconds(config: Config) -> float:
    """Seconds that a chunk of draws takes on one thread: the second, as the first compiles."""
    sampler = config_sampler(config)
    sampler.chunks(0, range(1))
    started = CLOCK.monotonic()
    sampler.chunks(0, range(1, 2))
    return CLOCK.monotonic() - started


def _largest_affordable(
    config: Config, timed: Callable[[Config], float], sums: Callable[[Config], float]
) -> int | None:
    """The largest N0, up to that of the config, of which a chunk is affordable; None for none.

    timed: measures the time of a chunk. sums: what its sums should take.
    """
    n0, wanted = SMALLEST, config.blocks.n0
    if lattice_bytes(_with_n0(config, n0)) > AFFORDABLE_BYTES:
        return None
    while n0 < wanted:
        small, larger = _with_n0(config, n0), _with_n0(config, min(2 * n0, wanted))
        if lattice_bytes(larger) > AFFORDABLE_BYTES or sums(larger) > AFFORDABLE:
            break
        if _scaled(timed(small), small, larger, sums) > AFFORDABLE:
            break
        n0 = larger.blocks.n0
    return n0


def _scaled(
    seconds: float, timed: Config, config: Config, sums: Callable[[Config], float]
) -> float:
    """The time of a chunk of a config, from that of the same with other super blocks."""
    if timed.blocks.n0 == config.blocks.n0:
        return seconds
    rest = max(0.0, seconds - sums(timed))
    return rest * (config.blocks.n0 / timed.blocks.n0) ** 3 + sums(config)


def _with_n0(config: Config, n0: int) -> Config:
    return config.model_copy(update={"blocks": config.blocks.model_copy(update={"n0": n0})})


def _few_cases(config: Config) -> Config:
    """The same at MOST_STRAINS strains at most, for one glass, with the smallest pool."""
    strains = config.strain.strains()
    if len(strains) > MOST_STRAINS:
        strains = strains[np.linspace(0, len(strains) - 1, MOST_STRAINS).astype(int)]
    flow = config.flow.model_copy(update={"pool": POOL_UNIT}) if config.flow.quenched else None
    return config.model_copy(
        update={
            "strain": config.strain.model_copy(update={"values": tuple(strains.tolist())}),
            "materials": config.materials[:1],
            "flow": flow or config.flow,
        }
    )


def _bodies(config: Config) -> int:
    return len(config.readings) * len(config.strain.strains()) + 1


def _pool_chunk_time(config: Config) -> tuple[float, int]:
    """Seconds for a chunk of super blocks, and the N0 of the one that was timed.

    With its share of the statistics of each step's pool, one set of which is timed, too.
    """
    few = _few_cases(config)
    n0 = _largest_affordable(few, _coarse_grain_seconds, super_block_chunk_seconds) or SMALLEST
    by_cases = len(config.materials) * (_bodies(config) - 1) / (_bodies(few) - 1)
    seconds = _coarse_grain_seconds(_with_n0(few, n0)) * by_cases
    seconds = _scaled(seconds, _with_n0(config, n0), config, super_block_chunk_seconds)
    describing = _describe_seconds(few) * by_cases * config.flow.blocks / few.flow.blocks
    pool_chunks = config.flow.blocks // CHUNK
    return seconds / available_threads() + describing / pool_chunks, n0


def _coarse_grain_seconds(config: Config) -> float:
    """Seconds that a chunk of super blocks takes on one thread: the second of two."""
    pool = PoolState.initial(config)
    pool.step.coarse_grain(pool.subpool(0), 0, range(1))
    started = CLOCK.monotonic()
    pool.step.coarse_grain(pool.subpool(1), 0, range(1, 2))
    return CLOCK.monotonic() - started


def _describe_seconds(config: Config) -> float:
    """Seconds that the statistics of a pool take."""
    pool = PoolState.initial(config)
    started = CLOCK.monotonic()
    pool.describe()
    return CLOCK.monotonic() - started
