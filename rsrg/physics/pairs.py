"""Pair order, and the two ways to multiply tensors written as 6×6 matrices.

A symmetric rank-4 tensor X_ijkl is held as a plain 6×6 matrix of its components in the pair order
(xx, xy, xz, yy, yz, zz). The double contraction (XY)_ijkl = Σ_mn X_ijmn Y_mnkl runs over all nine
(mn), so each shear pair counts twice: `tensor`, done with the Mandel weight √2 on each shear
index. The paper's algebra (4.2, 4.6) multiplies the plain matrices, each shear pair once: `six`.
"""

from typing import Literal, get_args

import numpy as np

from rsrg.physics.arguments import check_word
from rsrg.physics.arrays import Array

Contraction = Literal["tensor", "six"]
CONTRACTIONS: tuple[Contraction, ...] = get_args(Contraction)

PAIRS: tuple[tuple[int, int], ...] = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
PAIR_NAMES: tuple[str, ...] = ("xx", "xy", "xz", "yy", "yz", "zz")

_I, _J = np.array(PAIRS).T


def pair_matrix(tensor: Array) -> Array:
    """The components X_ijkl, (..., 3, 3, 3, 3), as a plain matrix, (..., 6, 6)."""
    return np.ascontiguousarray(tensor[..., _I[:, None], _J[:, None], _I[None, :], _J[None, :]])


def pair_weights(contraction: Contraction) -> Array:
    """The weight of each pair, (6,): √2 on shear pairs for `tensor`, 1 everywhere for `six`.

    Raises PhysicsError for another contraction.
    """
    check_word("contraction", contraction, CONTRACTIONS)
    shear = np.sqrt(2.0) if contraction == "tensor" else 1.0
    return np.where(_I == _J, 1.0, shear)


def weighted(x: Array, contraction: Contraction) -> Array:
    """X̂ = w X w, (..., 6, 6): the matrix whose ordinary products and eigenvalues are meant."""
    w = pair_weights(contraction)
    return np.asarray(x * w[:, None] * w, dtype=np.float64)


def unweighted(x: Array, contraction: Contraction) -> Array:
    """The plain components X = X̂ / (w w), (..., 6, 6): undoes `weighted`."""
    w = pair_weights(contraction)
    return np.asarray(x / (w[:, None] * w), dtype=np.float64)


def contract(x: Array, y: Array, contraction: Contraction) -> Array:
    """Σ_mn X_ijmn Y_mnkl, plain components in and out, (..., 6, 6)."""
    return unweighted(weighted(x, contraction) @ weighted(y, contraction), contraction)


def inverse(x: Array, contraction: Contraction) -> Array:
    """X⁻¹ under the contraction, plain components in and out, (..., 6, 6).

    Raises numpy.linalg.LinAlgError where X is exactly singular.
    """
    return unweighted(np.asarray(np.linalg.inv(weighted(x, contraction))), contraction)
