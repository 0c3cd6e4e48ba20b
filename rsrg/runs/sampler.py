"""The sampler that a config asks for."""

from collections.abc import Sequence

from rsrg.ensemble.sampling import Sampler
from rsrg.runs.config import Config


def config_sampler(
    config: Config, readings: Sequence[int] | None = None, strains: Sequence[int] | None = None
) -> Sampler:
    """What draws the chunks of these readings and strains, by number; of all by default."""
    chosen, deformations = config.reading_list(), config.strain.deformations()
    if readings is not None:
        chosen = tuple(chosen[i] for i in readings)
    if strains is not None:
        deformations = deformations[list(strains)]
    return Sampler(config.block_ensemble(), config.sampling.seed, chosen, deformations)
