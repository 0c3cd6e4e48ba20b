"""Harmonic super blocks of a pool: χ to all orders, and the lowest eigenvalue of the Hessian.

Small super blocks are brought to tridiagonal form, many at a time (`harmonic`). Larger ones go one
by one: their lowest eigenvalue is found without a matrix, and so is χ where that is positive
(`CoupledBlocks`). Else the Hessian is factorised, as steps without a matrix would be too many.
"""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.errors import ConvergenceError
from rsrg.physics.pairs import Contraction, inverse, weighted
from rsrg.physics.quenched import pair_interaction, pair_interaction_rows
from rsrg.physics.sign import Sign
from rsrg.sums.cost import TRIDIAGONAL_TO
from rsrg.sums.coupled_blocks import CoupledBlocks, Interaction
from rsrg.sums.harmonic import harmonic_blocks, harmonic_response_of_matrix
from rsrg.sums.kernels.factors import factorise, solve_factorised
from rsrg.sums.lanczos import length
from rsrg.sums.pair_operator import PairOperator
from rsrg.sums.pairwise_operator import PairwiseOperator
from rsrg.sums.places import PlacedBlocks

MOST_STEPS = 500  # of conjugate gradients: beyond, factors take less time
SOLVED = 1e-10  # residual over right-hand side: far above rounding, far below what any mean shows
REFINEMENTS = 5  # each takes away most of what rounding in the factors left
ROWS_AT_ONCE = 16  # of blocks, while the matrix is filled: little memory beside the matrix


def harmonic_sums(
    placed: PlacedBlocks, chi: Array, alphas: Array, volumes: Array, contraction: Contraction
) -> tuple[Array, Array]:
    """χ of super blocks, (draws, cases, materials, 6, 6), and the lowest eigenvalues of their H.

    H = diag(χ_s⁻¹) + (V/4π) Λ̃/r³. chi: the pool, (materials, cases, P, 6, 6), plain, in ρc_t².
    volumes: V of one block in each case, negative for the other sign of the interaction, (cases,).
    Raises numpy.linalg.LinAlgError for an exactly singular χ_s.
    """
    draws, cases, n = placed.block_index.shape
    new = np.full((draws, cases, len(alphas), 6, 6), np.nan)
    lowest = np.full(new.shape[:-2], np.nan)
    for case, i in np.ndindex(cases, len(alphas)):
        alpha, volume = float(alphas[i]), float(volumes[case])
        blocks = chi[i, case][placed.block_index[:, case]]
        if n <= TRIDIAGONAL_TO:
            m = pair_interaction(placed.positions[:, case], alpha, volume)
            new[:, case, i], lowest[:, case, i] = harmonic_blocks(blocks, m, contraction)
            continue
        for draw in range(draws):
            operator = _interaction(placed, draw, case, alpha, abs(volume), contraction)
            sign: Sign = "paper" if volume > 0.0 else "hamiltonian"
            coupled = CoupledBlocks(operator, blocks[draw], sign, contraction, MOST_STEPS)
            block = SuperBlock(placed.positions[draw, case], alpha, volume, coupled)
            new[draw, case, i], lowest[draw, case, i] = block.response()
    return new, lowest


def _interaction(
    placed: PlacedBlocks, draw: int, case: int, alpha: float, volume: float, rule: Contraction
) -> Interaction:
    if placed.sites is None:
        return PairwiseOperator.from_positions(placed.positions[draw, case], alpha, volume, rule)
    z, cell = placed.sites.numbers[draw, case], placed.sites.cells[draw, case]
    return PairOperator.from_sites(z, alpha, cell, volume, rule)


@dataclass(frozen=True)
class SuperBlock:
    """Unequal blocks at positions, (N, 3), V negative for the other sign, and coupled by that."""

    positions: Array
    alpha: float
    volume: float
    coupled: CoupledBlocks

    def response(self) -> tuple[Array, float]:
        """χ, plain, (6, 6), in ρc_t², and the lowest eigenvalue of the Hessian, in 1/ρc_t².

        Beside a transition, where an eigenvalue is almost zero, steps or factors may fail: then
        both come from the tridiagonal form, which takes several times as long and never does.
        """
        blocks = self.coupled
        with suppress(ConvergenceError):
            if blocks.lowest > 0.0:
                return blocks.response(), blocks.lowest
        with suppress(ConvergenceError):
            return blocks.mean_response(self._solve()), blocks.lowest
        return harmonic_response_of_matrix(self.matrix(), blocks.contraction)

    def _solve(self) -> Array:
        """u with H u = 1 in each of six components, (6, N, 6), from factors.

        Raises ConvergenceError where these are no good: the pivot of a row is nearly zero.
        """
        hessian, factors = self.coupled.hessian, self.matrix()
        factorise(factors)
        b = np.tile(np.eye(6), self.coupled.number)
        u, residual = np.zeros_like(b), b.copy()
        for _ in range(REFINEMENTS):
            solve_factorised(factors, residual)
            u += residual
            residual = b - np.array([hessian.matvec(field) for field in u])
            error = max(length(r) / length(field) for r, field in zip(residual, b, strict=True))
            if error <= SOLVED:
                return u.reshape(6, -1, 6)
        raise ConvergenceError("the response of the blocks was not reached", u, error)

    def matrix(self) -> Array:
        """H, (6N, 6N), with the weights of the contraction."""
        n, contraction = self.coupled.number, self.coupled.contraction
        own = weighted(inverse(self.coupled.chi, contraction), contraction)
        h = np.empty((n, 6, n, 6))
        for first in range(0, n, ROWS_AT_ONCE):
            rows = slice(first, min(first + ROWS_AT_ONCE, n))
            m = pair_interaction_rows(self.positions, rows, self.alpha, self.volume)
            h[rows] = np.swapaxes(weighted(m, contraction), 1, 2)
        s = np.arange(n)
        h[s, :, s] += own
        return h.reshape(6 * n, 6 * n)
