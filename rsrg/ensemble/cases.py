"""The cases of a run, readings × strains, as bodies that are cut out of each draw of blocks."""

from collections.abc import Sequence
from typing import cast

import numpy as np

from rsrg.ensemble.blocks import Blocks
from rsrg.physics.arrays import Array
from rsrg.physics.lattices import covering_radius, primitive_cell
from rsrg.physics.readings import Reading
from rsrg.physics.super_block_size import body_radius
from rsrg.sums.bodies import Bodies, needed_radius

CANDIDATE_BYTES = 120  # a lattice point: its place twice, its sites, while they are listed
WINDOW_BYTES = 1000  # a block of a packing, in the windows of a chunk


def case_bodies(n0: int, readings: Sequence[Reading], deformations: Array) -> Bodies:
    """One body per (reading, strain), in that order, and last the unstrained sphere.

    deformations: F, (strains, 3, 3).
    """
    one = np.eye(3)
    rows = [_case(n0, r, f) for r in readings for f in deformations]
    rows.append((one, one, body_radius(n0, 1.0, Reading("fixed", "sphere"))))
    place, measure, radius = zip(*rows, strict=True)
    return Bodies(np.array(place), np.array(measure), np.array(radius))


def _case(n0: int, reading: Reading, f: Array) -> tuple[Array, Array, float]:
    """Place A, measure B and body radius of a reading: blocks at A x, body |B x| ≤ radius.

    |F⁻¹y| (ellipsoid) or |y| (sphere) of the position y = A x, with A = 1 (fixed) or F (affine).
    """
    one = np.eye(3)
    place = f if reading.positions == "affine" else one
    measure = np.asarray(np.linalg.solve(f, place)) if reading.domain == "ellipsoid" else place
    return place, measure, body_radius(n0, float(np.linalg.det(f)), reading)


def offset_reach(blocks: Blocks) -> float:
    """The largest |u| that `draw_chunks` can give, or a bound on it."""
    if blocks.offset == "none":
        return 0.0
    cell = primitive_cell(cast(str, blocks.lattice))
    return float(0.5 * np.linalg.norm(cell, axis=1).sum())


def lattice_reach(blocks: Blocks, bodies: Bodies) -> float:
    """How far lattice points must reach to hold every body at every offset, in block sizes."""
    covering = covering_radius(cast(str, blocks.lattice))
    return needed_radius(bodies, covering, offset_reach(blocks))


def configuration_bytes(blocks: Blocks, bodies: Bodies) -> float:
    """What one configuration takes besides its result: candidates of a lattice, or a window."""
    if not blocks.perfect:
        return float(WINDOW_BYTES * blocks.n0**3)
    return float(CANDIDATE_BYTES * 4.0 * np.pi / 3.0 * lattice_reach(blocks, bodies) ** 3)
