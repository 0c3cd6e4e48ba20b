"""Where the time of a chunk of draws goes, beside C's sum over as many pairs.

    python scripts/bench/draw_parts.py [ROUNDS]

Each part is called alone, all in turn in each round; the figures are minima of processor time, so
that other work on the machine hardly counts. Prints the section of performance.md.
"""

import math
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numba
import numpy as np
import peers
from engines import usual_sampler

from rsrg.ensemble.blocks import CHUNK
from rsrg.ensemble.coupling import Volume, sampled_coupling_moments
from rsrg.ensemble.draws import draw_chunks
from rsrg.ensemble.harmonics import Harmonics
from rsrg.ensemble.sampling import Sampler, control_means
from rsrg.physics.arrays import Array
from rsrg.sums.batch import batch_means, near_points
from rsrg.sums.cost import batch_engine
from rsrg.sums.jit import OPTIONS
from rsrg.sums.kernels.arrays import DrawArrays
from rsrg.sums.kernels.lanes import lane_moments, place_lane
from rsrg.sums.kernels.memory import aligned
from rsrg.sums.kernels.pairs import padded
from rsrg.sums.kernels.quartics import LANES, MOMENTS
from rsrg.sums.kernels.select import count_near, order_points, rotate_map

N0S = (2, 3, 4, 6, 8)
CONFIGURATIONS = 12800  # of a call, as in a unit of a run; or one chunk
ROUNDS = 7
STEPS, CHUNKS = 10, 64  # that are regressed together
TURN = 0.02  # s: calls one after another, as in a run, which finds code and numbers in the caches
POINTS = 16384  # of C's sum
Call = Callable[[], object]
kernel = numba.njit(**OPTIONS)  # not kept on disk, where a change of this file would go unnoticed


@kernel
def choose_all(near, draws, bodies, n_blocks, chosen):
    """Choose the blocks of each draw and body once; chosen (draws, cases, n_blocks)."""
    points = near.points
    keys = np.empty(padded(points.shape[1]))
    order = np.empty(padded(points.shape[1]) + LANES, np.uint32)
    map_ = np.empty((3, 4))
    for draw in range(len(draws.rotations)):
        offset = draws.offsets[draw]
        for case in range(len(bodies.radius)):
            if case == 0 or not bodies.same_as_previous[case]:
                rotate_map(bodies.measure[case], draws.rotations[draw], offset, map_)
                count = count_near(near, case, offset, n_blocks)
                radius = bodies.radius[case]
                order_points(points, count, near.trusted, map_, radius, n_blocks, keys, order)
            chosen[draw, case] = order[:n_blocks]


@kernel
def place_all(points, draws, place, chosen):
    """Place what was chosen, in lanes."""
    positions = aligned(3 * LANES * chosen.shape[2])
    map_ = np.empty((3, 4))
    for draw in range(len(draws.rotations)):
        for case in range(len(place)):
            rotate_map(place[case], draws.rotations[draw], draws.offsets[draw], map_)
            place_lane(points, map_, chosen[draw, case], case % LANES, positions)
    return positions


@kernel
def sum_all(positions, n_blocks, times):
    """Sum the same LANES bodies so many times."""
    sums = aligned(MOMENTS * LANES)
    for _ in range(times):
        lane_moments(positions, n_blocks, n_blocks, sums)
    return sums


def least_seconds(calls: dict[str, Call], rounds: int) -> dict[str, float]:
    """The least processor time of each, all in turn, each as often as takes TURN at least."""
    times = {}
    for name, call in calls.items():
        call()  # compiles
        times[name] = math.ceil(TURN / max(seconds(call, 1), 1e-6))
    taken = [{k: seconds(call, times[k]) for k, call in calls.items()} for _ in range(rounds)]
    return {k: min(t[k] for t in taken) for k in calls}


def seconds(call: Call, times: int) -> float:
    """Processor time of one of so many calls."""
    began = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - began) / times


def batch_calls(sampler: Sampler, chunks: range) -> dict[str, Call]:
    """The steps from random numbers to means of chunks."""
    blocks, lattice, bodies = sampler.blocks, sampler.lattice, sampler.bodies
    n = blocks.n0**3
    draws = DrawArrays(*draw_chunks(blocks, 1, 0, chunks))
    given = (lattice, *draws, bodies, n, blocks.count, CHUNK)
    near = near_points(lattice, bodies, n)
    chosen = np.empty((len(draws.rotations), len(bodies), n), np.uint32)

    def choose() -> None:
        choose_all(near, draws, bodies.arrays, n, chosen)

    choose()
    calls = {
        "drawing": lambda: draw_chunks(blocks, 1, 0, chunks),
        "choosing": choose,
        "batch": lambda: batch_means(*given),
        "both": lambda: batch_means(*given, len(bodies) - 1),
        "chunks": lambda: sampler.chunks(0, chunks),
    }
    if batch_engine(n) == "pairs":
        place = (lattice.columns, draws, bodies.place, chosen)
        positions, times = place_all(*place), chosen.size // (n * LANES)
        calls["placing"] = lambda: place_all(*place)
        calls["summing"] = lambda: sum_all(positions, n, times)
    return calls


