"""χ of the first blocks: laws around χ_el, random many-level systems (2.7), or given blocks.

All laws are rotation invariant and give positive definite χ. With χ̂ the Mandel form and r = √χ̂_el:

- lognormal: χ̂ = r exp(w S) r;
- gaussian: χ̂ = r (1 + w S/2)² r, which is r (1 + w S) r to first order in w;
- levels: χ = −c (χ_rel + χ_res) of Eq. 2.7 for n levels E ~ N(0, 1) at temperature T, and stresses
  T̂_a = Σ_b r_ab W_b, W_b random symmetric n×n matrices; one c for all gives the mean of the pool
  the trace of χ_el. As printed, (2.7) makes both parts negative; what flows is their size, with
  either sign of M.

`correlation: independent`: S a random symmetric 6×6 matrix, S_aa ~ N(0, 1), S_ab ~ N(0, 1/2), whose
law no orthogonal matrix changes, so no rotation. `shared`: S = g, one N(0, 1) for all channels.
The median of a channel is about that of χ_el; the mean of exp(w S) is greater, 1 + (7/4) w² +
(107/96) w⁴ + … (independent), exp(w²/2) (shared); that of (1 + w S/2)² is 1 + (7/8) w², 1 + w²/4.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.elastic import elastic_susceptibility
from rsrg.physics.errors import PhysicsError
from rsrg.physics.linear_response import level_response
from rsrg.physics.pairs import PAIRS, pair_weights, unweighted, weighted

Kind = Literal["elastic", "lognormal", "gaussian", "levels", "file"]
Correlation = Literal["shared", "independent"]

INITIAL_KEY = 2  # of the seed sequence: apart from draws, and from which block stands where
SYMMETRY_ERROR = 1e-9  # of the largest component: what rounding may do to a symmetric matrix


@dataclass(frozen=True)
class InitialLaw:
    """What the first blocks are.

    amplitude: f of χ' = f χ_el, for `elastic`. blocks: (n, 6, 6), plain, ρc_t², for `file`, taken
    in turn.
    """

    kind: Kind = "elastic"
    width: float = 0.0
    correlation: Correlation = "independent"
    levels: int = 8
    temperature: float = 1.0
    blocks: Array | None = None
    amplitude: float = 1.0


def initial_pool(law: InitialLaw, alpha: float, size: int, seed: int) -> Array:
    """χ of the first blocks, (size, 6, 6), plain, in ρc_t²; a function of law, α and seed.

    Materials share random numbers. Raises PhysicsError where a block is not positive definite.
    """
    elastic = elastic_susceptibility(alpha)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(INITIAL_KEY,)))
    if law.kind == "elastic":
        return np.repeat(law.amplitude * elastic[None], size, axis=0)
    if law.kind == "file":
        given = check_blocks(law.blocks)
        return given[np.arange(size) % len(given)]
    root = _root(weighted(elastic, "tensor"))
    if law.kind == "levels":
        chi = _levels(law, root, size, rng)
        scale = np.trace(root @ root) / np.trace(chi, axis1=-2, axis2=-1).mean()
        return check_blocks(unweighted(scale * chi, "tensor"))
    values, vectors = np.linalg.eigh(_symmetric(law.correlation, size, rng))
    w = law.width * values
    sizes = np.exp(w) if law.kind == "lognormal" else (1.0 + 0.5 * w) ** 2
    middle = (vectors * sizes[:, None, :]) @ np.swapaxes(vectors, 1, 2)
    return check_blocks(unweighted(root @ middle @ root, "tensor"))


def check_blocks(blocks: Array | None) -> Array:
    """The blocks themselves, (n, 6, 6), exactly symmetric.

    Raises PhysicsError, naming the first bad block, unless all are finite, symmetric and positive
    definite.
    """
    chi = np.asarray(blocks)
    if chi.ndim != 3 or chi.shape[1:] != (6, 6) or len(chi) == 0 or chi.dtype.kind not in "fiu":
        raise PhysicsError(
            f"initial blocks must be real, of shape (P, 6, 6); got {chi.dtype} {chi.shape}"
        )
    chi = chi.astype(np.float64)
    _refuse(~np.isfinite(chi).all(axis=(1, 2)), "be finite; its sum is", chi.sum(axis=(1, 2)))
    skew = np.abs(chi - np.swapaxes(chi, 1, 2)).max(axis=(1, 2))
    _refuse(
        skew > SYMMETRY_ERROR * np.abs(chi).max(axis=(1, 2)), "be symmetric; it differs by", skew
    )
    chi = 0.5 * (chi + np.swapaxes(chi, 1, 2))
    lowest = np.asarray(np.linalg.eigvalsh(weighted(chi, "tensor"))[:, 0], dtype=np.float64)
    bad = lowest <= SYMMETRY_ERROR * np.abs(chi).max(axis=(1, 2))
    _refuse(bad, "be positive definite; its lowest eigenvalue is", lowest)
    return chi


def _refuse(bad: np.ndarray, rule: str, values: Array) -> None:
    if bad.any():
        first = int(np.argmax(bad))
        raise PhysicsError(f"each initial χ must {rule} {values[first]:.3g}, in block {first}")


def _root(matrix: Array) -> Array:
    """√X of a positive definite matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.sqrt(values)) @ vectors.T)


def _symmetric(correlation: Correlation, size: int, rng: np.random.Generator) -> Array:
    """S, (size, 6, 6)."""
    if correlation == "shared":
        return rng.standard_normal((size, 1, 1)) * np.eye(6)
    g = rng.standard_normal((size, 6, 6))
    return np.asarray(0.5 * (g + np.swapaxes(g, 1, 2)))


def _levels(law: InitialLaw, root: Array, size: int, rng: np.random.Generator) -> Array:
    """−(χ_rel + χ_res) of Eq. 2.7 in Mandel form, (size, 6, 6)."""
    n, weights = law.levels, pair_weights("tensor")
    i, j = np.array(PAIRS).T
    chi = np.empty((size, 6, 6))
    for block in range(size):
        energies = rng.standard_normal(n)
        g = rng.standard_normal((6, n, n))
        mandel = np.tensordot(root, 0.5 * (g + np.swapaxes(g, 1, 2)), axes=1)
        stress = np.empty((3, 3, n, n))
        stress[i, j] = stress[j, i] = mandel / weights[:, None, None]
        relaxation, resonance = level_response(energies, stress, law.temperature)
        chi[block] = -weighted(relaxation + resonance, "tensor")
    return 0.5 * (chi + np.swapaxes(chi, 1, 2))
