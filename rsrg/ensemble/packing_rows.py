"""Is the bulk of a glass stable by itself? Some random packings of it, for both signs."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from rsrg.ensemble.packing_stability import (
    packing_critical_amplitude,
    packing_instability_strain,
    packing_stability,
)
from rsrg.physics.arrays import Array
from rsrg.physics.bulk_stability import STRAIN_MAX
from rsrg.physics.errors import PhysicsError
from rsrg.physics.sign import SIGNS
from rsrg.physics.stability_rows import StabilityRow
from rsrg.sums.packing import random_sequential_addition

SEPARATION = 0.8  # block sizes: no two blocks of a random packing are nearer
PACKINGS = 4
FEWEST, MOST = 33, 32_768  # blocks: the box of fewer is too small; of more, hours


def random_packing(blocks: int, seed: int) -> tuple[Array, float]:
    """Blocks placed by random sequential addition in a periodic cube, (N, 3), and its edge.

    None are nearer than 0.8 block sizes. Raises PhysicsError unless 33 ≤ blocks ≤ 32,768.
    """
    if not FEWEST <= blocks <= MOST:
        raise PhysicsError(f"`packing` must be from {FEWEST} to {MOST} blocks; got {blocks!r}")
    points = random_sequential_addition(blocks, SEPARATION, np.random.default_rng(seed))
    return points, float(np.cbrt(len(points)))


def packing_rows(
    blocks: int, alpha: float, amplitude: float = 1.0, strain_max: float = STRAIN_MAX
) -> Iterator[StabilityRow]:
    """PACKINGS random packings of so many blocks with χ' = f χ_el, f = amplitude, and both signs.

    Raises as `random_packing` and `packing_stability`.
    """
    packings = [random_packing(blocks, seed) for seed in range(PACKINGS)]
    for sign in SIGNS:
        softest = [
            packing_stability(*packing, alpha, 0.0, sign, amplitude, count=1)
            for packing in packings
        ]
        fc = [packing_critical_amplitude(*packing, alpha, 0.0, sign) for packing in packings]
        strains = [
            packing_instability_strain(*packing, alpha, sign, amplitude, strain_max=strain_max)
            if amplitude < at_rest
            else 0.0
            for packing, at_rest in zip(packings, fc, strict=True)
        ]
        participating = blocks * np.mean([s.participation_ratio for s in softest])
        lowest, lowest_error = mean_and_error([float(s.eigenvalues[0]) for s in softest])
        amplitude_mean, amplitude_error = mean_and_error(fc)
        strain, strain_error = mean_and_error(strains)
        yield StabilityRow(
            "rsa",
            sign,
            lowest,
            amplitude_mean,
            strain,
            lowest_error,
            amplitude_error,
            strain_error,
            blocks=blocks,
            participating=float(participating),
        )


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """Mean and its standard error; infinite, without error, where some are."""
    if not all(map(math.isfinite, values)):
        return math.inf, 0.0
    return float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values)))
