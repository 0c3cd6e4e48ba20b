"""Blocks as coupled oscillators, without their matrix: thousands of blocks, equal or not.

The Hessian H = diag(χ_s⁻¹) ± m acts through an operator: at lattice sites by Fourier transforms
(`PairOperator`), else pair by pair (`PairwiseOperator`). Its lowest eigenvalue (Lanczos) is the
stability of the super block. Where it is positive, H u = b is solved by conjugate gradients, else,
H being indefinite, by MINRES; |χ_s| of each block is the preconditioner. `sums.harmonic` is the
dense form.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator, cg, minres

from rsrg.physics.arrays import Array
from rsrg.physics.elastic import check_amplitude, elastic_susceptibility
from rsrg.physics.errors import ConvergenceError, PhysicsError
from rsrg.physics.pairs import Contraction, inverse, unweighted, weighted
from rsrg.physics.sign import Sign, sign_factor
from rsrg.sums.lanczos import length, lowest_eigenvalue
from rsrg.sums.pair_operator import PairOperator

SOLVED = 1e-8  # residual over right-hand side
LANCZOS = 1e-7  # residual of the eigenvector over |H|, by which the eigenvalue errs at most
MOST_STEPS = 20000  # of one solution; near a transition H is almost singular
SMALL = 4  # blocks; fewer are too few rows for Lanczos
REFINEMENTS = 4  # MINRES measures residuals by |H||u|, which may be far above |b|


class Interaction(Protocol):
    """u → m̂ u of N blocks, (N, 6) → (N, 6)."""

    @property
    def number(self) -> int:
        """N."""

    def __call__(self, u: Array) -> Array:
        """m̂ u."""


@dataclass(frozen=True, eq=False)
class CoupledBlocks:
    """N blocks χ, plain, in ρc_t², coupled by m with the sign of the flow.

    interaction: m̂ with the weights of the contraction. chi: (N, 6, 6), or (6, 6) for equal blocks.
    most_steps: of one solution.
    """

    interaction: Interaction
    chi: Array
    sign: Sign = "paper"
    contraction: Contraction = "tensor"
    most_steps: int = MOST_STEPS

    @property
    def number(self) -> int:
        """N."""
        return self.interaction.number

    @property
    def rows(self) -> int:
        """6N, the rows of H."""
        return 6 * self.number

    @cached_property
    def hessian(self) -> LinearOperator:
        """H = diag(χ_s⁻¹) ± m with the weights of the contraction, (6N, 6N)."""
        compliance = weighted(inverse(self.chi, self.contraction), self.contraction)
        sign = sign_factor(self.sign)

        def product(u: Array) -> Array:
            v = u.reshape(-1, 6)
            return (_each(compliance, v) + sign * self.interaction(v)).ravel()

        return self._operator(product)

    @cached_property
    def lowest(self) -> float:
        """The lowest eigenvalue of H, in 1/ρc_t²: negative where the super block is unstable.

        Raises ConvergenceError where Lanczos' method stops short.
        """
        if self.number < SMALL:
            return float(np.linalg.eigvalsh(self.hessian @ np.eye(self.rows))[0])
        return lowest_eigenvalue(self.hessian.matvec, self.rows, LANCZOS)

    def solve(self, forces: Array) -> Array:
        """u with H u = b for some b, (k, N, 6) → (k, N, 6).

        Raises ConvergenceError where a solution is not reached.
        """
        size = _absolute(weighted(self.chi, self.contraction))
        one_block = self._operator(lambda u: _each(size, u.reshape(-1, 6)).ravel())
        solver = cg if self.lowest > 0.0 else minres
        solved = np.empty_like(forces)
        for k, force in enumerate(forces):
            b = force.ravel()
            u, residual = np.zeros_like(b), b
            for _ in range(REFINEMENTS):
                change, _ = solver(
                    self.hessian, residual, rtol=1e-2 * SOLVED, maxiter=self.most_steps, M=one_block
                )
                u = u + change
                residual = b - self.hessian @ u
                error = length(residual) / length(b)
                if error <= SOLVED:
                    break
            else:
                raise ConvergenceError("the response of the blocks was not reached", u, error)
            solved[k] = u.reshape(-1, 6)
        return solved

    def response(self) -> Array:
        """χ_super = (1/N) Σ_ss' [H⁻¹]_ss', plain, (6, 6), in ρc_t²."""
        uniform = np.broadcast_to(np.eye(6)[:, None], (6, self.number, 6))
        return self.mean_response(self.solve(np.ascontiguousarray(uniform)))

    def mean_response(self, u: Array) -> Array:
        """χ_super from the solutions u of H u = 1 in each of six components, (6, N, 6)."""
        response = u.mean(axis=1)
        return unweighted(0.5 * (response + response.T), self.contraction)

    def correlations(self, site: int) -> Array:
        """[H⁻¹]_ss' of one block s with all s', plain, (N, 6, 6): ⟨T_s T_s'⟩/(k_B T V)."""
        forces = np.zeros((6, self.number, 6))
        forces[:, site] = np.eye(6)
        return unweighted(np.moveaxis(self.solve(forces), 0, 1), self.contraction)

    def own_response(self, probes: int, seed: int = 0) -> tuple[Array, Array]:
        """(1/N) Σ_s [H⁻¹]_ss, plain, (6, 6), the part of χ_super from s = s', and its error.

        Estimated as the mean of (1/N) Σ_ss' z_s [H⁻¹]_ss' z_s' over random signs z_s = ±1
        (Hutchinson). Error: standard error over the probes. Raises PhysicsError for probes < 2.
        """
        if probes < 2:
            raise PhysicsError(f"`probes` must be at least 2; got {probes!r}")
        rng = np.random.default_rng(seed)
        values = np.empty((probes, 6, 6))
        for value in values:
            z = rng.choice([-1.0, 1.0], self.number)
            u = self.solve(np.ascontiguousarray(np.eye(6)[:, None] * z[:, None]))
            one = np.einsum("s,asb->ab", z, u) / self.number
            value[:] = 0.5 * (one + one.T)
        error = values.std(axis=0, ddof=1) / np.sqrt(probes)
        mean = values.mean(axis=0)
        return unweighted(mean, self.contraction), unweighted(error, self.contraction)

    def _operator(self, product: Callable[[Array], Array]) -> LinearOperator:
        return LinearOperator((self.rows, self.rows), matvec=product, dtype=np.float64)


