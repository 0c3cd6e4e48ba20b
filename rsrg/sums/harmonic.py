"""The harmonic super block: coupled linear oscillators, to all orders in their interaction."""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.pairs import Contraction, inverse, unweighted, weighted
from rsrg.sums.kernels.tridiagonal import block_responses


def harmonic_blocks(
    chi: Array, interaction: Array, contraction: Contraction = "tensor"
) -> tuple[Array, Array]:
    """χ = (1/N) Σ_ss' [(diag(χ_s⁻¹) + m)⁻¹]_ss', and the lowest eigenvalue of that Hessian.

    chi: (..., N, 6, 6), plain, ρc_t². interaction: m, (..., N, N, 6, 6), see `pair_interaction`.
    Returns χ, (..., 6, 6), and the eigenvalue, (...,), 1/ρc_t²: negative where the super block is
    unstable. Costs (6N)³; not finite for an exactly singular Hessian. Raises
    numpy.linalg.LinAlgError for an exactly singular χ_s.
    """
    n = chi.shape[-3]
    hat = weighted(interaction, contraction)
    s = np.arange(n)
    hat[..., s, s, :, :] += weighted(inverse(chi, contraction), contraction)
    hessians = np.swapaxes(hat, -3, -2).reshape(-1, 6 * n, 6 * n)
    responses = np.full((len(hessians), 6, 6), np.nan)
    lowest = np.full(len(hessians), np.nan)
    block_responses(np.ascontiguousarray(hessians), responses, lowest)
    symmetric = 0.5 / n * (responses + np.swapaxes(responses, -1, -2))
    shape = chi.shape[:-3]
    return unweighted(symmetric.reshape(*shape, 6, 6), contraction), lowest.reshape(shape)


def harmonic_response_of_matrix(hessian: Array, contraction: Contraction) -> tuple[Array, float]:
    """The same of one super block from its Hessian, (6N, 6N), which is overwritten."""
    response, lowest = np.full((1, 6, 6), np.nan), np.full(1, np.nan)
    block_responses(hessian[None], response, lowest)
    symmetric = 3.0 / len(hessian) * (response[0] + response[0].T)  # N is a sixth of the rows
    return unweighted(symmetric, contraction), float(lowest[0])
