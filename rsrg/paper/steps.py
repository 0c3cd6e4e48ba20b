"""Two steps at N0 beside one step at N0²: in an exact scheme they are the same.

Sums alone: M(N0²) beside 2 M(N0), exact means. To all orders: a cube of N0² × N0² × N0² blocks as
coupled oscillators, beside the same cube cut into N0³ cubes, each replaced by one block of its χ
and volume at its centre. The places are the same, nothing is random, and to first order in m the
two again differ as M(N0²) and 2 M(N0) do. Correlations ⟨T_s T_s'⟩ are those of the oscillators.
"""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from rsrg.paper.setting import COUPLED, EXAMPLE_ALPHA
from rsrg.physics.arrays import Array
from rsrg.physics.coupling_source import LatticeMean
from rsrg.physics.elastic import elastic_susceptibility
from rsrg.physics.pairs import PAIRS, inverse, weighted
from rsrg.physics.readings import Reading
from rsrg.physics.sign import Sign
from rsrg.physics.step_error import step_error
from rsrg.sums.coupled_blocks import CoupledBlocks
from rsrg.sums.pair_operator import PairOperator

STRAIN = 0.2
N0_OF_MEANS = tuple(range(2, 9))
N0_OF_CUBES = (2, 3, 4)
SMALL = 0.25  # the amplitude f at which every super block here is stable


@dataclass(frozen=True)
class Means:
    """M(N0²) and 2 M(N0) of a reading, exact, plain, (6, 6), in 1/ρc_t²."""

    reading: Reading
    n0: int
    one_step: Array
    two_steps: Array

    @property
    def error(self) -> float:
        """The error per step (see `step_error`)."""
        return step_error(self.two_steps, self.one_step)


def means(reading: Reading, n0: int) -> Means:
    """Exact means of the simple cubic lattice at e_xx = 0.2, α = 0.7."""
    one, two = (LatticeMean(reading, n).coupling(STRAIN, EXAMPLE_ALPHA) for n in (n0**2, n0))
    return Means(reading, n0, one, 2.0 * two)


def all_means() -> list[Means]:
    """N0 = 2 to 8, both readings that couple."""
    return [means(reading, n0) for reading in COUPLED for n0 in N0_OF_MEANS]


@dataclass(frozen=True, eq=False)
class Cubes:
    """A cube of N0⁶ blocks, whole, and in two steps: the first cubes and the cube of cubes."""

    whole: CoupledBlocks
    first: CoupledBlocks
    second: CoupledBlocks

    @cached_property
    def one_step(self) -> Array:
        """χ of all N0⁶ blocks at once, plain, (6, 6), in ρc_t²."""
        return self.whole.response()

    @cached_property
    def two_steps(self) -> Array:
        """χ in two steps of N0³ blocks each, plain, (6, 6), in ρc_t²."""
        return self.second.response()

    @property
    def lowest(self) -> tuple[float, float, float]:
        """Lowest eigenvalues of the Hessians, in 1/ρc_t²: all blocks, first, second step."""
        return self.whole.lowest, self.first.lowest, self.second.lowest

    @property
    def error(self) -> float:
        """The error per step in χ⁻¹ (see `step_error`)."""
        chi = (self.whole.chi, self.one_step, self.two_steps)
        start, one, two = (inverse(x, "tensor") for x in chi)
        return step_error(two - start, one - start)


def cube_sites(n: int) -> NDArray[np.int64]:
    """The sites of a cube of n × n × n, (n³, 3)."""
    return np.stack(np.meshgrid(*3 * [np.arange(n)], indexing="ij"), axis=-1).reshape(-1, 3)


def cube(n: int, chi: Array, sign: Sign) -> CoupledBlocks:
    """A cube of n × n × n blocks χ of the simple cubic lattice, α = 0.7."""
    return CoupledBlocks(PairOperator.from_sites(cube_sites(n), EXAMPLE_ALPHA), chi, sign)


@cache
def cubes(n0: int, amplitude: float = 1.0, sign: Sign = "paper") -> Cubes:
    """A cube of N0⁶ blocks χ = f χ_el, and the same cut into N0³ cubes."""
    chi = amplitude * elastic_susceptibility(EXAMPLE_ALPHA)
    first = cube(n0, chi, sign)
    return Cubes(cube(n0**2, chi, sign), first, cube(n0, first.response(), sign))


@dataclass(frozen=True)
class Correlations:
    """|⟨T_0 T_s⟩|/|⟨T_0 T_0⟩| for the block 0 nearest to the centre, against distance.

    distances: of other blocks, in block sizes, ascending, each once; sizes: root mean square over
    the blocks at this distance, the norm being that of all components.
    """

    distances: Array
    sizes: Array


def correlations(n: int, amplitude: float = 1.0, sign: Sign = "paper") -> Correlations:
    """Correlations in a cube of n × n × n blocks χ = f χ_el, α = 0.7."""
    sites = cube_sites(n)
    centre = int(np.argmin(((sites - (n - 1) / 2.0) ** 2).sum(axis=1)))
    chi = amplitude * elastic_susceptibility(EXAMPLE_ALPHA)
    blocks = weighted(cube(n, chi, sign).correlations(centre), "tensor")
    squares = ((sites - sites[centre]) ** 2).sum(axis=1)
    size2 = np.sum(blocks**2, axis=(1, 2))
    shells, place, count = np.unique(squares, return_inverse=True, return_counts=True)
    mean = np.bincount(place, size2) / count
    return Correlations(np.sqrt(shells[1:]), np.sqrt(mean[1:] / mean[0]))


def share_of_others(n: int, amplitude: float = 1.0, sign: Sign = "paper") -> float:
    """|χ_super − (1/N) Σ_s [H⁻¹]_ss|/|χ_super|: what of χ comes from s ≠ s', in a cube of n³.

    The paper's δ_ss' keeps s = s' alone. Exact: every block's own response, α = 0.7. Blocks that a
    turn or reflection of the cube maps onto each other have one in common, turned along.
    """
    chi = amplitude * elastic_susceptibility(EXAMPLE_ALPHA)
    blocks = cube(n, chi, sign)
    places = np.sort(np.abs(2 * cube_sites(n) - (n - 1)), axis=1)  # the same in each image
    _, first, count = np.unique(places, axis=0, return_index=True, return_counts=True)
    own = np.average([blocks.correlations(s)[s] for s in first], axis=0, weights=count)
    return step_error(_cubic_part(own), blocks.response())


def _cubic_part(tensor: Array) -> Array:
    """The mean of a tensor, plain, (6, 6), over the turns and reflections of a cube."""
    equal = np.array([i == j for i, j in PAIRS])
    stretches, shears = tensor[np.ix_(equal, equal)], np.diagonal(tensor)[~equal]
    alone = np.trace(stretches) / 3.0
    mean = np.diag(np.where(equal, alone, shears.mean()))
    mean[np.ix_(equal, equal)] += (stretches.sum() - 3.0 * alone) / 6.0 * (1.0 - np.eye(3))
    return mean
