"""The interaction of the blocks of an infinite lattice as a function of the wave vector.

In the dimensionless units of one block, the interaction of two blocks a displacement r apart is
m(r) = V Γ(r) = (V/4π) Λ̃(r̂)/r³ (Eqs. 2.12, 2.13, 3.7), with the Fourier transform of the static
Green function (Eq. 2.9),

    Γ_ijkl(q) = sym(δ_ik q_j q_l)/q² − α q_i q_j q_k q_l/q⁴.

Its lattice sum converges only conditionally. Ewald's method splits Γ(q) by damping 1/q² with e^{−x}
and 1/q⁴ with (1 + x) e^{−x}, x = q²/4η². The damped part is summed over reciprocal lattice vectors,
the rest over lattice vectors: there 1/r³, 3/r⁵, 15/r⁷ of Λ̃/r³ are replaced by B₁, B₂, B₃,

    B₀ = erfc(ηr)/r,   B_n = [(2n − 1) B_{n−1} + (2η²)ⁿ e^{−η²r²}/(η√π)]/r²,

the derivatives (−r⁻¹ d/dr)ⁿ of B₀ (Ewald, Ann. Phys. 369, 253, 1921; Smith, Proc. R. Soc. A 375,
475, 1981). At r = 0 what is left of a block's own damped part is taken out: B₁ = −4η³/(3√π).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfc

from rsrg.physics.arrays import Array
from rsrg.physics.interaction import QUARTICS, quartic_tensor
from rsrg.physics.lattices import lattice_points, primitive_cell
from rsrg.physics.pairs import PAIRS, pair_matrix
from rsrg.physics.strain import deformation_gradient

Complex = NDArray[np.complex128]

TAIL = 6.0  # η times the largest r, and q/2η: e^{−36} is left out
AT_ONCE = 1 << 17  # vectors whose weights are held at a time


@dataclass(frozen=True)
class PeriodicBlocks:
    """Blocks that repeat in three directions: a lattice, or a periodic box of any blocks.

    cell: the vectors of the cell as rows, (3, 3). points: the blocks in one cell, (c, 3). Both as
    they are under strain, in units of the size of an unstrained block.
    """

    cell: Array
    points: Array

    @property
    def volume(self) -> float:
        """V, the volume of a block: that of the cell, shared."""
        return abs(float(np.linalg.det(self.cell))) / len(self.points)

    @property
    def reciprocal(self) -> Array:
        """Reciprocal vectors b_i as rows, a_i · b_j = 2π δ_ij, (3, 3)."""
        return np.asarray(2.0 * np.pi * np.linalg.inv(self.cell).T, dtype=np.float64)


def lattice_blocks(lattice: str, deformation: float | Array = 0.0) -> PeriodicBlocks:
    """A registered lattice whose block centres move with the strain, x → F x, one cell of it.

    Raises PhysicsError for an unknown lattice and det F ≤ 0.
    """
    f, cell = deformation_gradient(deformation), primitive_cell(lattice)
    near = lattice_points(lattice, float(np.linalg.norm(cell, axis=1).sum()))
    fractions = near @ np.linalg.inv(cell)
    inside = np.all((fractions > -1e-9) & (fractions < 1.0 - 1e-9), axis=1)
    return PeriodicBlocks(cell @ f.T, near[inside] @ f.T)


def _vectors_within(rows: Array, radius: float) -> Array:
    """All integer combinations of the rows with length ≤ radius, (n, 3)."""
    reach = np.floor(radius * np.linalg.norm(np.linalg.inv(rows), axis=0)).astype(int)
    grid = np.stack(np.meshgrid(*(np.arange(-r, r + 1) for r in reach), indexing="ij"), axis=-1)
    vectors = grid.reshape(-1, 3) @ rows
    return np.asarray(vectors[(vectors**2).sum(axis=1) <= radius**2])


def _products(r: Array) -> tuple[Array, Array]:
    """r_a r_b in the pair order, (..., 6), and r_a r_b r_c r_d in that of QUARTICS, (..., 15)."""
    i, j = np.array(PAIRS).T
    place = np.empty((3, 3), dtype=np.intp)
    place[i, j] = place[j, i] = np.arange(6)
    a, b, c, d = np.array(QUARTICS).T
    two = r[..., i] * r[..., j]
    return two, two[..., place[a, b]] * two[..., place[c, d]]


def _symmetrised(square: Array) -> Array:
    """sym(δ_ik A_jl), the average over i↔j and k↔l: (n, 3, 3) → (n, 3, 3, 3, 3)."""
    d = np.eye(3)
    orders = ("ik,njl", "il,njk", "jk,nil", "jl,nik")
    return np.asarray(0.25 * sum(np.einsum(f"{o}->nijkl", d, square) for o in orders))


@cache
def _maps() -> tuple[Array, Array]:
    """Γ = first + α second: from (w, W_ab, W_abcd) undamped, (2, 22, 36), and damped without w.

    Undamped: first = sym δ_ik (δ_jl w − W_jl),  second = ½ (−w (δδ)₃ + (δ W)₆ − W_abcd), over the
    3 pairings δδ and the 6 δ_ab W_cd; with 1/r³, 3 nn/r³, 15 nnnn/r³ it is Eq. 2.13 over r³.
    Damped: first = sym δ_ik W_jl,  second = −W_ijkl.
    """
    one, square, quartic = np.zeros(22), np.zeros((22, 3, 3)), np.zeros((22, 15))
    one[0], quartic[7:] = 1.0, np.eye(15)
    for p, (i, j) in enumerate(PAIRS):
        square[1 + p, i, j] = square[1 + p, j, i] = 1.0
    w, d, nnnn = np.multiply.outer(one, np.eye(3)), np.eye(3), quartic_tensor(quartic)
    pairings = ("ij,nkl", "ik,njl", "il,njk", "jk,nil", "jl,nik", "kl,nij")
    deltas = sum(np.einsum(f"{p}->nijkl", d, square - 0.5 * w) for p in pairings)
    undamped = (_symmetrised(w - square), 0.5 * (deltas - nnnn))
    damped = (_symmetrised(square), -nnnn)
    one_map, other = (
        np.stack([pair_matrix(part).reshape(22, 36) for part in parts])
        for parts in (undamped, damped)
    )
    return one_map, other[:, 1:]


def radial_weights(r: Array, eta: float) -> Array:
    """B₁, B₂, B₃ of the undamped part at distances r, (..., 3); at r = 0 minus the damped B₁."""
    safe = np.where(r > 0.0, r, 1.0)
    b = erfc(eta * safe) / safe
    gauss = np.exp(-((eta * safe) ** 2)) / (eta * np.sqrt(np.pi))
    weights = []
    for n in (1, 2, 3):
        b = ((2 * n - 1) * b + (2.0 * eta**2) ** n * gauss) / safe**2
        weights.append(b)
    own = np.array([-4.0 * eta**3 / (3.0 * np.sqrt(np.pi)), 0.0, 0.0])
    return np.where((r > 0.0)[..., None], np.stack(weights, axis=-1), own)


def _undamped_sums(vectors: Array, shifts: Array, k: Array, eta: float) -> Complex:
    """Σ_R (B₁, B₂ r r, B₃ r r r r) e^{ik·r} over r = R + shift, (n_k, n_shifts, 22)."""
    r = shifts[:, None] + vectors
    w = radial_weights(np.sqrt((r**2).sum(axis=-1)), eta)
    two, four = _products(r)
    weights = np.concatenate((w[..., :1], w[..., 1:2] * two, w[..., 2:] * four), axis=-1)
    phases = np.exp(1j * np.einsum("ka,sra->skr", k, r))
    return np.asarray(np.swapaxes(phases @ weights, 0, 1), dtype=np.complex128)


def _damped_sums(vectors: Array, shifts: Array, k: Array, eta: float) -> Complex:
    """Σ_G (nn e^{−x}, nnnn (1 + x) e^{−x}) e^{−iG·shift} of q = k + G, (n_k, n_shifts, 21).

    n = q/|q|. The term q = 0 is left out.
    """
    q = k[:, None] + vectors
    square = (q**2).sum(axis=-1)[..., None]
    x = square / (4.0 * eta**2)
    damped = np.where(square > 0.0, np.exp(-x), 0.0)
    two, four = _products(q / np.sqrt(np.where(square > 0.0, square, 1.0)))
    weights = np.concatenate((damped * two, (1.0 + x) * damped * four), axis=-1)
    return np.asarray(np.exp(-1j * shifts @ vectors.T) @ weights, dtype=np.complex128)


def bloch_parts(blocks: PeriodicBlocks, shifts: Array, k: Array, splitting: float = 1.0) -> Complex:
    """m(k) = first + α second between blocks that stand a shift apart, (2, n_k, n_shifts, 6, 6).

        m(k) = V Σ_R Γ(R + shift) e^{ik·(R + shift)},   r = 0 left out,

    over the vectors R of the cell, plain components in 1/ρc_t². At k = 0 the term G = 0 is left
    out, too: no mean strain, the box is clamped. The limit k → 0 depends on the direction of k.

    shifts: (n_shifts, 3), shorter than the cell is wide. k: (n_k, 3). splitting: of the two sums;
    η = splitting √π/(volume of the cell)^⅓. The result does not depend on it.
    """
    eta = splitting * np.sqrt(np.pi) / np.cbrt(blocks.volume * len(blocks.points))
    longest = np.sqrt((shifts**2).sum(axis=1).max()), np.sqrt((k**2).sum(axis=1).max())
    direct = _vectors_within(blocks.cell, TAIL / eta + longest[0])
    reciprocal = _vectors_within(blocks.reciprocal, 2.0 * eta * TAIL + longest[1])
    undamped, damped = _maps()
    sums = np.empty((len(k), len(shifts), 22), dtype=np.complex128)
    step = max(1, AT_ONCE // (len(direct) * len(k)))
    for at in range(0, len(shifts), step):
        some = slice(at, at + step)
        sums[:, some] = _undamped_sums(direct, shifts[some], k, eta)
    result = sums @ (blocks.volume / (4.0 * np.pi) * undamped)[:, None]
    step = max(1, AT_ONCE // len(reciprocal))
    for at in range(0, len(k), step):
        some = slice(at, at + step)
        sums[some, :, 1:] = _damped_sums(reciprocal, shifts, k[some], eta)
    result += sums[..., 1:] @ (damped / len(blocks.points))[:, None]
    return result.reshape(2, len(k), len(shifts), 6, 6)
