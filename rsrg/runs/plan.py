"""What a run would do, before it does it: sums, pairs, memory, file, time."""

import os
import time
from dataclasses import dataclass

from rsrg.ensemble.draws import CHUNK
from rsrg.ensemble.sampling import Sampler
from rsrg.ensemble.statistics import MAX_GROUPS
from rsrg.runs.config import Config
from rsrg.runs.errors import ConfigError
from rsrg.sums.limits import duration_text, size_text

MONOMIALS = 94  # of the harmonics of a draw's rotation, at most


@dataclass(frozen=True)
class Plan:
    """The size of a run. seconds: from a chunk timed here; None where nothing is sampled."""

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


def plan(config: Config, measure: bool = True) -> Plan:
    """The plan of a config. measure: time two chunks, compiling the kernels on the way."""
    materials, readings = len(config.materials), len(config.readings)
    strains, steps, chunks = len(config.strain.strains()), config.steps(), config.chunks()
    sampled = config.sampling.estimator == "montecarlo"
    drawn = 1 if config.sampling.resample == "once" else steps
    sums = chunks * CHUNK * drawn * (readings * strains + 1) if sampled else 0
    n = config.blocks.n0**3
    raw = 8 * steps * chunks * (15 * (readings * strains + 1) + MONOMIALS)
    per_glass = 8 * 36 * steps * readings * strains
    groups = min(chunks, MAX_GROUPS) if sampled else 0
    return Plan(
        materials=materials,
        readings=readings,
        strains=strains,
        steps=steps,
        samples=config.sampling.samples if sampled else 0,
        sums=sums,
        pairs=sums * (n * (n - 1) // 2),
        memory_bytes=3 * raw + (8 * materials + 8 * groups) * per_glass,
        file_bytes=raw + 6 * materials * per_glass,
        seconds=drawn * chunks * chunk_seconds(config) if measure and sampled else None,
        target_error=config.sampling.target_error,
    )


def chunk_seconds(config: Config) -> float:
    """Time of a chunk in this process: the second of two (the first compiles)."""
    sampler = Sampler(
        config.block_ensemble(),
        config.sampling.seed,
        config.reading_list(),
        config.strain.deformations(),
    )
    sampler.chunk(0, 0)
    started = time.perf_counter()
    sampler.chunk(0, 1)
    return time.perf_counter() - started


def require_memory(config: Config) -> None:
    """Raise ConfigError where a run would need more memory than this machine has."""
    needed = plan(config, measure=False).memory_bytes
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > there:
        raise ConfigError(
            [
                f"the run must fit into memory: it needs about {size_text(needed)}, this machine "
                f"has {size_text(there)} (samples × steps × readings × strains; see rsrg run -n)"
            ]
        )


def plan_lines(p: Plan) -> list[str]:
    """The plan in words."""
    lines = [
        f"{p.materials} glasses × {p.readings} readings × {p.strains} strains, {p.steps} RG steps",
        f"{p.samples} draws per step: {p.sums:,} sums over blocks, {p.pairs:.3g} pairs",
        f"memory about {size_text(p.memory_bytes)}, run file at most {size_text(p.file_bytes)}",
    ]
    if p.seconds is not None:
        lines.append(
            f"time about {duration_text(p.seconds)} on this machine (measured on one chunk)"
        )
    if p.target_error is not None:
        lines.append(f"that is the first round; more follow until errors are {p.target_error:g}")
    return lines
