"""Sec. II D taken literally, where the mean coupling is zero: what unequal blocks do.

Pools of unequal blocks of a-SiO2 (`ensemble.pool`), small enough to be made here: every number has
the standard error of 16 subpools that never mix.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rsrg.ensemble.blocks import CHUNK, Blocks
from rsrg.ensemble.closure import Law, closure_step
from rsrg.ensemble.pool import PoolStep
from rsrg.ensemble.pool_statistics import by_subpool, relative_variance, scatter, scatter_of_share
from rsrg.ensemble.sampling import Sampler
from rsrg.physics.arrays import Array
from rsrg.physics.elastic import elastic_susceptibility, inverse_elastic_susceptibility
from rsrg.physics.materials import glass
from rsrg.physics.pairs import weighted
from rsrg.physics.quenched import pair_interaction
from rsrg.physics.readings import READINGS
from rsrg.physics.sign import Sign

N0, SEED, BLOCKS = 3, 2016, 512
STEPS = 3  # of N0 = 3: from 5 nm to 135 nm
STRAINS = np.array([0.0, 0.4, 0.8, 1.2, 1.6])
CLOSURE_CHUNKS = 4  # of draws
ALPHA = glass("a-SiO2").alpha


@dataclass(frozen=True)
class LiteralFlow:
    """A pool in the reading affine/ellipsoid, after 0, 1, … steps.

    variance: relative variance of χ⁻¹ without strain, and its standard error, (steps + 1, 2).
    failed: share of failed blocks at the end, and its standard error, (strains, 2).
    """

    variance: Array
    failed: Array


def _step(lattice: str, sign: Sign, strains: Array = STRAINS) -> PoolStep:
    deformations = np.eye(3) + strains[:, None, None] * np.diag([1.0, 0.0, 0.0])
    sampler = Sampler(Blocks(N0, lattice), SEED, READINGS[2:3], deformations)
    return PoolStep(sampler, "resummed", "tensor", np.array([ALPHA]), BLOCKS, sign=sign)


@lru_cache
def literal_flow(lattice: str = "sc", sign: Sign = "paper") -> LiteralFlow:
    """Follow a pool of equal first blocks χ_el, on the places of a lattice, for STEPS steps."""
    step = _step(lattice, sign)
    chi = np.broadcast_to(elastic_susceptibility(ALPHA), step.shape).copy()
    variances = [(0.0, 0.0)]
    for n in range(STEPS):
        chunks = range(BLOCKS // CHUNK)
        new = [
            step.coarse_grain(chi[:, :, :, step.subpool(c)], n, range(c, c + 1))[0] for c in chunks
        ]
        chi = np.concatenate(new, axis=3)
        blocks = chi[0, 0, 0]
        parts = relative_variance(by_subpool(blocks, 0), "tensor")
        variances.append((float(relative_variance(blocks, "tensor")), float(scatter(parts))))
    lowest = np.linalg.eigvalsh(weighted(chi[0, 0], "tensor"))[..., 0]
    return LiteralFlow(np.array(variances), np.stack(scatter_of_share(lowest < 0.0), axis=-1))


def closure_variances(lattice: str = "sc", steps: int = STEPS) -> Array:
    """The relative variance of χ⁻¹ without strain by the moment closure, (steps + 1,)."""
    step = _step(lattice, "paper", np.zeros(1))
    positions, _ = step.placed(0, range(CLOSURE_CHUNKS))
    m = weighted(pair_interaction(positions[:, 0], ALPHA), "tensor")
    start = weighted(inverse_elastic_susceptibility(ALPHA, "tensor"), "tensor")
    laws = [Law(start, np.zeros((6, 6, 6, 6)))]
    for _ in range(steps):
        laws.append(closure_step(laws[-1], m))
    return np.array([law.relative_variance for law in laws])


def failed_share(lattice: str = "sc", sign: Sign = "paper", strain: int = 2) -> tuple[float, float]:
    """Share of blocks that have failed at 135 nm, and its standard error, at a strain by index."""
    share, error = literal_flow(lattice, sign).failed[strain]
    return float(share), float(error)
