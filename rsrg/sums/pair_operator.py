"""The interaction of blocks at lattice sites as an operator, in N log N steps and no matrix.

m_ss' = (V/4π) Λ̃(n)/r³ depends on x_s − x_s' alone. So (m u)_s = Σ_s' m_ss' u_s' is a convolution
of 6×6 matrices: a block Toeplitz product, done by Fourier transform in a box twice as wide as the
sites, where nothing wraps around (zero padding).
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from rsrg.physics.arguments import check_positive, checked_array, is_cell, shown
from rsrg.physics.arrays import Array
from rsrg.physics.elastic import check_alpha
from rsrg.physics.errors import PhysicsError
from rsrg.physics.interaction import lambda_tilde
from rsrg.physics.pairs import Contraction, weighted
from rsrg.sums.kernels.convolution import multiply_modes

LARGEST_SITE = 1_000_000  # of one coordinate; the padded box of a block so far away fills a machine


@dataclass(frozen=True, eq=False)
class PairOperator:
    """u → m̂ u for N blocks at x_s = cell z_s, m̂ = w m w with the weights of the contraction.

    sites: z_s ≥ 0 as whole numbers, (N, 3). box: sides of the padded box. spectrum: the Fourier
    transform of m̂, (6, 6, kx, ky, kz); it is real, since m̂(−d) = m̂(d).
    """

    sites: NDArray[np.integer]
    box: tuple[int, ...]
    spectrum: Array

    @classmethod
    def from_sites(
        cls,
        sites: NDArray[np.integer],
        alpha: float,
        cell: Array | None = None,
        block_volume: float = 1.0,
        contraction: Contraction = "tensor",
    ) -> Self:
        """The operator of blocks at cell @ z, z the rows of sites, (N, 3).

        cell: lattice vectors as columns, (3, 3), in block sizes, strain and all; None for the unit
        cube. block_volume: V in units of the unstrained block.

        Raises PhysicsError for sites that are no whole numbers or coincide, a singular cell,
        α outside (1/4, 1) or V ≤ 0.
        """
        z = _checked_sites(sites)
        rule = "`cell` must be an invertible 3×3 matrix"
        vectors = np.eye(3) if cell is None else checked_array(cell, rule, is_cell)
        block_volume = check_positive("block_volume", block_volume)
        box = tuple(fft.next_fast_len(2 * int(side) + 1, real=True) for side in z.max(axis=0))
        m = _interaction_in_box(box, vectors, check_alpha(alpha), block_volume)
        kernel = np.ascontiguousarray(np.moveaxis(weighted(m, contraction), (-2, -1), (0, 1)))
        return cls(z, box, np.ascontiguousarray(fft.rfftn(kernel, axes=(2, 3, 4)).real))

    @property
    def number(self) -> int:
        """N."""
        return len(self.sites)

    def __call__(self, u: Array) -> Array:
        """m̂ u of stresses u, (N, 6)."""
        x, y, z = self.sites.T
        wide, high, _ = (int(side) for side in self.sites.max(axis=0) + 1)
        nx, ny, nz = self.box
        field = np.zeros((6, wide, high, nz))
        field[:, x, y, z] = u.T
        # axis by axis: where sites end, the field is zero, and its transform too
        modes = fft.fft(fft.fft(fft.rfft(field, axis=3), ny, axis=2), nx, axis=1)
        product = np.empty_like(modes)
        multiply_modes(
            self.spectrum.reshape(6, 6, -1), modes.reshape(6, -1), product.reshape(6, -1)
        )
        back = fft.ifft(product, axis=1, overwrite_x=True)[:, :wide]
        back = fft.ifft(back, axis=2, overwrite_x=True)[:, :, :high]
        result = fft.irfft(back, nz, axis=3, overwrite_x=True)
        return np.ascontiguousarray(result[:, x, y, z].T)


def _checked_sites(sites: NDArray[np.integer]) -> NDArray[np.integer]:
    """Sites shifted to z ≥ 0, (N, 3) integers. Raises PhysicsError."""
    try:
        z = np.asarray(sites)
    except ValueError:
        raise PhysicsError(f"`sites` must be whole numbers, (N, 3); got {shown(sites)}") from None
    if z.ndim != 2 or z.shape[1:] != (3,) or len(z) == 0 or z.dtype.kind not in "iu":
        raise PhysicsError(
            f"`sites` must be whole numbers, (N, 3); got {z.dtype} of shape {z.shape}"
        )
    if np.abs(z.astype(np.float64)).max() > LARGEST_SITE:
        raise PhysicsError(f"`sites` must be at most {LARGEST_SITE:,}; got {shown(z)}")
    if len(np.unique(z, axis=0)) < len(z):
        raise PhysicsError("`sites` must be distinct; got two that coincide")
    return z - z.min(axis=0)


def _interaction_in_box(
    box: tuple[int, ...], cell: Array, alpha: float, block_volume: float
) -> Array:
    """m(d) = (V/4π) Λ̃(n)/r³ at d = cell z, z in the box about the origin, (x, y, z, 6, 6).

    In the order of Fourier transforms: 0, 1, …, −1. Zero at d = 0, and where z is half a side and
    no pair of sites can be.
    """
    axes = [np.rint(fft.fftfreq(side, 1.0 / side)) for side in box]
    z = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    d = z @ cell.T
    r = np.linalg.norm(d, axis=-1)
    none = (r == 0.0) | (2.0 * np.abs(z) == np.array(box)).any(axis=-1)
    r = np.where(none, 1.0, r)
    strength = np.where(none, 0.0, block_volume / (4.0 * np.pi * r**3))
    n = np.where(none[..., None], np.array([1.0, 0.0, 0.0]), d / r[..., None])
    return strength[..., None, None] * lambda_tilde(n, alpha)
