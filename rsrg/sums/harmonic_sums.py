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
from rsrg.physics.quenched import pair_interaction_rows
from rsrg.physics.sign import Sign, sign_factor
from rsrg.sums.cost import TRIDIAGONAL_TO, hessians_at_once
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


@dataclass(frozen=True)
class Coupling:
    """How the blocks of one case and glass are coupled. volume: V of one block."""

    alpha: float
    volume: float
    contraction: Contraction
    sign: Sign

    def matrix(self, positions: Array, rows: slice = slice(None)) -> Array:
        """± m_ss', rows s of it, (..., rows, N, 6, 6), plain, in 1/ρc_t²; positions (..., N, 3)."""
        signed = sign_factor(self.sign) * self.volume
        return pair_interaction_rows(positions, rows, self.alpha, signed)


def harmonic_sums(
    placed: PlacedBlocks,
    chi: Array,
    alphas: Array,
    volumes: Array,
    contraction: Contraction = "tensor",
    sign: Sign = "paper",
) -> tuple[Array, Array]:
    """χ of super blocks, (draws, cases, materials, 6, 6), and the lowest eigenvalues of their H.

    H = diag(χ_s⁻¹) ± (V/4π) Λ̃/r³. chi: the pool, (materials, cases, P, 6, 6), plain, in ρc_t².
    volumes: V of one block in each case, (cases,).
    Raises numpy.linalg.LinAlgError for an exactly singular χ_s.
    """
    draws, cases, n = placed.block_index.shape
    new = np.full((draws, cases, len(alphas), 6, 6), np.nan)
    lowest = np.full(new.shape[:-2], np.nan)
    respond = _many_at_once if n <= TRIDIAGONAL_TO else _one_by_one
    for case, i in np.ndindex(cases, len(alphas)):
        coupling = Coupling(float(alphas[i]), float(volumes[case]), contraction, sign)
        blocks = chi[i, case][placed.block_index[:, case]]
        new[:, case, i], lowest[:, case, i] = respond(placed, case, blocks, coupling)
    return new, lowest


Responses = tuple[Array, Array]  # χ, (draws, 6, 6), and lowest eigenvalues, (draws,)


def _many_at_once(placed: PlacedBlocks, case: int, blocks: Array, coupling: Coupling) -> Responses:
    """By their matrices, of `hessians_at_once` draws each time."""
    draws, n = blocks.shape[:2]
    new, lowest = np.full((draws, 6, 6), np.nan), np.full(draws, np.nan)
    at_once = hessians_at_once(n)
    for first in range(0, draws, at_once):
        some = slice(first, first + at_once)
        m = coupling.matrix(placed.positions[some, case])
        new[some], lowest[some] = harmonic_blocks(blocks[some], m, coupling.contraction)
    return new, lowest


def _one_by_one(placed: PlacedBlocks, case: int, blocks: Array, coupling: Coupling) -> Responses:
    """Without a matrix, where that is possible."""
    draws = len(blocks)
    new, lowest = np.full((draws, 6, 6), np.nan), np.full(draws, np.nan)
    for draw in range(draws):
        interaction = _interaction(placed, draw, case, coupling)
        sign, contraction = coupling.sign, coupling.contraction
        coupled = CoupledBlocks(interaction, blocks[draw], sign, contraction, MOST_STEPS)
        block = HarmonicSuperBlock(placed.positions[draw, case], coupling, coupled)
        new[draw], lowest[draw] = block.response()
    return new, lowest


def _interaction(placed: PlacedBlocks, draw: int, case: int, coupling: Coupling) -> Interaction:
    alpha, volume, rule = coupling.alpha, coupling.volume, coupling.contraction
    if placed.sites is None:
        return PairwiseOperator.from_positions(placed.positions[draw, case], alpha, volume, rule)
    z, cell = placed.sites.numbers[draw, case], placed.sites.cells[draw, case]
    return PairOperator.from_sites(z, alpha, cell, volume, rule)


@dataclass(frozen=True)
class HarmonicSuperBlock:
    """Unequal blocks at positions, (N, 3), and the same as they are coupled, without a matrix."""

    positions: Array
    coupling: Coupling
    coupled: CoupledBlocks

    def response(self) -> tuple[Array, float]:
        """χ, plain, (6, 6), in ρc_t², and the lowest eigenvalue of the Hessian, in 1/ρc_t².

        Beside a transition, where an eigenvalue is almost zero, steps or factors may fail: then
        both come from the tridiagonal form, which takes several times as long and never does.
        """
        blocks = self.coupled
        try:
            lowest = blocks.lowest
            if lowest > 0.0:
                with suppress(ConvergenceError):  # too many steps: factors take less
                    return blocks.response(), lowest
            return blocks.mean_response(self._solve()), lowest
        except ConvergenceError:
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
            m = self.coupling.matrix(self.positions, rows)
            h[rows] = np.swapaxes(weighted(m, contraction), 1, 2)
        s = np.arange(n)
        h[s, :, s] += own
        return h.reshape(6 * n, 6 * n)
