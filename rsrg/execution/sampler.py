"""From a config: its sampler of draws, the step of its pool of blocks, or its super blocks."""

from collections.abc import Sequence

import numpy as np

from rsrg.config.block_ensemble import block_ensemble
from rsrg.config.exact import ExactConfig
from rsrg.config.schema import Config
from rsrg.ensemble.pool import PoolStep
from rsrg.ensemble.sampling import Sampler
from rsrg.ensemble.super_blocks import SuperBlockEnsemble


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


def require_room(config: Config) -> None:
    """Raise PhysicsError where the positions that a config names are too few for its blocks."""
    if config.blocks.positions is not None:
        config_sampler(config).require_room()


def config_pool_step(config: Config) -> PoolStep:
    """The step by which the pool of a quenched config is coarse-grained."""
    alphas = np.array([m.alpha for m in config.glasses()])
    flow, once = config.flow, config.sampling.resample == "once"
    sampler = config_sampler(config)
    return PoolStep(sampler, flow.update, flow.contraction, alphas, flow.blocks, once, flow.sign)


def super_block_ensemble(config: ExactConfig) -> SuperBlockEnsemble:
    """The ensemble of exact super blocks of a config."""
    return SuperBlockEnsemble(
        law=config.levels.law(),
        alpha=config.alpha,
        strengths=np.array(config.strengths),
        distances=np.array(config.distances),
        temperatures=np.array(config.temperatures),
        seed=config.sampling.seed,
    )
