"""What a run would do, before it does it: sums, pairs, memory, file, time."""

from dataclasses import dataclass, replace

from rsrg.config.schema import Config
from rsrg.ensemble.draws import CHUNK
from rsrg.ensemble.statistics import MAX_GROUPS
from rsrg.errors import ConfigError
from rsrg.execution.clock import CLOCK
from rsrg.execution.pool_state import COPIES, PoolState, pool_bytes
from rsrg.execution.sampler import config_sampler
from rsrg.formatting import duration_text, size_text
from rsrg.sums.batch import batch_seconds
from rsrg.sums.limits import physical_memory

MONOMIALS = 94  # of the harmonics of a draw's rotation, at most


@dataclass(frozen=True)
class Plan:
    """The size of a run. seconds: from a chunk timed here; None where none is, or does not fit.

    pool: P of a quenched run, and the bytes of one pool.
    """

    materials: int
    readings: int
    strains: int
    steps: int
    samples: int
    sums: int
    pairs: int
    memory_bytes: int
    file_bytes: int
    seconds: float | None
    target_error: float | None = None
    pool: int = 0
    pool_bytes: int = 0

    @property
    def pool_copies(self) -> int:
        """How many copies of a pool are in memory, at most."""
        return COPIES

    @property
    def fits(self) -> bool:
        """Whether this machine has the memory, as far as it tells."""
        there = physical_memory()
        return there is None or self.memory_bytes <= there


def plan(config: Config, measure: bool = True) -> Plan:
    """The plan of a config. measure: time two chunks, compiling the kernels on the way."""
    materials, readings = len(config.materials), len(config.readings)
    strains, steps, chunks = len(config.strain.strains()), config.steps(), config.chunks()
    sampled = config.sampling.estimator == "montecarlo"
    drawn = 1 if config.sampling.resample == "once" else steps
    sums = chunks * CHUNK * drawn * (readings * strains + 1) if sampled else 0
    n = config.blocks.n0**3
    per_case = 31 if sampled and config.blocks.blocks().volume_control else 15
    raw = 8 * steps * chunks * (per_case * readings * strains + 15 + MONOMIALS)
    per_glass = 8 * 36 * steps * readings * strains
    groups = min(chunks, MAX_GROUPS) if sampled else 0
    size, one_pool = config.flow.blocks, pool_bytes(config)
    body = config_sampler(config).memory_bytes() if sampled else 0.0
    grown = size * steps * readings * strains * materials
    planned = Plan(
        materials=materials,
        readings=readings,
        strains=strains,
        steps=steps,
        samples=config.sampling.samples if sampled else 0,
        sums=sums + grown,
        pairs=(sums + grown) * (n * (n - 1) // 2),
        memory_bytes=3 * raw
        + (8 * materials + 8 * groups) * per_glass
        + COPIES * one_pool
        + int(body),
        file_bytes=raw + 6 * materials * per_glass + 2 * one_pool,
        seconds=None,
        target_error=config.sampling.target_error,
        pool=size,
        pool_bytes=one_pool,
    )
    allocates = size > 0  # to time a pool, one is made
    if not (measure and sampled) or (allocates and not planned.fits):
        return planned
    seconds = drawn * chunks * chunk_seconds(config) + _pool_seconds(config)
    return replace(planned, seconds=seconds)


def chunk_seconds(config: Config) -> float:
    """Time of a chunk in this process: the second of two (the first compiles)."""
    sampler = config_sampler(config)
    sampler.chunk(0, 0)
    started = CLOCK.monotonic()
    sampler.chunk(0, 1)
    return CLOCK.monotonic() - started


def _pool_seconds(config: Config) -> float:
    """Time of all steps of the pool, from one of its chunks and one description of its blocks."""
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


def require_memory(config: Config) -> None:
    """Raise ConfigError, with memory and time, where a run needs more than this machine has."""
    planned = plan(config, measure=False)
    if planned.fits:
        return
    what = f"samples × steps × readings × strains, and {config.blocks.n0}³ blocks"
    if planned.pool:
        what += f"; `flow.pool`: {COPIES} × {size_text(planned.pool_bytes)}"
    seconds = planned.sums * batch_seconds(config.blocks.n0**3)
    raise ConfigError(
        [
            f"the run must fit into memory: it needs about {size_text(planned.memory_bytes)} "
            f"({what}), this machine has {size_text(physical_memory() or 0)}; its sums alone would "
            f"take about {duration_text(seconds)} on one core (see rsrg run -n)"
        ]
    )
