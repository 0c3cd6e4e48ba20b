"""Where the blocks of a draw of a run are: the lattice points or the packing in its strained body.

A draw puts blocks at x = R (z + u), R its rotation and u its offset. Those inside the body
|B x| ≤ radius are placed at y = A x, A = 1 (fixed) or F (affine). The kernels of the sums choose
the same blocks; here numpy does it again, because a picture should not wait for a compiler.
"""

import numpy as np

from rsrg.config.block_ensemble import block_ensemble
from rsrg.config.schema import Config
from rsrg.ensemble.blocks import CHUNK, Blocks
from rsrg.ensemble.cases import case_bodies, lattice_reach
from rsrg.ensemble.draws import draw_chunks
from rsrg.errors import ConfigError, RunFileError
from rsrg.physics.arguments import is_integer, shown
from rsrg.physics.arrays import Array
from rsrg.physics.lattices import lattice_points
from rsrg.physics.readings import Reading
from rsrg.physics.super_block_size import body_radius
from rsrg.results.axis_index import axis_index, nearest_strain
from rsrg.results.run import Run
from rsrg.sums.bodies import Bodies

TIES = 2.0**33  # |B x|²/radius² times this is rounded to integers, as the kernels do: 1e-10


def block_positions(run: Run, reading: str, strain: float, draw: int = 0) -> Array:
    """The positions of the blocks of one draw of the first step, (n, 3), in block sizes L₁.

    reading: which body the blocks fill, and whether they moved with the strain, for example
    `fixed/ellipsoid`. strain: e; the nearest of the grid is taken. draw: counted from 0, as the run
    draws them (16 in each chunk); the run's later steps have other draws of the same kind.

    n is N0³, or about that with `count: volume`. The centre of the body is the origin. Raises
    RunFileError for a reading, strain or draw that the run does not have, ConfigError where the
    file of positions that its config names cannot be read.
    """
    config = run.config
    j, k = axis_index(run, "reading", reading), nearest_strain(run, strain)
    draws = config.chunks() * CHUNK
    if not (is_integer(draw) and 0 <= draw < draws):
        raise RunFileError(
            f"`draw` must be an integer from 0 to {draws - 1}; got {shown(draw)} ({run.path})"
        )
    blocks, deformations = block_ensemble(config.blocks), config.strain.deformations()
    bodies = case_bodies(blocks.n0, config.reading_list(), deformations)
    body = bodies.select([j * len(deformations) + k])
    x = _drawn(blocks, bodies, body, config.sampling.seed, draw)
    return _inside(x, body, blocks.n0**3 if blocks.count == "exact" else None) @ body.place[0].T


def positions_fault(run: Run) -> str:
    """Why the blocks of a run cannot be shown: their file of positions cannot be read. Else "".

    A finished run has all its results without that file.
    """
    if run.config.sampling.estimator == "formula":
        return ""
    try:
        block_ensemble(run.config.blocks)
    except ConfigError as error:
        return str(error)
    return ""


def body_matrix(config: Config, reading: str, strain: float) -> Array:
    """S, (3, 3), in block sizes: the surface of the body is y = S n, n on the unit sphere.

    S = R₀ F of an ellipsoid and R 1 of a sphere, with the volume of N0³ blocks as they are.
    strain: e, which need not be on the grid. Raises PhysicsError for an unknown reading.
    """
    chosen = Reading.parse(reading)
    f = np.eye(3) + strain * config.strain.direction()
    radius = body_radius(config.blocks.n0, float(np.linalg.det(f)), chosen)
    return np.asarray(radius * (f if chosen.domain == "ellipsoid" else np.eye(3)))


def _drawn(blocks: Blocks, bodies: Bodies, body: Bodies, seed: int, draw: int) -> Array:
    """More than enough points x of a draw of step 0 for this body, in the order that breaks ties.

    bodies: of all cases of the run; a packing must hold every one of them.
    """
    chunk, i = divmod(draw, CHUNK)
    chunks = range(chunk, chunk + 1)
    if blocks.perfect and blocks.lattice is not None:
        rotations, offsets = draw_chunks(blocks, seed, 0, chunks)
        z = lattice_points(blocks.lattice, lattice_reach(blocks, body)) + offsets[i]
    else:
        from rsrg.ensemble.windows import draw_windows
        from rsrg.sums.window_batch import window_reach

        reach = window_reach(bodies, blocks.n0**3)
        rotations, windows = draw_windows(blocks, reach, seed, 0, chunks)
        z = windows[i][np.argsort((windows[i] ** 2).sum(axis=1), kind="stable")]
    return np.asarray(z @ rotations[i].T)


def _inside(x: Array, body: Bodies, count: int | None) -> Array:
    """The `count` points of smallest |B x|², the first of equal ones; or all |B x| ≤ radius."""
    squares = ((x @ body.measure[0].T) ** 2).sum(axis=1)
    keys = np.floor(squares * (TIES / body.radius[0] ** 2) + 0.5)
    if count is None:
        return x[keys <= TIES]
    return x[np.argsort(keys, kind="stable")[:count]]
