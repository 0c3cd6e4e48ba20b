"""Is a random packing of blocks stable? Its softest modes, with no renormalization at all.

The harmonic Hessian of blocks in a periodic box, (f χ_el)⁻¹ ± m on 6N stresses, as
`physics.bulk_stability` has it for lattices; its lowest eigenvalues by Lanczos' method.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

from rsrg.physics.arguments import (
    checked_array,
    checked_integer,
    is_cell,
    is_moderate,
    real_number,
)
from rsrg.physics.arrays import Array
from rsrg.physics.bloch import PeriodicBlocks
from rsrg.physics.bulk_stability import STRAIN_MAX, STRAIN_STEP
from rsrg.physics.criticality import first_below_zero
from rsrg.physics.elastic import elastic_root, inverse_start
from rsrg.physics.errors import ConvergenceError, PhysicsError
from rsrg.physics.pairs import pair_weights, weighted
from rsrg.physics.sign import Sign, sign_factor
from rsrg.physics.strain import deformation_gradient
from rsrg.sums.periodic_interaction import PeriodicInteraction

DENSE_BLOCKS = 512  # up to which the whole spectrum may be asked for
FEW = 64  # eigenvalues that Lanczos' method may be asked for
TOLERANCE = 1e-6  # of residuals; an eigenvalue's error is the square of it, over the gap
LONGEST_BOX = 1e3  # its length over its width, under strain
STRAIN_ERROR = 1e-4
MAX_RESTARTS = 1000
START = 0  # of the random vector that Lanczos' method begins with: a result is a function of it


@dataclass(frozen=True, eq=False)
class PackingStability:
    """The lowest eigenvalues of a packing's Hessian, and its softest mode.

    eigenvalues: ascending, in 1/ρc_t²; a negative one says that the packing is unstable. mode: the
    eigenvector of the lowest, the stress t of each block, (N, 6), plain components in the order xx,
    xy, xz, yy, yz, zz, Σ_s Σ_ij t_ij² = 1. participation_ratio: (Σ_s |t_s|²)²/(N Σ_s |t_s|⁴): 1
    where all blocks take part alike, 1/N for one block alone.

    Example:
        >>> import numpy as np, rsrg
        >>> positions = np.indices((3, 3, 3)).reshape(3, -1).T.astype(float)
        >>> cubic = rsrg.packing_stability(positions, 3.0, alpha=0.7)
        >>> cubic.mode.shape
        (27, 6)
    """

    eigenvalues: Array
    mode: Array
    participation_ratio: float


def packing_stability(
    positions: Array,
    box: float | Array,
    alpha: float,
    deformation: float | Array = 0.0,
    sign: Sign = "paper",
    amplitude: float = 1.0,
    count: int = 4,
) -> PackingStability:
    """The lowest eigenvalues of coupled blocks at given places in a periodic box.

        H = (f χ_el)⁻¹ δ_ss' ± m_ss',   m_ss' = V Σ_images Λ̃(n)/4πr³,

    the harmonic Hessian of blocks with χ' = f χ_el that interact by Eqs. 2.12 and 2.13; + for the
    paper's sign of M, − for the Hamiltonian's. The blocks move with the strain, r → F r, the box
    with them, and V is the volume of the strained box over N. The box is clamped: there is no mean
    strain beyond F, so the Fourier mode q = 0 of m is left out. A mode longer than the box is not
    in the spectrum. Needs finufft (`pip install "rsrg[nufft]"`).

    positions: (N, 3), of the unstrained blocks, in any unit. box: the edge of a cubic box in that
    unit, or the three vectors of a cell as rows, (3, 3). alpha: α = 1 − c_t²/c_l², between 1/4
    and 1. deformation: F, (3, 3); a number e means diag(1 + e, 1, 1). sign: `paper` or
    `hamiltonian`. amplitude: f > 0; the paper takes f = 1. count: how many eigenvalues, up to 64;
    all 6N can be had of up to 512 blocks.

    Returns a PackingStability(eigenvalues, mode, participation_ratio); eigenvalues in 1/ρc_t², good
    to 1e-7. Of exactly equal ones, as perfect lattices have them, Lanczos' method can miss
    copies: it is taken beyond 512 blocks, and where count is at most a tenth of 6N.

    Raises PhysicsError for a wrong shape, numbers that are not finite, coinciding blocks, fewer
    than two, det F ≤ 0, α outside (1/4, 1), f ≤ 0, another sign, a count out of range, or without
    finufft; ConvergenceError where Lanczos' method does not converge.

    Example:
        Blocks on a simple cubic lattice, in a box of 4³: the wave vectors that fit are soft.

        >>> import numpy as np, rsrg
        >>> positions = np.indices((4, 4, 4)).reshape(3, -1).T.astype(float)
        >>> cubic = rsrg.packing_stability(positions, 4.0, alpha=0.7, sign="hamiltonian", count=1)
        >>> round(float(cubic.eigenvalues[0]), 5)  # that of k = (π, π, 0)
        -0.20063
    """
    compliance = weighted(inverse_start(alpha, "tensor", amplitude), "tensor")
    blocks = strained_box(positions, box, deformation)
    hessian = _Hessian(blocks, alpha, sign, compliance, np.eye(6))
    values, vectors = hessian.lowest(count)
    squares = (vectors[:, 0].reshape(-1, 6) ** 2).sum(axis=1)
    ratio = float(squares.sum() ** 2 / (len(squares) * (squares**2).sum()))
    mode = vectors[:, 0].reshape(-1, 6) / pair_weights("tensor")
    return PackingStability(values, mode, ratio)


def packing_critical_amplitude(
    positions: Array,
    box: float | Array,
    alpha: float,
    deformation: float | Array = 0.0,
    sign: Sign = "paper",
) -> float:
    """f_c: the packing of blocks with χ' = f χ_el is stable for f < f_c, and unstable above.

    f_c = −1/(lowest eigenvalue of ±χ_el^½ m χ_el^½). Arguments, errors: see `packing_stability`.
    """
    blocks = strained_box(positions, box, deformation)
    values, _ = _Hessian(blocks, alpha, sign, np.zeros((6, 6)), elastic_root(alpha)).lowest(1)
    return -1.0 / float(values[0])


def packing_instability_strain(
    positions: Array,
    box: float | Array,
    alpha: float,
    sign: Sign = "paper",
    amplitude: float = 1.0,
    path: Callable[[float], float | Array] = float,
    strain_max: float = STRAIN_MAX,
) -> float:
    """The least strain e ≥ 0 at which a packing is unstable, to 1e-4.

    path: e → F, by default diag(1 + e, 1, 1). 0 where it is unstable without strain, infinite where
    it is stable up to strain_max, in steps of 0.05. Other arguments, errors: see
    `packing_stability`.
    """

    def margin(e: float) -> float:
        return packing_critical_amplitude(positions, box, alpha, path(e), sign) / amplitude - 1.0

    return first_below_zero(margin, strain_max, STRAIN_STEP, STRAIN_ERROR)


def strained_box(
    positions: Array, box: float | Array, deformation: float | Array
) -> PeriodicBlocks:
    """The blocks and their periodic box after x → F x. Raises as `packing_stability`."""
    f = deformation_gradient(deformation)
    rule = "`positions` must be finite, (N, 3), of at least two blocks"
    x = checked_array(positions, rule, _are_points)
    edge = real_number(box)
    rule = "`box` must be a positive edge, or a right-handed cell as rows, (3, 3)"
    cell = checked_array(
        box if edge is None else np.diag([edge, edge, edge]),
        rule,
        lambda a: is_cell(a) and float(np.linalg.det(a)) > 0.0,
    )
    _require_compact(cell @ f.T)
    return PeriodicBlocks(cell @ f.T, x @ f.T)


def _require_compact(cell: Array) -> None:
    """Raise PhysicsError for a strained box so flat or long that its images fill the memory."""
    lengths = np.linalg.svd(cell, compute_uv=False)
    if lengths[0] > LONGEST_BOX * lengths[-1]:
        raise PhysicsError(
            f"the strained `box` must be at most {LONGEST_BOX:g} times as long as it is wide; it "
            f"is {lengths[0] / lengths[-1]:.6g} times"
        )


def _are_points(x: Array) -> bool:
    return x.ndim == 2 and x.shape[1] == 3 and len(x) >= 2 and is_moderate(x)


class _Hessian:
    """base δ_ss' ± factorᵀ m_ss' factor on the 6N Mandel components of blocks in a box."""

    def __init__(
        self, blocks: PeriodicBlocks, alpha: float, sign: Sign, base: Array, factor: Array
    ) -> None:
        self.interaction = PeriodicInteraction(blocks, alpha)
        self.base, self.factor, self.sign = base, factor, sign_factor(sign)
        self.rows = 6 * len(blocks.points)
        self.weights = pair_weights("tensor")

    def __call__(self, vector: Array) -> Array:
        t = vector.reshape(-1, 6)
        plain = (t @ self.factor.T) / self.weights
        strain = (self.interaction(plain) * self.weights) @ self.factor
        return np.asarray((t @ self.base + self.sign * strain).ravel())

    def lowest(self, count: int) -> tuple[Array, Array]:
        """The lowest eigenvalues, ascending, (count,), and their vectors as columns."""
        whole = self.rows <= 6 * DENSE_BLOCKS
        most = self.rows if whole else FEW
        count = checked_integer(count, f"`count` must be an integer from 1 to {most}", 1, most)
        if whole and count > min(FEW, self.rows // 10):
            matrix = np.stack([self(column) for column in np.eye(self.rows)], axis=1)
            values, vectors = np.linalg.eigh(0.5 * (matrix + matrix.T))
            return values[:count], vectors[:, :count]
        return self._lanczos(count)

    def _lanczos(self, count: int) -> tuple[Array, Array]:
        """By scipy's ARPACK, of H less its stable end: there no eigenvalue sought is near zero."""
        shift = 1.0 + float(np.linalg.eigvalsh(self.base)[-1])
        operator = LinearOperator(
            (self.rows, self.rows), matvec=lambda x: self(x.ravel()) - shift * x.ravel(),
            dtype=np.float64,
        )  # fmt: skip
        start = np.random.default_rng(START).normal(size=self.rows)
        try:
            values, vectors = eigsh(
                operator, k=count, which="SA", v0=start, tol=TOLERANCE, maxiter=MAX_RESTARTS
            )
        except ArpackNoConvergence as error:
            raise ConvergenceError(
                f"Lanczos' method did not converge in {MAX_RESTARTS} restarts",
                np.asarray(error.eigenvalues, dtype=np.float64) + shift, float("nan"),
            ) from error  # fmt: skip
        order = np.argsort(values)
        return values[order] + shift, vectors[:, order]
