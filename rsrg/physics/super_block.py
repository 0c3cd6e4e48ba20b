"""The super block of N blocks of many levels, Eqs. 2.14 and 2.17, solved exactly."""

from dataclasses import dataclass
from itertools import combinations
from typing import Self

import numpy as np

from rsrg.physics.arguments import (
    check_positive,
    checked_array,
    complex_array,
    is_moderate,
    shown,
)
from rsrg.physics.arrays import Array
from rsrg.physics.elastic import check_alpha
from rsrg.physics.errors import PhysicsError
from rsrg.physics.linear_response import pair_response
from rsrg.physics.pairs import PAIRS, pair_weights, unweighted, weighted
from rsrg.physics.product_space import add_pair_operator, summed_levels, summed_operator
from rsrg.physics.quenched import pair_interaction

MOST_STATES = 4096  # a complex matrix of so many rows takes 268 MB, and seven are needed
SYMMETRY_ERROR = 1e-9  # of the largest element: what rounding may do to a hermitian matrix


@dataclass(frozen=True)
class SuperBlock:
    """N blocks of K levels, coupled by Λ, in Mandel form: shear components times √2.

    So one sum over six pairs is the sum over all nine. levels: (N, K). stress: T̂_a of each block,
    hermitian, (N, 6, K, K). interaction: Λ̂^(ss'), zero for s = s', (N, N, 6, 6). temperature:
    k_B T. block_volume: V of one block.
    """

    levels: Array
    stress: np.ndarray
    interaction: Array
    temperature: float
    block_volume: float

    @classmethod
    def from_arrays(
        cls,
        levels: Array,
        stress: np.ndarray,
        positions: Array,
        alpha: float,
        temperature: float,
        block_volume: float = 1.0,
    ) -> Self:
        """The super block from plain arrays; arguments and errors as `super_block_response`."""
        rule = "`levels` must be finite, of shape (N, K) with N ≥ 2 blocks"
        e = checked_array(
            levels, rule, lambda a: a.ndim == 2 and len(a) >= 2 and a.size > 0 and is_moderate(a)
        )
        t = _checked_stress(len(e), e.shape[1], stress)
        shape = (len(e), 3)
        rule = f"`positions` must be finite, of shape {shape}"
        r = checked_array(positions, rule, lambda a: a.shape == shape and is_moderate(a))
        k_t = check_positive("temperature", temperature)
        volume = check_positive("block_volume", block_volume)
        coupling = weighted(pair_interaction(r, check_alpha(alpha)), "tensor")
        return cls(e, t, -0.5 * coupling, k_t, volume)

    @property
    def states(self) -> int:
        """K^N."""
        return int(self.levels.shape[1]) ** len(self.levels)

    @property
    def volume(self) -> float:
        """N V."""
        return len(self.levels) * self.block_volume

    def interaction_matrix(self) -> np.ndarray:
        """V = Σ_{s≠s'} Σ Λ T T in the product states, hermitian, (K^N, K^N).

        Raises PhysicsError where K^N is larger than MOST_STATES.
        """
        n = len(self.levels)
        if self.states > MOST_STATES:
            raise PhysicsError(
                f"a super block must have at most {MOST_STATES} states; {n} blocks of "
                f"{self.levels.shape[1]} levels have {self.states}"
            )
        v = np.zeros((self.states, self.states), dtype=self.stress.dtype)
        for s, t in combinations(range(n), 2):  # 2: the ordered pairs (s, s') and (s', s)
            felt = np.tensordot(2.0 * self.interaction[s, t], self.stress[t], axes=1)
            pair = np.einsum("anm,apq->nmpq", self.stress[s], felt)
            add_pair_operator(v, pair, (s, t), n)
        return v

    def stress_between(self, states: np.ndarray) -> np.ndarray:
        """⟨n|Σ_s T̂_a^(s)|m⟩ between states given as columns, (6, m, m)."""
        bra = states.conj().T
        return np.stack(
            [bra @ summed_operator(self.stress[:, a], states) for a in range(len(PAIRS))]
        )

    def response(self, energies: Array, states: np.ndarray) -> tuple[Array, Array]:
        """χ_rel and χ_res, Eq. 2.17 without its last term, from states; plain, (6, 6) each."""
        stress = self.stress_between(states)
        rel, res = pair_response(energies, stress, self.temperature, self.volume)
        return unweighted(rel, "tensor"), unweighted(res, "tensor")


