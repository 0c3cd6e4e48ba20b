"""How fast the χ-weighted pair sums are beside the unweighted, both with choosing the blocks.

Usage: python scripts/bench/weighted_sum.py [ROUNDS]. One thread; minima over rounds in which each
is called once in turn; 10⁶ unordered pairs a second. `shared` places 16 super blocks of other
blocks on each draw, so that choosing and placing is done once for all of them.
"""

import sys
import time

import numpy as np

from rsrg.ensemble.draws import CHUNK, Blocks, draw_chunk
from rsrg.ensemble.pool import POOL_UNIT, PoolStep
from rsrg.ensemble.sampling import Sampler
from rsrg.physics.readings import Reading
from rsrg.sums.jit import set_threads
from rsrg.sums.weighted import weighted_sums

STRAINS = np.linspace(0.0, 0.5, 6)
SHARED = 16


def rates(n0: int, rounds: int) -> list[float]:
    """Unweighted, weighted, and weighted with shared draws, in 10⁶ pairs a second."""
    f = np.eye(3) + STRAINS[:, None, None] * np.diag([1.0, 0.0, 0.0])
    readings = (Reading("fixed", "ellipsoid"), Reading("affine", "sphere"))
    sampler = Sampler(Blocks(n0), 1, readings, f)
    one, many = (
        PoolStep(sampler, "resummed", "tensor", np.full(k, 0.6), POOL_UNIT) for k in (1, SHARED)
    )
    chi = np.broadcast_to(3.0 * np.eye(6), many.shape).copy()
    sources = [one.sources(chi[:1]), many.sources(chi)]
    cases = len(readings) * len(STRAINS)
    pairs = CHUNK * n0**3 * (n0**3 - 1) / 2 * np.array([cases + 1, cases, SHARED * cases])
    best = np.full(3, np.inf)
    for turn in range(rounds + 1):
        draw, members = draw_chunk(sampler.blocks, 1, 0, turn), one.members(0, 0)
        calls = [lambda: sampler.chunk(0, turn)]  # noqa: B023
        for s in sources:
            calls.append(lambda s=s: weighted_sums(one.places, *draw, members, s))  # noqa: B023
        for i, call in enumerate(calls):
            started = time.perf_counter()
            call()
            best[i] = min(best[i], time.perf_counter() - started)
    return list(pairs / best / 1e6)


if __name__ == "__main__":
    set_threads(1)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    print("N0  unweighted  weighted  ratio  weighted, shared  ratio")
    for n0 in (2, 3, 4, 6, 8):
        plain, weighted, shared = rates(n0, count)
        print(
            f"{n0:2d}  {plain:10.0f}  {weighted:8.0f}  {weighted / plain:5.2f}"
            f"  {shared:16.0f}  {shared / plain:5.2f}"
        )
