"""Is an infinite lattice of blocks stable? Its normal modes, with no renormalization at all.

Blocks of size |χ| as coupled linear oscillators have the Hessian 1⊗χ⁻¹ ± m, + with the paper's
sign, − with the Hamiltonian's (`physics.sign`). On a lattice its eigenvalues are those of
χ⁻¹ ± m(k) for each wave vector k; where the lowest falls below zero, blocks change their stress by
themselves, in the pattern of that k.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.bloch import Complex, PeriodicBlocks, bloch_parts, lattice_blocks
from rsrg.physics.criticality import first_below_zero
from rsrg.physics.elastic import elastic_root, inverse_start
from rsrg.physics.lattices import lattice_record
from rsrg.physics.pairs import pair_weights, weighted
from rsrg.physics.sign import Sign, sign_factor
from rsrg.physics.strain import deformation_gradient
from rsrg.physics.wave_vectors import GRID, lowest_over_wave_vectors, wave_vector_grid

CACHED = 32  # strained lattices whose m(k) on the grid are kept: at most 40 MB each
COARSE = 8  # grid of wave vectors where many strains are looked at; each minimum is then refined
STRAIN_MAX = 1.0  # up to which a strain of instability is looked for
STRAIN_STEP = 0.05  # of the search for a strain of instability
STRAIN_ERROR = 1e-6


@dataclass(frozen=True, eq=False)
class BulkStability:
    """The lowest eigenvalue of (f χ_el)⁻¹ ± m(k), over all k, and where it is.

    eigenvalue: in 1/ρc_t²; negative where the lattice is unstable. wave_vector: its k, (3,), in
    radians per size of an unstrained block, for the lattice as it is under strain; the minimum is
    the limit k → 0 along its direction where |k| is 1e-5. grid_eigenvalue: the lowest on the grid
    of 16³ wave vectors alone, k = 0 left out.

    Example:
        >>> import rsrg
        >>> rsrg.bulk_stability("fcc", 0.7, sign="hamiltonian").eigenvalue > 0.0
        True
    """

    eigenvalue: float
    wave_vector: Array
    grid_eigenvalue: float


def bloch_matrices(blocks: PeriodicBlocks, k: Array) -> Array | Complex:
    """m(k) = first + α second as hermitian matrices, Mandel components, (2, n_k, 6c, 6c).

    Real where the cell has one block only: every Bravais lattice looks the same from both sides.
    """
    c, w = len(blocks.points), pair_weights("tensor")
    shifts = (blocks.points[:, None] - blocks.points).reshape(-1, 3)
    parts = bloch_parts(blocks, shifts, k) * (w[:, None] * w)
    matrices = parts.reshape(2, len(k), c, c, 6, 6).swapaxes(3, 4).reshape(2, len(k), 6 * c, 6 * c)
    return np.ascontiguousarray(matrices.real) if c == 1 else matrices


@lru_cache(maxsize=CACHED)
def _on_grid(lattice: str, f: bytes, grid: int) -> tuple[PeriodicBlocks, Array | Complex]:
    """A strained lattice, and `bloch_matrices` on the grid of wave vectors."""
    blocks = lattice_blocks(lattice, np.frombuffer(f).reshape(3, 3))
    k, _ = wave_vector_grid(blocks.reciprocal, grid)
    return blocks, bloch_matrices(blocks, k)


def _softest(
    lattice: str, f: Array, alpha: float, base: Array, factor: Array, sign: Sign, grid: int
) -> BulkStability:
    """The lowest eigenvalue over k of base ± factorᵀ m(k) factor, (6, 6) for each block."""
    lattice_record(lattice)  # of which the cache of matrices would say that it is no key
    blocks, matrices = _on_grid(lattice, f.tobytes(), grid)
    one = np.eye(len(blocks.points))
    bases, factors = np.kron(one, base), sign_factor(sign) * np.kron(one, factor)

    def lowest(m: Array | Complex) -> Array:
        hessian = bases + np.kron(one, factor).T @ (m[0] + alpha * m[1]) @ factors
        return np.asarray(np.linalg.eigvalsh(hessian)[:, 0])

    result = lowest_over_wave_vectors(
        lambda k: lowest(bloch_matrices(blocks, k)), lowest(matrices), blocks.reciprocal, grid
    )
    return BulkStability(result.value, result.wave_vector, result.on_grid)


def bulk_stability(
    lattice: str,
    alpha: float,
    deformation: float | Array = 0.0,
    sign: Sign = "paper",
    amplitude: float = 1.0,
) -> BulkStability:
    """The lowest eigenvalue over all wave vectors of an infinite lattice of coupled blocks.

        H(k) = (f χ_el)⁻¹ ± m(k),   m(k) = Σ_{R≠0} m(R) e^{ik·R},   m(R) = (V/4π) Λ̃(R̂)/R³,

    the harmonic Hessian of blocks with χ' = f χ_el that interact by Eqs. 2.12 and 2.13; + for the
    paper's sign of M, − for the Hamiltonian's. The lattice moves with the strain, R → F R, and a
    block has the volume V = det F. m(k) is summed by Ewald's method. As k → 0 it depends on the
    direction of k: it is the sum over spherical shells − P + Γ(k̂), P the Hill tensor of a sphere,
    Γ its integrand (see `hill_tensor`), where the unstrained lattice is cubic. So k = 0 itself is
    left out, and the limits along all directions are looked at.

    lattice: sc, bcc, fcc, hcp, or another in `rsrg.physics.lattices.LATTICES`; its axes are x, y, z
    (of hcp, c is z). alpha: α = 1 − c_t²/c_l², between 1/4 and 1.
    deformation: the deformation gradient F, (3, 3); a number e means diag(1 + e, 1, 1).
    sign: `paper` or `hamiltonian`. amplitude: f > 0; the paper takes f = 1 (Eq. 3.10).

    Returns a BulkStability(eigenvalue, wave_vector, grid_eigenvalue), 1/ρc_t²: the minimum, by a
    grid of 16³ wave vectors and a search from its local minima, to 1e-8.

    Raises PhysicsError for an unknown lattice or sign, det F ≤ 0, α outside (1/4, 1) and f ≤ 0.

    Example:
        A simple cubic lattice of the paper's blocks is unstable before any strain:

        >>> import rsrg
        >>> sc = rsrg.bulk_stability("sc", alpha=0.7)
        >>> round(sc.eigenvalue, 4), round(sc.grid_eigenvalue, 4)
        (-0.1302, -0.1275)
    """
    compliance = weighted(inverse_start(alpha, "tensor", amplitude), "tensor")
    f = deformation_gradient(deformation)
    return _softest(lattice, f, alpha, compliance, np.eye(6), sign, GRID)


def critical_amplitude(
    lattice: str,
    alpha: float,
    deformation: float | Array = 0.0,
    sign: Sign = "paper",
    grid: int = GRID,
) -> float:
    """f_c: the lattice of blocks with χ' = f χ_el is stable for f < f_c, and unstable above.

    f_c = −1/(lowest eigenvalue over all k of ±χ_el^½ m(k) χ_el^½). The arguments, errors: see
    `bulk_stability`. grid: wave vectors along each axis of the first search.
    """
    root, f = elastic_root(alpha), deformation_gradient(deformation)
    return -1.0 / _softest(lattice, f, alpha, np.zeros((6, 6)), root, sign, grid).eigenvalue


def instability_strain(
    lattice: str,
    alpha: float,
    sign: Sign = "paper",
    amplitude: float = 1.0,
    path: Callable[[float], float | Array] = float,
    strain_max: float = STRAIN_MAX,
) -> float:
    """The least strain e ≥ 0 at which an infinite lattice of blocks is unstable.

    path: e → F, by default diag(1 + e, 1, 1); for others `strain.strain_direction`. strain_max: the
    end of the search, in steps of 0.05, between two of which an instability that heals is missed.
    Returns e to 1e-6: 0 where the lattice is unstable without strain, infinite where it is stable
    up to strain_max. Other arguments, errors: see `bulk_stability`.
    """

    def margin(e: float) -> float:
        return critical_amplitude(lattice, alpha, path(e), sign, COARSE) / amplitude - 1.0

    return first_below_zero(margin, strain_max, STRAIN_STEP, STRAIN_ERROR)
