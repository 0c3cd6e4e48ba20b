"""How fast the χ-weighted pair sums are: beside the unweighted, and by Fourier transform.

Usage: python scripts/bench/weighted_sum.py [ROUNDS]. One thread; processor time, minima over rounds
in which each is called once in turn. First table, pair by pair: 10⁶ unordered pairs a second, with
drawing and choosing; `alone` leaves out drawing, choosing and placing the blocks, and which of the
pool stands where. Second table: milliseconds of one weighted sum alone, pair by pair and by
transform, and the share of super blocks for which a run takes the transform.
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
from rsrg.sums.convolution import SourceFields, padded_box
from rsrg.sums.cost import convolution_pays
from rsrg.sums.weighted import Sources, weighted_sums

STRAINS = np.linspace(0.0, 0.5, 6)
DRAWS = 8  # of the large super blocks: one vector of them


def pool_step(n0: int, lattice: str = "sc") -> PoolStep:
    """A step of the smallest pool, at these strains and two readings."""
    f = np.eye(3) + STRAINS[:, None, None] * np.diag([1.0, 0.0, 0.0])
    readings = (Reading("fixed", "ellipsoid"), Reading("affine", "sphere"))
    sampler = Sampler(Blocks(n0, lattice), 1, readings, f)
    return PoolStep(sampler, "resummed", "tensor", np.array([0.6]), POOL_UNIT)


def equal_pool(step: PoolStep) -> np.ndarray:
    """χ of its blocks: what they are does not change the time."""
    cases = step.shape[1] * step.shape[2]
    return np.broadcast_to(3.0 * np.eye(6), (len(step.alphas), cases, step.size, 6, 6))


def seconds_of(works: list) -> np.ndarray:
    """Seconds of each, called once in turn."""
    marks = [time.process_time()]
    for work in works:
        work()
        marks.append(time.process_time())
    return np.diff(marks)


def rates(n0: int, rounds: int) -> list[float]:
    """Unweighted, weighted, and weighted alone, in 10⁶ pairs a second."""
    step = pool_step(n0)
    sources = Sources.from_susceptibilities(equal_pool(step), step.alphas, step.contraction)
    sampler, n = step.sampler, n0**3
    best = np.full(3, np.inf)
    for turn in range(rounds + 1):
        chunk = range(turn % SUBPOOLS, turn % SUBPOOLS + 1)
        placed = step.blocks(0, chunk)
        rest = (step.bodies, n, "exact", CHUNK, 0, "pairs")

        def plain(chunk=chunk, rest=rest):
            drawn = draw_chunks(sampler.blocks, 1, 0, chunk)
            batch_means(sampler.lattice, *drawn, *rest)

        def weighted(chunk=chunk):
            alone(step.blocks(0, chunk))

        def alone(placed=placed):
            weighted_sums(placed.positions, placed.block_index, sources)

        best = np.minimum(best, seconds_of([plain, weighted, alone]))
    pairs = CHUNK * len(step.bodies) * n * (n - 1) / 2
    return list(pairs / best / 1e6)


def both_ways(n0: int, lattice: str, rounds: int) -> tuple[float, float, float]:
    """Seconds of one sum pair by pair and by transform, and the share that runs transform."""
    step = pool_step(n0, lattice)
    pool, (alphas, rule) = equal_pool(step), (step.alphas, step.contraction)
    sources = Sources.from_susceptibilities(pool, alphas, rule)
    fields = SourceFields.from_susceptibilities(pool, alphas, rule)
    positions, chosen = (values[:DRAWS] for values in step.placed(0, range(1)))
    rotations, _ = draw_chunks(step.sampler.blocks, 1, 0, range(1))
    sites = step.lattice_places.sites(rotations[:DRAWS], chosen)
    z, cells, index = sites.numbers, sites.cells, step.blocks(0, range(1)).block_index[:DRAWS]

    def pair_by_pair():
        weighted_sums(positions, index, sources)

    def transform():
        for draw, case in np.ndindex(index.shape[:2]):
            fields.sums(case, z[draw, case], cells[draw, case], index[draw, case])

    best = np.full(2, np.inf)
    for _ in range(rounds + 1):
        best = np.minimum(best, seconds_of([pair_by_pair, transform]))
    share = convolution_pays(n0**3, padded_box(z).prod(axis=-1)).mean()
    return *(best / index.shape[0] / index.shape[1]), float(share)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    print("N0  unweighted  weighted  ratio  alone")
    for n0 in (2, 3, 4, 6, 8):
        plain, weighted, alone = rates(n0, count)
        ratio = weighted / plain
        print(f"{n0:2d}  {plain:10.0f}  {weighted:8.0f}  {ratio:5.2f}  {alone:5.0f}")
    print("\nN0  lattice  pairs, ms  transform, ms  ratio  share that runs transform")
    for n0 in (6, 8, 10, 12, 16):
        for lattice in ("sc", "fcc"):
            pairs, transform, share = both_ways(n0, lattice, max(1, count // 4))
            ratio = pairs / transform
            print(
                f"{n0:2d}  {lattice:7}  {1e3 * pairs:9.2f}  {1e3 * transform:13.2f}  {ratio:5.2f}  "
                f"{share:.0%}"
            )
