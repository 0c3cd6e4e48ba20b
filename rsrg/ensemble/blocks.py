"""What the blocks of a super block are: a lattice, jittered or not, a packing, or a sample."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

import numpy as np

from rsrg.physics.lattices import lattice_record
from rsrg.physics.readings import Count

if TYPE_CHECKING:
    from rsrg.ensemble.point_set import PointSet

CHUNK = 16  # draws; part of what a seed means, so never to be changed
Orientation = Literal["haar", "fixed"]
Offset = Literal["random", "none"]
Distribution = Literal["gaussian", "uniform"]
# widths: a Gaussian component beyond (once in 10⁶) is drawn to it, so that reach is finite
CUT = 5.0


@dataclass(frozen=True)
class Jitter:
    """Independent displacements of lattice points, in block sizes.

    gaussian: each component normal, of standard deviation width. uniform: in a ball of radius
    width. Displacements that bring two points nearer than min_separation are both drawn again,
    as often as needed: without that 1/r³ of Gaussian displacements would have no variance.
    """

    distribution: Distribution
    width: float
    min_separation: float

    @property
    def reach(self) -> float:
        """The largest displacement."""
        return self.width * (1.0 if self.distribution == "uniform" else CUT * np.sqrt(3.0))

    def closest(self, nearest: float) -> float:
        """No two points come nearer, where the lattice has them nearest apart."""
        return max(self.min_separation, nearest - 2.0 * self.reach, 0.0)


@dataclass(frozen=True)
class Packing:
    """Blocks placed at random: random sequential addition, or a Poisson-disk packing.

    rsa: spheres one after another where there is room, none nearer than min_separation block
    sizes. poisson_disk: Bridson's packing, whose separation, 0.83, follows from its density.
    """

    kind: Literal["rsa", "poisson_disk"]
    min_separation: float | None


@dataclass(frozen=True)
class Blocks:
    """How the N0³ blocks of a super block are drawn: exactly one of lattice, packing and sample.

    orientation: Haar-random rotation, or the blocks as they are. offset: the body's centre uniform
    in the primitive cell (or in the packing or sample), or none. count: exactly the N0³ nearest
    blocks, or all inside the body. jitter: of the lattice. sample: positions of one's own.
    """

    n0: int
    lattice: str | None = "sc"
    orientation: Orientation = "haar"
    offset: Offset = "random"
    count: Count = "exact"
    jitter: Jitter | None = None
    packing: Packing | None = None
    sample: "PointSet | None" = None

    @property
    def isotropic(self) -> bool:
        """Whether the unstrained ensemble is isotropic, as a glass is.

        A Haar-random rotation about a centre that is independent of it makes any blocks so.
        """
        return self.orientation == "haar"

    @property
    def perfect(self) -> bool:
        """Whether the blocks form a lattice, one and the same up to rotation and offset."""
        return self.lattice is not None and self.jitter is None

    @property
    def bravais(self) -> bool:
        """Whether they form a Bravais lattice: then every row of it is without gaps."""
        return self.perfect and lattice_record(cast(str, self.lattice)).bravais

    @property
    def known_mean(self) -> bool:
        """Whether the mean over draws is known exactly once `count` is `volume`."""
        return self.perfect and self.orientation == "haar" and self.offset == "random"

    @property
    def volume_control(self) -> bool:
        """Whether the sum over a body of fixed volume is a control variate.

        It is one where it differs from the sum that is asked for, and its mean is known.
        """
        return self.known_mean and self.count == "exact"

    @property
    def independent(self) -> bool:
        """Whether draws are independent; windows into one finite sample overlap."""
        return self.sample is None
