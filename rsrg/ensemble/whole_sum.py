"""The sum over N0⁶ blocks at once, beside two steps of N0³, as coupled oscillators.

In an exact scheme both give the same χ on average. Blocks are the points of a randomly turned and
shifted lattice in the body of a reading. At once: one draw of N0⁶ blocks. In steps: each of N0³
super blocks is a draw of its own of N0³ blocks, and they stand at the places of one more draw, on a
lattice N0 times as wide; Λ ∝ r⁻³ V makes that the same sum.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rsrg.ensemble.blocks import CHUNK, Blocks
from rsrg.ensemble.cases import offset_reach
from rsrg.ensemble.draws import draw_chunks
from rsrg.ensemble.sampling import Sampler
from rsrg.physics.arrays import Array
from rsrg.physics.elastic import elastic_susceptibility
from rsrg.physics.quenched import pair_interaction
from rsrg.physics.readings import Reading
from rsrg.physics.sign import Sign, sign_factor
from rsrg.physics.strain import deformation_gradient
from rsrg.sums.coupled_blocks import CoupledBlocks
from rsrg.sums.harmonic import harmonic_blocks
from rsrg.sums.pair_operator import PairOperator
from rsrg.sums.places import LatticePlaces

FIRST_STEP, SECOND_STEP = 0, 1  # of the draws


@dataclass(frozen=True)
class Oscillators:
    """What is summed: first blocks χ = f χ_el, a reading of V(e) at F, and the sign of m."""

    alpha: float
    reading: Reading
    deformation: float | Array
    amplitude: float = 1.0
    sign: Sign = "paper"
    seed: int = 0

    @property
    def first(self) -> Array:
        """χ of the first blocks, plain, (6, 6), in ρc_t²."""
        return self.amplitude * elastic_susceptibility(self.alpha)

    @property
    def block_volume(self) -> float:
        """V of a block, in units of the unstrained one."""
        f = deformation_gradient(self.deformation)
        return self.reading.block_volume(float(np.linalg.det(f)))

    def sampler(self, n0: int) -> Sampler:
        """Draws of N0³ blocks of the simple cubic lattice."""
        f = deformation_gradient(self.deformation)
        return Sampler(Blocks(n0), self.seed, (self.reading,), f[None])


@dataclass(frozen=True)
class Responses:
    """χ of super blocks, plain, (draws, 6, 6), and the lowest eigenvalue of their Hessians.

    lowest: (draws,); in steps: of the second step. first_lowest: of the first, (draws, N0³).
    """

    chi: Array
    lowest: Array
    first_lowest: Array


def at_once(n0: int, setting: Oscillators, draws: int) -> Responses:
    """The harmonic response of N0⁶ blocks, by conjugate gradients (see `CoupledBlocks`)."""
    chi, lowest = np.empty((draws, 6, 6)), np.empty(draws)
    for k, blocks in enumerate(_super_blocks(n0, setting, draws)):
        chi[k], lowest[k] = blocks.response(), blocks.lowest
    return Responses(chi, lowest, np.empty((draws, 0)))


def stability(n0: int, setting: Oscillators, draws: int) -> Array:
    """The lowest eigenvalue of the Hessian of N0⁶ blocks alone, (draws,), in 1/ρc_t²."""
    return np.array([blocks.lowest for blocks in _super_blocks(n0, setting, draws)])


def _super_blocks(n0: int, setting: Oscillators, draws: int) -> Iterator[CoupledBlocks]:
    """Draws of N0⁶ blocks."""
    sampler = setting.sampler(n0**2)
    rotations, offsets = _drawn(sampler, SECOND_STEP, draws)
    _, chosen = _places(sampler).blocks(rotations, offsets)
    place, lattice = sampler.bodies.place[0], sampler.lattice
    for rotation, points in zip(rotations, chosen[:, 0], strict=True):
        cell = place @ rotation @ lattice.primitive
        sites = lattice.sites[:, points].T
        m = PairOperator.from_sites(sites, setting.alpha, cell, setting.block_volume)
        yield CoupledBlocks(m, setting.first, setting.sign)


def in_two_steps(n0: int, setting: Oscillators, draws: int) -> Responses:
    """Two harmonic steps of N0³ blocks each, every super block its own draw."""
    sampler = setting.sampler(n0)
    n = n0**3
    first, first_lowest = _step(
        sampler, setting, FIRST_STEP, np.tile(setting.first, (n * draws, n, 1, 1))
    )
    chi, lowest = _step(sampler, setting, SECOND_STEP, first.reshape(draws, n, 6, 6))
    return Responses(chi, lowest, first_lowest.reshape(draws, n))


def _step(sampler: Sampler, setting: Oscillators, step: int, chi: Array) -> tuple[Array, Array]:
    """χ and stability of super blocks of given blocks, (draws, N0³, 6, 6)."""
    positions, _ = _places(sampler).blocks(*_drawn(sampler, step, len(chi)))
    new, lowest = np.empty((len(chi), 6, 6)), np.empty(len(chi))
    for k in range(len(chi)):  # one at a time: the matrix of 64 blocks holds 10⁵ numbers
        m = pair_interaction(positions[k, 0], setting.alpha, setting.block_volume)
        new[k], lowest[k] = harmonic_blocks(chi[k], sign_factor(setting.sign) * m)
    return new, lowest


def _places(sampler: Sampler) -> LatticePlaces:
    blocks = sampler.blocks
    bodies = sampler.bodies.select(slice(-1))  # without the unstrained control
    return LatticePlaces.from_lattice(sampler.lattice, offset_reach(blocks), bodies, blocks.n0**3)


def _drawn(sampler: Sampler, step: int, draws: int) -> tuple[Array, Array]:
    """The first rotations and offsets of a step, (draws, 3, 3) and (draws, 3)."""
    chunks = range(-(-draws // CHUNK))
    rotations, offsets = draw_chunks(sampler.blocks, sampler.seed, step, chunks)
    return rotations[:draws], offsets[:draws]
