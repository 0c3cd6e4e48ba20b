"""From the norms of many exact super blocks to relative errors of Eqs. 3.2 and 3.3, with errors."""

from typing import Any

import numpy as np

from rsrg.config.exact import ExactConfig
from rsrg.ensemble.statistics import Groups
from rsrg.ensemble.super_blocks import NORMS, SUPER_BLOCK_CHUNK
from rsrg.physics.arrays import Array

EQUATIONS = ("3.3", "3.3 with stress term", "3.2")
RATIOS = {
    "relative_change": ("change", "chi"),
    "projection": ("projection", "change"),
    "3.3": ("error_3.3", "change"),
    "3.3 with stress term": ("error_with_stress_term", "change"),
    "3.2": ("relaxation_error_3.2", "relaxation_change"),
}


def exact_axes(config: ExactConfig) -> dict[str, Any]:
    """The axes of the run file of an ensemble of exact super blocks, by path."""
    return {
        "axes/step": [1],
        "axes/norm": list(NORMS),
        "axes/strength": config.strengths,
        "axes/distance": config.distances,
        "axes/temperature": config.temperatures,
        "axes/super_block": np.arange(config.sampling.super_blocks),
        "axes/formula": list(EQUATIONS),
    }


def exact_results(norms: Array) -> dict[str, Any]:
    """The datasets `exact/…` from all norms, (norm, strength, distance, temperature, super block).

    Each number is a ratio of two means over the super blocks, its standard error by the jackknife
    over groups of chunks.
    """
    values = {name: _ratio(norms, *pair) for name, pair in RATIOS.items()}
    errors = [np.stack([values[name][part] for name in EQUATIONS]) for part in (0, 1)]
    datasets = {"exact/relative_error": errors[0], "exact/relative_error_stderr": errors[1]}
    for name in ("relative_change", "projection"):
        datasets |= {f"exact/{name}": values[name][0], f"exact/{name}_stderr": values[name][1]}
    return datasets


def _ratio(norms: Array, above: str, below: str) -> tuple[Array, Array]:
    """⟨above⟩/⟨below⟩ and its standard error, each (strength, distance, temperature)."""
    pair = norms[[NORMS.index(above), NORMS.index(below)]]
    chunks = np.moveaxis(pair.reshape(*pair.shape[:-1], -1, SUPER_BLOCK_CHUNK).mean(axis=-1), -1, 0)
    groups = Groups.from_chunk_count(len(chunks))
    mean, others = chunks.mean(axis=0), groups.leave_one_out(chunks)
    ratio = mean[0] / mean[1]
    return ratio, groups.stderr(ratio, others[:, 0] / others[:, 1])
