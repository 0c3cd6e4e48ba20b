"""How large a run is, before it begins: sums, pairs, memory, file."""

from dataclasses import dataclass

from rsrg.config.schema import Config
from rsrg.ensemble.blocks import CHUNK
from rsrg.ensemble.cases import case_bodies, configuration_bytes
from rsrg.errors import ConfigError
from rsrg.formatting import duration_text, size_text
from rsrg.results.side_by_side import glass_bytes, glasses_at_once
from rsrg.sums.cost import batch_seconds, harmonic_bytes
from rsrg.sums.limits import memory_limit
from rsrg.sums.threads import available_threads

COPIES = 6  # of a pool in memory at most: present and next, and their bytes twice in a save
MONOMIALS = 94  # largest number of harmonics of a draw's rotation


@dataclass(frozen=True)
class Plan:
    """The size of a run. pool: P, the number of blocks in the pool of a quenched run.

    pool_bytes: size of one pool. seconds: estimated from a chunk timed on this machine, one of
    timed_n0³ blocks; None where there is no estimate, and timed_n0 where none was timed.
    """

    n0: int
    materials: int
    readings: int
    strains: int
    steps: int
    samples: int
    sums: int
    pairs: int
    memory_bytes: int
    file_bytes: int
    target_error: float | None
    pool: int
    pool_bytes: int
    seconds: float | None = None
    timed_n0: int | None = None

    @property
    def pool_copies(self) -> int:
        """How many copies of a pool are in memory, at most."""
        return COPIES

    @property
    def fits(self) -> bool:
        """Whether the memory that is allowed suffices; true where that is unknown."""
        limit = memory_limit()
        return limit is None or self.memory_bytes <= limit.bytes


def plan(config: Config) -> Plan:
    """How large a run is; for the time it would take see `timing.timed_plan`."""
    cases = len(config.readings) * len(config.strain.strains())
    steps, materials, pool = config.steps(), len(config.materials), config.flow.blocks
    sampled = config.sampling.estimator == "montecarlo"
    sums = steps_drawn(config) * config.chunks() * CHUNK * (cases + 1) if sampled else 0
    sums += pool * steps * cases * materials
    n = config.blocks.n0**3
    raw, one_pool = _raw_bytes(config), pool_bytes(config)
    return Plan(
        n0=config.blocks.n0,
        materials=materials,
        readings=len(config.readings),
        strains=len(config.strain.strains()),
        steps=steps,
        samples=config.sampling.samples if sampled else 0,
        sums=sums,
        pairs=sums * (n * (n - 1) // 2),
        memory_bytes=3 * raw
        + _result_bytes(config)
        + COPIES * one_pool
        + lattice_bytes(config)
        + _matrix_bytes(config),
        file_bytes=raw + 6 * materials * 8 * 36 * steps * cases + 2 * one_pool,
        target_error=config.sampling.target_error,
        pool=pool,
        pool_bytes=one_pool,
    )


def steps_drawn(config: Config) -> int:
    """Number of steps with their own draws; 0 where nothing is sampled."""
    if config.sampling.estimator != "montecarlo":
        return 0
    return 1 if config.sampling.resample == "once" else config.steps()


def _raw_bytes(config: Config) -> int:
    """Bytes of the chunk means and the harmonics of all chunks."""
    cases = len(config.readings) * len(config.strain.strains())
    sampled = config.sampling.estimator == "montecarlo"
    per_case = 31 if sampled and config.blocks.blocks().volume_control else 15
    return 8 * config.steps() * config.chunks() * (per_case * cases + 15 + MONOMIALS)


def _result_bytes(config: Config) -> int:
    """Bytes of the results of all glasses, and of what deriving some side by side takes."""
    cases = len(config.readings) * len(config.strain.strains())
    results = 8 * 8 * 36 * len(config.materials) * config.steps() * cases
    return results + glasses_at_once(config) * glass_bytes(config)


def lattice_bytes(config: Config) -> int:
    """Bytes that one configuration of blocks takes while it is summed."""
    if config.sampling.estimator != "montecarlo":
        return 0
    blocks = config.blocks.blocks()
    bodies = case_bodies(blocks.n0, config.reading_list(), config.strain.deformations())
    return int(configuration_bytes(blocks, bodies))


def _matrix_bytes(config: Config) -> int:
    """Bytes of the matrices of harmonic super blocks, in all threads."""
    if config.flow.update != "harmonic":
        return 0
    return available_threads() * harmonic_bytes(config.blocks.n0**3)


def require_memory(config: Config) -> None:
    """Raise ConfigError, with memory and time, where a run needs more than this machine has."""
    planned = plan(config)
    if planned.fits:
        return
    what = f"samples × steps × readings × strains, and {config.blocks.n0}³ blocks"
    if planned.pool:
        what += f"; `flow.pool`: {COPIES} × {size_text(planned.pool_bytes)}"
    seconds = planned.sums * batch_seconds(config.blocks.n0**3)
    raise ConfigError(
        [
            f"the run must fit into memory: it needs about {size_text(planned.memory_bytes)} "
            f"({what}), {memory_limit()}; its sums alone would "
            f"take about {duration_text(seconds)} on one core (see rsrg run -n)"
        ]
    )


def pool_bytes(config: Config) -> int:
    """The size of one pool in bytes: P × strains × readings × materials × 36 doubles."""
    cases = len(config.strain.strains()) * len(config.readings) * len(config.materials)
    return 8 * 36 * config.flow.blocks * cases
