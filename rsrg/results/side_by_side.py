"""How many glasses are derived side by side, for the memory that this takes."""

from rsrg.config.schema import Config
from rsrg.ensemble.statistics import MAX_GROUPS
from rsrg.sums.threads import available_threads

MEMORY = 1 << 30  # bytes; fewer glasses at a time where they would take more together
COPIES = 8  # of the leave-one-out couplings of a glass in memory, at most


def glass_bytes(config: Config) -> int:
    """The memory that deriving the results of one glass takes, roughly."""
    sampled = config.sampling.estimator == "montecarlo"
    groups = min(config.chunks(), MAX_GROUPS) if sampled else 1
    cases = len(config.readings) * len(config.strain.strains())
    return COPIES * groups * config.steps() * cases * 36 * 8


def glasses_at_once(config: Config, threads: int | None = None) -> int:
    """One for each thread, as many as MEMORY allows. threads: by default, all processors."""
    most = max(1, MEMORY // glass_bytes(config))
    return min(threads or available_threads(), most, len(config.materials))
