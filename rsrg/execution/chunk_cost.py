"""What a chunk of a run costs, roughly, before one was timed."""

from rsrg.config.run_config import CHUNKS, POOL_CHUNKS, RunConfig
from rsrg.config.schema import Config
from rsrg.ensemble.blocks import CHUNK
from rsrg.sums.cost import (
    batch_seconds,
    choice_seconds,
    direct_seconds,
    harmonic_seconds,
    weighted_seconds,
)


def relative_costs(config: RunConfig) -> dict[str, float]:
    """What chunks cost beside each other, by kind of work as `chunk_totals` has them."""
    if not isinstance(config, Config) or not config.flow.quenched:
        return dict.fromkeys(config.chunk_totals(), 1.0)
    draws = draw_chunk_seconds(config) if config.sampling.estimator == "montecarlo" else 0.0
    return {CHUNKS: draws, POOL_CHUNKS: super_block_chunk_seconds(config)}


def draw_chunk_seconds(config: Config) -> float:
    """Time of a chunk of draws on one core, roughly."""
    return _bodies(config) * choice_seconds(config.blocks.n0**3) + draw_sum_seconds(config)


def draw_sum_seconds(config: Config) -> float:
    """Time of the sums of a chunk of draws on one core, roughly: by rows where there are rows."""
    each = batch_seconds if config.blocks.blocks().perfect else direct_seconds
    return _bodies(config) * each(config.blocks.n0**3)


def _bodies(config: Config) -> int:
    """How many bodies are cut out of the draws of a chunk."""
    return CHUNK * (len(config.readings) * len(config.strain.strains()) + 1)


def super_block_chunk_seconds(config: Config) -> float:
    """Time of a chunk of super blocks on one core, roughly."""
    n, cases = config.blocks.n0**3, len(config.readings) * len(config.strain.strains())
    harmonic = config.flow.update == "harmonic"
    on_lattice = config.blocks.blocks().perfect
    each = harmonic_seconds(n) if harmonic else weighted_seconds(n, on_lattice)
    return CHUNK * cases * (choice_seconds(n) + len(config.materials) * each)
