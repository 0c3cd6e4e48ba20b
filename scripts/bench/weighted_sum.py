"""How fast the χ-weighted pair sums are beside the unweighted, both with drawing and choosing.

Usage: python scripts/bench/weighted_sum.py [ROUNDS]. One thread; processor time, minima over rounds
in which each is called once in turn; 10⁶ unordered pairs a second. Unweighted is pair by pair;
`alone` leaves out drawing, choosing and placing the blocks, and which of the pool stands where.
"""

import sys
import time

import numpy as np

from rsrg.ensemble.blocks import CHUNK, Blocks
from rsrg.ensemble.draws import draw_chunks
from rsrg.ensemble.pool import PoolStep
from rsrg.ensemble.sampling import Sampler
from rsrg.ensemble.subpools import POOL_UNIT, SUBPOOLS
from rsrg.physics.readings import Reading
from rsrg.sums.batch import batch_means
from rsrg.sums.weighted import Sources, weighted_sums

STRAINS = np.linspace(0.0, 0.5, 6)


def rates(n0: int, rounds: int) -> list[float]:
    """Unweighted, weighted, and weighted alone, in 10⁶ pairs a second."""
    f = np.eye(3) + STRAINS[:, None, None] * np.diag([1.0, 0.0, 0.0])
    readings = (Reading("fixed", "ellipsoid"), Reading("affine", "sphere"))
    sampler = Sampler(Blocks(n0), 1, readings, f)
    step = PoolStep(sampler, "resummed", "tensor", np.array([0.6]), POOL_UNIT)
    cases = step.shape[1] * step.shape[2]
    pool = np.broadcast_to(3.0 * np.eye(6), (len(step.alphas), cases, step.size, 6, 6))
    sources = Sources.from_susceptibilities(pool, step.alphas, step.contraction)
    n = n0**3
    best = np.full(3, np.inf)
    for turn in range(rounds + 1):
        best = np.minimum(best, once(step, sources, turn))
    pairs = CHUNK * len(step.bodies) * n * (n - 1) / 2
    return list(pairs / best / 1e6)


def once(step: PoolStep, sources: Sources, turn: int) -> list[float]:
    """Seconds of the three, on one chunk of draws."""
    sampler, n0 = step.sampler, step.sampler.blocks.n0
    first = turn % SUBPOOLS
    chunk = range(first, first + 1)
    placed = step.blocks(0, chunk)
    rest = (step.bodies, n0**3, "exact", CHUNK, 0, "pairs")
    marks = [time.process_time()]
    for work in (
        lambda: batch_means(sampler.lattice, *draw_chunks(sampler.blocks, 1, 0, chunk), *rest),
        lambda: weighted_sums(*step.blocks(0, chunk), sources),
        lambda: weighted_sums(*placed, sources),
    ):
        work()
        marks.append(time.process_time())
    return list(np.diff(marks))


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    print("N0  unweighted  weighted  ratio  alone")
    for n0 in (2, 3, 4, 6, 8):
        plain, weighted, alone = rates(n0, count)
        ratio = weighted / plain
        print(f"{n0:2d}  {plain:10.0f}  {weighted:8.0f}  {ratio:5.2f}  {alone:5.0f}")
