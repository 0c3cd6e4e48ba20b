"""From a config: the sampler of its chunks of draws, and the step of its pool of blocks."""

from collections.abc import Sequence

import numpy as np

from rsrg.config.block_ensemble import block_ensemble
from rsrg.config.schema import Config
from rsrg.ensemble.pool import PoolStep
from rsrg.ensemble.sampling import Sampler


def config_sampler(
    config: Config, readings: Sequence[int] | None = None, strains: Sequence[int] | None = None
) -> Sampler:
    """The sampler of these readings and strains, given by index; by default of all."""
    chosen, deformations = config.reading_list(), config.strain.deformations()
    if readings is not None:
        chosen = tuple(chosen[i] for i in readings)
    if strains is not None:
        deformations = deformations[list(strains)]
    return Sampler(block_ensemble(config.blocks), config.sampling.seed, chosen, deformations)


def config_pool_step(config: Config) -> PoolStep:
    """The step by which the pool of a quenched config is coarse-grained."""
    alphas = np.array([m.alpha for m in config.glasses()])
    flow, once = config.flow, config.sampling.resample == "once"
    sampler = config_sampler(config)
    return PoolStep(sampler, flow.update, flow.contraction, alphas, flow.blocks, once, flow.sign)
