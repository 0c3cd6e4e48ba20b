"""What follows from all generations of a pool that are done: how its width depends on L."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from rsrg.config.schema import Config
from rsrg.ensemble.pool_statistics import variance_exponent
from rsrg.physics.arrays import Array
from rsrg.results.axes import generation_lengths


def pool_conclusions(config: Config, statistics: Mapping[str, Array]) -> dict[str, Any]:
    """How the variance of χ⁻¹ depends on L, as datasets by path.

    statistics: of every generation, by name, (materials, generations, ...).
    """
    lengths = generation_lengths(config)
    names = ("relative_variance_parts", "relative_variance", "failed")
    parts, whole, failed = (statistics[name] for name in names)
    of_materials = zip(parts, whole, failed, strict=True)
    rows = [variance_exponent(p, w, f, lengths) for p, w, f in of_materials]
    slopes, errors = (np.stack(values) for values in zip(*rows, strict=True))
    return {"pool/narrowing": slopes, "pool/narrowing_stderr": errors}