def _checked_stress(n: int, k: int, stress: np.ndarray) -> np.ndarray:
    """Stress in Mandel form, (N, 6, K, K), real where it has no imaginary part."""
    t = complex_array(stress)
    if t is None or t.shape != (n, 3, 3, k, k) or not is_moderate(t):
        raise PhysicsError(
            f"`stress` must be finite, of shape {(n, 3, 3, k, k)}; got {shown(stress)}"
        )
    allowed = SYMMETRY_ERROR * np.abs(t).max()
    for rule, other in (
        ("hermitian in n, m", np.swapaxes(t, -1, -2).conj()),
        ("symmetric in i, j", np.swapaxes(t, 1, 2)),
    ):
        if (deviation := np.abs(t - other).max()) > allowed:
            raise PhysicsError(f"`stress` must be {rule}; it differs by {deviation:.3g}")
    i, j = np.array(PAIRS).T
    mandel = t[:, i, j] * pair_weights("tensor")[:, None, None]
    return np.ascontiguousarray(mandel if np.abs(mandel.imag).max() > 0.0 else mandel.real)


def super_block_response(
    levels: Array,
    stress: np.ndarray,
    positions: Array,
    alpha: float,
    temperature: float,
    block_volume: float = 1.0,
) -> tuple[Array, Array]:
    """Relaxation and resonance susceptibility of a super block, exactly, from all its states.

        H = Σ_s H^(s) + Σ_{s≠s'} Σ_ijkl Λ_ijkl^(ss') T_ij^(s) T_kl^(s'),   Λ = −Λ̃(n)/(8π r³),

    Eqs. 2.12 to 2.14: ijkl over all nine pairs each, and each pair of blocks twice, as s, s' and as
    s', s. H is diagonalised in the product space of the N blocks, K^N states; its eigenstates give
    χ by Eq. 2.17 without the last term, which is Eq. 2.7 with T = Σ_s T^(s) and the volume N V.

    levels: energies of each block without the others, (N, K).
    stress: ⟨n|T_ij|m⟩ of each block, hermitian in n, m and symmetric in i, j; (N, 3, 3, K, K).
    positions: of the blocks' centres, in block sizes L, (N, 3).
    alpha: α = 1 − c_t²/c_l², between 1/4 and 1.
    temperature: k_B T.
    block_volume: V in units of L³: det F where the blocks moved with the strain.

    Energies, stresses and k_B T are in units of ρc_t² L³: T_ij^(s) is the stress of a block times
    its volume, an energy. So V does not enter Λ T T; it only divides the response of the whole.

    Returns χ_rel and χ_res in units of ρc_t², plain components X_ijkl, (6, 6) each, pairs in the
    order xx, xy, xz, yy, yz, zz. Levels that agree to rounding belong to χ_rel. Their sum is
    ∂²F/∂e_ij ∂e_kl/(N V) of the free energy F = −k_B T ln Z, and never positive.

    Raises PhysicsError for a wrong shape, numbers that are not finite, stress that is not hermitian
    or not symmetric, two blocks in one place, α outside (1/4, 1), T ≤ 0, V ≤ 0, and more than 4,096
    states.

    Example:
        χ_xyxy of two two-level blocks with a shear stress, close together and far apart:

        >>> import numpy as np, rsrg
        >>> levels, stress = np.array([[-1.0, 1.0]] * 2), np.zeros((2, 3, 3, 2, 2))
        >>> stress[:, 0, 1] = stress[:, 1, 0] = [[0, 1], [1, 0]]
        >>> for r in (1, 10):
        ...     place = [[0, 0, 0], [r, 0, 0]]
        ...     rel, res = rsrg.super_block_response(levels, stress, place, 0.7, temperature=0.5)
        ...     print(f"{rel[1, 1] + res[1, 1]:.4f}")
        -1.1018
        -0.9642
    """
    block = SuperBlock.from_arrays(levels, stress, positions, alpha, temperature, block_volume)
    h = block.interaction_matrix()
    h[np.diag_indices_from(h)] += summed_levels(block.levels)
    energies, states = np.linalg.eigh(h)
    return block.response(energies, states)
