"""The axes of a run file, which follow from its config."""

from typing import Any

import numpy as np

from rsrg.config.schema import Config
from rsrg.ensemble.pool_statistics import EDGES, MOMENT_NAMES, QUANTILES, SUMMARY_NAMES
from rsrg.ensemble.subpools import SUBPOOLS
from rsrg.physics.arrays import Array
from rsrg.physics.channels import strain_channels
from rsrg.physics.loading import sides_of
from rsrg.physics.pairs import PAIR_NAMES

CROSSINGS = 6  # critical strains that are kept on each side of e = 0, for each glass and reading


def run_axes(config: Config) -> dict[str, Any]:
    """The axes that every run has, by path. Lengths L_n in m where the config gives L₁."""
    glasses, start = config.glasses(), config.lengths.start_meters()
    ratios = config.blocks.n0 ** np.cumsum(config.step_weights())
    lengths = {} if start is None else {"axes/length": start * ratios}
    return {
        "axes/material": [m.name for m in glasses],
        "axes/alpha": [m.alpha for m in glasses],
        "axes/step": np.arange(1, config.steps() + 1),
        "axes/length_ratio": ratios,
        **lengths,
        "axes/reading": [str(r) for r in config.reading_list()],
        "axes/strain": config.strain.strains(),
        "axes/row": list("xyz"),
        "axes/column": list("xyz"),
        "axes/direction": config.strain.direction(),
        "axes/pair": list(PAIR_NAMES),
        "axes/pair_kl": list(PAIR_NAMES),
        "axes/channel": list(strain_channels(config.strain.direction()).names),
        "axes/crossing": np.arange(1, crossings_kept(config) + 1),
    }


def crossings_kept(config: Config) -> int:
    """The length of the axis of crossings: CROSSINGS for each side that the strains reach."""
    return CROSSINGS * len(sides_of(config.strain.strains()))


def generation_lengths(config: Config) -> Array:
    """L_n / L₁ of every generation of a pool, (steps + 1,), the first blocks included."""
    return np.float64(config.blocks.n0) ** np.arange(config.steps() + 1, dtype=np.float64)


def pool_axes(config: Config) -> dict[str, Any]:
    """The further axes of the pool of a quenched run, by path."""
    return {
        "axes/generation": np.arange(config.steps() + 1),
        "axes/generation_length_ratio": generation_lengths(config),
        "axes/block": np.arange(config.flow.blocks),
        "axes/part": np.arange(SUBPOOLS),
        "axes/level": np.arange(1, 7),
        "axes/moment": list(MOMENT_NAMES),
        "axes/summary": list(SUMMARY_NAMES),
        "axes/quantile": QUANTILES,
        "axes/bin": np.concatenate(([-np.inf], EDGES)),
    }
