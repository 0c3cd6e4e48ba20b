"""Pair sums, over C's direct sum of as many pairs."""

import numpy as np
from processors import processors

import rsrg

from .points import ball, cloud
from .yardsticks import over_c

MANY, ROUNDS = 16_384, 7
SHORT_ROUNDS = 50  # of a sum that takes a few milliseconds
FEW = 100_000  # points of the Ewald sum
TOLERANCE = 1e-7


def track_direct() -> float:
    """The direct sum: 1 is C's rate."""
    points = cloud(MANY)
    with processors(1):
        pairs = MANY * (MANY - 1) / 2
        return over_c(lambda: rsrg.pair_moments(points, engine="direct"), pairs, ROUNDS)


class Lattice:
    """A lattice body by rows, over all its pairs in C."""

    params = (32, 64)
    param_names = ("N0",)
    unit = "C"
    timeout = 300

    def track_lattice(self, n0: int) -> float:
        """One size of bodies."""
        points = ball(n0)
        pairs = len(points) * (len(points) - 1) / 2
        with processors(1):
            return over_c(lambda: rsrg.pair_moments(points, engine="lattice"), pairs, SHORT_ROUNDS)


def track_ewald() -> float:
    """Random points by Ewald's sum."""
    points = cloud(FEW)
    with processors(1):
        return over_c(
            lambda: rsrg.pair_moments(points, engine="ewald", tolerance=TOLERANCE),
            FEW * (FEW - 1) / 2,
            ROUNDS,
        )


def track_exact_mean() -> float:
    """The exact mean over all rotations at N0 = 8, over C's sum of one body of 512 blocks."""
    f = np.diag([1.2, 1.0, 1.0])
    with processors(1):
        return over_c(lambda: rsrg.exact_coupling(f, 0.7, 8), 512 * 511 / 2, ROUNDS)


track_direct.unit = "C"  # type: ignore[attr-defined]
track_ewald.unit = track_exact_mean.unit = "C"  # type: ignore[attr-defined]
