"""Sampling until an error is small enough: rounds of chunks, each round ending at a fixed count.

The count grows by a quarter from round to round, and the error is checked between rounds only. So
the end of a run depends only on its draws, not on threads, stops or extensions; and the error is
checked rarely, which matters because frequent checks favour errors that are small by chance.
"""

import math

from rsrg.config.schema import Config
from rsrg.ensemble.blocks import CHUNK
from rsrg.physics.loading import first_on_sides
from rsrg.results.chunk_means import MomentArrays
from rsrg.results.sampled import SampledSource
from rsrg.results.source import Setting

GROWTH = 1.25


def next_round(config: Config, moments: MomentArrays) -> Config | None:
    """The config with the draws of one more round; None where the target is met, or none was set.

    moments: all chunk means of the rounds so far.
    """
    most = config.most_samples()
    samples = config.sampling.samples
    if config.sampling.target_error is None or samples >= most:
        return None
    if largest_error(config, moments) <= config.sampling.target_error:
        return None
    grown = min(CHUNK * math.ceil(GROWTH * samples / CHUNK), most)
    sampling = config.sampling.model_copy(update={"samples": grown})
    return config.model_copy(update={"sampling": sampling})


def largest_error(config: Config, moments: MomentArrays) -> float:
    """The largest standard error of the quantity that `target_quantity` names, over all glasses.

    coupling: of every component of M at every step, reading and strain. M is linear in α, so that
    its error is largest at the smallest or the largest α. critical_strain: of the first critical
    strain of every glass and reading on each side of e = 0, without interpolation errors; zero
    where there is none.
    """
    source = SampledSource(Setting.from_config(config), moments)
    alphas = sorted({glass.alpha for glass in config.glasses()})
    if config.sampling.target_quantity != "critical_strain":
        return max(float(source.moments.coupling_stderr(a).max()) for a in {alphas[0], alphas[-1]})
    rows = [row for a in alphas for row in source.critical_strains(a)]
    first = [row[k] for row in rows for k in first_on_sides([c.strain for c in row]).values()]
    return max((c.sampling for c in first), default=0.0)