def regress_call(sampler: Sampler) -> Call:
    """From the means of all chunks of all steps to the moments of M, with all controls."""
    means = [sampler.chunks(step, range(CHUNKS)) for step in range(STEPS)]
    known = control_means(sampler.blocks, sampler.readings, sampler.deformations)

    def joined(name: str) -> Array:
        return np.stack([np.moveaxis(getattr(m, name), 0, 2) for m in means])

    volume = Volume(joined("volume"), joined("number"), known)
    unstrained = np.stack([m.unstrained for m in means])
    given = joined("moments"), unstrained, sampler.readings, sampler.deformations

    def call() -> None:
        harmonics = Harmonics.draw(sampler.blocks, ((1, CHUNKS),), STEPS)
        sampled_coupling_moments(*given, True, harmonics, volume)

    return call


def parts(n0: int, c_sums: dict[str, Call], rounds: int) -> dict[str, float]:
    """The parts' times for a configuration over C's for as many pairs; "C": that, in seconds."""
    sampler = usual_sampler(n0)
    configuration = CHUNK * len(sampler.bodies)  # in a chunk
    chunks = range(max(1, CONFIGURATIONS // configuration))
    calls = batch_calls(sampler, chunks) | {"regressing": regress_call(sampler)}
    least = least_seconds(calls | c_sums, rounds)
    c = min(least.pop(name) for name in c_sums) * n0**3 * (n0**3 - 1) / POINTS**2
    least["regressing"] *= len(chunks) / (STEPS * CHUNKS)
    ratio = {name: t / (len(chunks) * configuration * c) for name, t in least.items()}
    batch, both, whole = (ratio.pop(name) for name in ("batch", "both", "chunks"))
    if "summing" not in ratio:
        ratio |= {"placing": 0.0, "summing": batch - ratio["choosing"]}
    ratio["control"] = both - batch
    known = ("drawing", "choosing", "placing", "summing", "control")
    ratio["calling"] = whole - sum(ratio[name] for name in known)
    return ratio | {"all": whole + ratio["regressing"], "C": c}


def section(rounds: int) -> str:
    """The section of performance.md."""
    with tempfile.TemporaryDirectory() as folder:
        library = peers.c_library(Path(folder))
    points = np.random.default_rng(0).uniform(0.0, POINTS ** (1 / 3), (POINTS, 3))
    c_sums = {k: (lambda f=f: f(points)) for k, f in peers.c_peers(library, 1).items()}
    rows = []
    for n0 in N0S:
        by = parts(n0, c_sums, rounds)
        shown = " | ".join(f"{by[name]:.2f}" for name in COLUMNS)
        rows.append(f"| {n0} | {by['C'] * 1e6:.3g} | {shown} | {1.0 / by['all']:.2f} |")
    head = ["N0", "C, µs", *COLUMNS, "of C's rate"]
    lines = [head, ["---"] * len(head)]
    table = [*("| " + " | ".join(line) + " |" for line in lines), *rows]
    return SECTION.format(rounds=rounds, steps=STEPS, chunks=CHUNKS, table="\n".join(table))


COLUMNS = (
    "drawing",
    "choosing",
    "placing",
    "summing",
    "control",
    "calling",
    "regressing",
    "all",
)
SECTION = """\
## Where the time of a chunk goes

By `python scripts/bench/draw_parts.py {rounds}`, in one thread: each part called alone, in turn
with the others and with C's direct sum; processor time, the least of the rounds. All figures but
C's are multiples of the time that C takes to sum as many pairs; the last column is its time over
all. Three readings at 16 strains, as for the small bodies above.

{table}

*Drawing*: random numbers, rotations and offsets. *Choosing*: the distances of the lattice points
from a body's centre, and the N0³ nearest; a third of the bodies are cut out once for all strains.
*Placing*: the chosen points where the strain puts them (by rows, from N0 = 5 on, a part of the
sum). *Summing*: the moments of all pairs. *Control*: the sums over all blocks within the volume.
*Calling*: what is left of a call of the sampler: search radii, the order of configurations by
size, the means over the draws of a chunk. *Regressing*: from the means of {chunks} chunks in each
of {steps} steps to the moments of M, with all controls, once for the run.
"""


if __name__ == "__main__":
    print(section(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
