"""An ensemble of super blocks of eight two-level blocks on a cube, N0 = 2, solved exactly.

In units of an energy ε and a stress γ, a super block depends on its interaction by one number,
x = (γ²/ρc_t² L³ ε)/(r/L)³: the strength of the interaction at distance L over the cube of the
distance r of nearest blocks. Its blocks are isotropic, so the cube needs no random orientation.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.linear_response import pair_response
from rsrg.physics.pairs import weighted
from rsrg.physics.product_space import summed_levels
from rsrg.physics.quenched import pair_interaction
from rsrg.physics.super_block import SuperBlock
from rsrg.physics.super_block_expansion import SuperBlockExpansion, first_order

SUPER_BLOCK_CHUNK = 8  # super blocks; part of what a seed means, so never to be changed
KEY = 3  # of the seed sequence: apart from draws of positions and from pools
BLOCKS = 8
CUBE = np.array(list(np.ndindex(2, 2, 2)), dtype=np.float64)
NORMS = (
    *("chi", "change", "error_3.3", "error_with_stress_term", "projection"),
    *("relaxation_change", "relaxation_error_3.2"),
)


@dataclass(frozen=True)
class LevelLaw:
    """The law of the two levels of a block, in ε, and of its stress, in γ.

    tunnelling: H = ½(Δ σ_z + Δ₀ σ_x), Δ uniform in [0, asymmetry], P(Δ₀) ∝ 1/Δ₀ in [splitting, 1];
    T̂_a = γ_a σ_z. gaussian: energies N(0, 1); T̂_a a random symmetric matrix, S_11, S_22 ~ N(0, ⅔),
    S_12 ~ N(0, ⅓). The six γ_a (Mandel components) are N(0, 1), which is isotropic. In both laws
    the mean of tr T̂_a²/2 is 1.
    """

    kind: Literal["tunnelling", "gaussian"]
    asymmetry: float = 0.0
    splitting: float = 0.0

    def draw(self, rng: np.random.Generator) -> tuple[Array, Array]:
        """Energies, (8, 2), and T̂ in the energy eigenstates, real, (8, 6, 2, 2)."""
        if self.kind == "gaussian":
            energies, g = rng.standard_normal((BLOCKS, 2)), rng.standard_normal((BLOCKS, 6, 2, 2))
            return energies, (g + np.swapaxes(g, -1, -2)) / np.sqrt(6.0)
        delta = self.asymmetry * rng.random(BLOCKS)
        delta_0 = self.splitting ** rng.random(BLOCKS)
        gamma = rng.standard_normal((BLOCKS, 6))
        energy = np.hypot(delta, delta_0)
        cos, sin = delta / energy, delta_0 / energy
        sigma_z = np.moveaxis(np.array([[-cos, sin], [sin, cos]]), -1, 0)
        return np.stack((-energy, energy), axis=-1) / 2.0, gamma[..., None, None] * sigma_z[:, None]


@dataclass(frozen=True)
class SuperBlockEnsemble:
    """Super blocks drawn by a law, each solved at all strengths, distances and temperatures.

    strengths: γ²/(ρc_t² L³ ε). distances: r/L of nearest blocks. temperatures: k_B T/ε.
    """

    law: LevelLaw
    alpha: float
    strengths: Array
    distances: Array
    temperatures: Array
    seed: int

    def norms(self, chunks: range) -> Array:
        """The NORMS of some chunks, (norm, strength, distance, temperature, super block), in ρc_t².

        |χ| = √(Σ_ijkl χ_ijkl²) of χ̄; of the exact change δχ of χ̄ by the interaction; of the errors
        of δχ by Eq. 3.3, and by Eq. 3.3 with its stress term; the projection of that of Eq. 3.3 on
        the exact one, Σ δχ^(3.3) δχ/|δχ|; and of the change of χ_rel, and its error by Eq. 3.2.
        A function of the seed and the number of a chunk.
        """
        interaction = -0.5 * weighted(pair_interaction(CUBE, self.alpha), "tensor")
        at_unit_distance = SuperBlock(np.empty(0), np.empty(0), interaction, 1.0, 1.0)
        results = []
        for chunk in chunks:
            rng = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(KEY, chunk)))
            for _ in range(SUPER_BLOCK_CHUNK):
                levels, stress = self.law.draw(rng)
                results.append(self._norms(replace(at_unit_distance, levels=levels, stress=stress)))
        return np.stack(results, axis=-1)

    def _norms(self, block: SuperBlock) -> Array:
        """The norms of one super block, without its last axis."""
        couplings = self.strengths[:, None] / self.distances**3
        distinct, place = np.unique(couplings, return_inverse=True)
        at = [replace(block, temperature=float(t)) for t in self.temperatures]
        expansions = [first_order(b) for b in at]
        norms = np.empty((len(NORMS), len(distinct), len(at)))
        for i, x in enumerate(distinct):
            energies, stress = _solved(block, float(x))
            for j, (b, expansion) in enumerate(zip(at, expansions, strict=True)):
                exact = pair_response(energies, stress, b.temperature, b.volume)
                norms[:, i, j] = _deviations(exact, expansion, float(x))
        shaped = norms[:, place.reshape(couplings.shape)]
        return np.asarray(self.strengths[:, None, None] * shaped)


def _solved(block: SuperBlock, x: float) -> tuple[Array, np.ndarray]:
    """Energies and stress of the eigenstates with the interaction times x."""
    h = x * block.interaction_matrix()
    h[np.diag_indices_from(h)] += summed_levels(block.levels)
    energies, states = np.linalg.eigh(h)
    return energies, block.stress_between(states)


def _deviations(
    exact: tuple[Array, Array], expansion: SuperBlockExpansion, x: float
) -> list[float]:
    """The NORMS of one case, in γ²/(L³ ε); the first order of the expansion is linear in x."""

    def mandel(chi: Array) -> Array:
        return weighted(chi, "tensor")

    rel, res = exact
    start, start_rel = mandel(expansion.uncoupled), mandel(expansion.uncoupled_relaxation)
    change, change_rel = rel + res - start, rel - start_rel
    first = x * (mandel(expansion.first_order) - start)
    whole = first + x * mandel(expansion.stress_term)
    first_rel = x * (mandel(expansion.relaxation) - start_rel)
    tensors = (start, change, first - change, whole - change, change_rel, first_rel - change_rel)
    chi, size, *errors = (float(np.linalg.norm(t)) for t in tensors)
    projection = float(np.sum(first * change)) / size
    return [chi, size, *errors[:2], projection, *errors[2:]]
