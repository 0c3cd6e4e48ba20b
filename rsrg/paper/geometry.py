"""What Figures 2 and 10 draw: blocks in their bodies, and the strains that break the glass."""

from dataclasses import dataclass

import numpy as np

from rsrg.paper.setting import EXAMPLE_ALPHA, TABLE_LOG, formula_critical, formula_inverse_chi
from rsrg.physics.arrays import Array
from rsrg.physics.channels import eigenchannels, strain_channels
from rsrg.physics.lattices import lattice_points
from rsrg.physics.pairs import PAIRS, pair_weights
from rsrg.physics.readings import READINGS, Reading
from rsrg.physics.strain import deformation_gradient, strain_direction
from rsrg.physics.super_block_size import body_radius

DRAWN_STRAIN = 0.5
DRAWN_N0 = 6
OFFSET = np.array([0.5, 0.5, 0.5])  # puts the body's centre on a corner of blocks: most symmetric


@dataclass(frozen=True)
class Body:
    """N0³ blocks and the body they fill: lattice sites, (n, 3), integer; the map site → place.

    place: (3, 3), identity where positions are fixed, F where affine; each block is the image of a
    unit cube. outline: (3, 3), what maps the unit sphere to the body's surface.
    """

    reading: Reading
    sites: np.ndarray
    place: Array
    outline: Array


def body(reading: Reading, strain: float = DRAWN_STRAIN, n0: int = DRAWN_N0) -> Body:
    """The N0³ sites nearest to the centre in the metric of the body (`count: exact`)."""
    f = deformation_gradient(strain)
    place = f if reading.positions == "affine" else np.eye(3)
    radius = body_radius(n0, float(np.linalg.det(f)), reading)
    outline = radius * (f if reading.domain == "ellipsoid" else np.eye(3))
    sites = lattice_points("sc", 2.0 * n0)
    metric = np.linalg.norm((sites + OFFSET) @ place.T @ np.linalg.inv(outline).T, axis=1)
    nearest = np.argsort(metric, kind="stable")[: n0**3]
    return Body(reading, np.rint(sites[nearest]).astype(np.intp), place, outline)


def bodies(strain: float = DRAWN_STRAIN) -> tuple[Body, ...]:
    """The unstrained glass, then the readings as the paper meets them."""
    at_rest = body(READINGS[3], 0.0)
    return (at_rest, *(body(r, strain) for r in (READINGS[2], READINGS[0], READINGS[1])))


@dataclass(frozen=True)
class FailingStrain:
    """A channel of the formula that fails: where, and the strain it fails against, (3, 3)."""

    channel: str
    critical: float
    strain: Array


def failing_strains() -> tuple[FailingStrain, ...]:
    """The three directions of Fig. 10, largest component 1: α = 0.7, ln(R/L₁) = 20, plain 6×6."""
    channels = strain_channels(strain_direction("xx"))
    strains = []
    for name, e in formula_critical(EXAMPLE_ALPHA, TABLE_LOG).items():
        x = formula_inverse_chi(e, EXAMPLE_ALPHA, TABLE_LOG)
        _, vectors = eigenchannels(x, "six", channels)
        v = vectors[channels.names.index(name)] / pair_weights("six")
        v = v / v[np.argmax(np.abs(v))]
        strain = np.zeros((3, 3))
        for (i, j), component in zip(PAIRS, v, strict=True):
            strain[i, j] = strain[j, i] = component
        strains.append(FailingStrain(name, e, strain))
    order = ("xx+yy+zz", "yy-zz", "yz")
    return tuple(sorted(strains, key=lambda s: order.index(s.channel)))