def _each(matrix: Array, v: Array) -> Array:
    """The matrix of each block, (6, 6) for all or (N, 6, 6), times its stress; v (N, 6)."""
    return np.einsum("...ab,...b->...a", matrix, v)


def _absolute(chi: Array) -> Array:
    """|χ|, with the absolute eigenvalues: a preconditioner must be positive definite."""
    values, vectors = np.linalg.eigh(chi)
    return np.einsum("...ab,...b,...cb->...ac", vectors, np.abs(values), vectors)


def harmonic_response(
    sites: NDArray[np.integer],
    alpha: float,
    cell: Array | None = None,
    amplitude: float = 1.0,
    sign: Sign = "paper",
    block_volume: float = 1.0,
) -> tuple[Array, float]:
    """χ of a super block of equal blocks to all orders, and its stability; up to 10⁵ blocks.

        χ_super = (1/N) Σ_ss' [(1⊗χ⁻¹ ± m)⁻¹]_ss',   m_ss' = (V/4π) Λ̃(n)/r³,   χ = f χ_el.

    Eq. 3.3 is this to first order in m. The blocks, coupled linear oscillators, stand at points of
    one lattice, so m acts by Fourier transform and no 6N × 6N matrix is made.

    sites: which lattice points, whole numbers, (N, 3).
    alpha: α = 1 − c_t²/c_l², between 1/4 and 1.
    cell: lattice vectors as columns, (3, 3), in block sizes; None for the unit cube. Under strain
    it is F times the lattice at rest.
    amplitude: f, the size of the first χ over χ_el (Eq. 2.10).
    sign: `paper` for +m, `hamiltonian` for −m.
    block_volume: V in units of the unstrained block: det F where the blocks moved with the strain.

    Returns χ_super, plain tensor components, (6, 6), in ρc_t², with the pairs in the order xx, xy,
    xz, yy, yz, zz; and the lowest eigenvalue of the Hessian, in 1/ρc_t². Where it is negative the
    super block is unstable, and χ_super no response that could be measured.

    Raises PhysicsError for bad sites, cell, α, f, V or sign; ConvergenceError where the response is
    not reached.

    Example:
        Sixty-four blocks in a cube harden against shear yz, where χ_el,yzyz = 1:

        >>> import numpy as np, rsrg
        >>> cube = np.stack(np.meshgrid(*3 * [np.arange(4)]), axis=-1).reshape(-1, 3)
        >>> chi, lowest = rsrg.harmonic_response(cube, alpha=0.7)
        >>> round(float(chi[4, 4]), 4), round(lowest, 4)
        (0.7109, 0.0361)
    """
    chi = check_amplitude(amplitude) * elastic_susceptibility(alpha)
    operator = PairOperator.from_sites(sites, alpha, cell, block_volume)
    blocks = CoupledBlocks(operator, chi, sign)
    return blocks.response(), blocks.lowest
