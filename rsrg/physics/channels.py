"""Eigenchannels of χ, named by their eigenvectors.

Under a strain of given principal axes the eigenvectors of χ stay near six strains: the dilation
xx+yy+zz, the axial 2xx−yy−zz, and yy−zz, xy, xz, yz. At small strain each eigenvalue carries the
name of the one that its eigenvector overlaps most; with growing strain the names follow the
eigenvectors by continuity. Degenerate eigenspaces are split along the reference.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from rsrg.physics.arrays import Array
from rsrg.physics.pairs import PAIRS, Contraction, pair_weights, weighted

MIN_OVERLAP = 0.85  # of an eigenvector with itself from strain to strain; swaps begin at 0.71
BISECTIONS = 6
SPLIT = 1e-10  # relative size of the reference added to split degenerate eigenspaces


@dataclass(frozen=True)
class Channels:
    """Six orthonormal strains with names; vectors as rows, Mandel components, (..., 6, 6)."""

    names: tuple[str, ...]
    vectors: Array


def _mandel(strain: Array) -> Array:
    i, j = np.array(PAIRS).T
    return strain[i, j] * pair_weights("tensor")


def _odd_axis_first(values: Array) -> Array:
    """Order of three ascending numbers with the one farthest from the others first."""
    low, middle, high = values
    low_is_odd = middle - low > (1.0 + 1e-9) * (high - middle)  # a tie is high, whatever rounding
    return np.array([0, 1, 2]) if low_is_odd else np.array([2, 0, 1])


def strain_channels(direction: Array) -> Channels:
    """Reference channels of a strain direction, (3, 3), in its principal frame, odd axis first.

    Names use x, y, z where the principal axes are those of the lab, else a, b, c. For e_xx:
    xx+yy+zz, 2xx-yy-zz, yy-zz, xy, xz, yz.
    """
    values, axes = np.linalg.eigh(0.5 * (direction + direction.T))
    order = _odd_axis_first(values)
    frame = axes[:, order]
    if np.allclose(np.abs(frame).max(axis=0), 1.0, atol=1e-9):
        where = np.abs(frame).argmax(axis=0)
        where = np.concatenate((where[:1], np.sort(where[1:])))
        frame, letters = np.eye(3)[:, where], [("x", "y", "z")[w] for w in where]
    else:
        letters = ["a", "b", "c"]
    a, b, c = letters
    u, v, w = frame.T

    def pair(p: Array, q: Array) -> Array:
        return 0.5 * (np.outer(p, q) + np.outer(q, p))

    strains = {
        "+".join(sorted((a + a, b + b, c + c))): np.eye(3),
        f"2{a}{a}-{b}{b}-{c}{c}": 2 * pair(u, u) - pair(v, v) - pair(w, w),
        f"{b}{b}-{c}{c}": pair(v, v) - pair(w, w),
        "".join(sorted(a + b)): pair(u, v),
        "".join(sorted(a + c)): pair(u, w),
        "".join(sorted(b + c)): pair(v, w),
    }
    vectors = np.array([_mandel(s) for s in strains.values()])
    return Channels(tuple(strains), vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def _assign(overlap: Array) -> np.ndarray:
    """For each reference, the eigenvector that fits best, one to one; (..., eigen, reference)."""
    best = overlap.argmax(axis=-2)
    clash = (np.sort(best, axis=-1) != np.arange(6)).any(axis=-1)
    for index in map(tuple, np.argwhere(clash)) if clash.any() else ():
        rows, columns = linear_sum_assignment(-overlap[index])
        best[(*index, columns)] = rows
    return best


def eigenchannels(x: Array, contraction: Contraction, channels: Channels) -> tuple[Array, Array]:
    """Eigenvalues, (..., 6), and eigenvectors as rows, (..., 6, 6), of X in channel order.

    x: plain components, (..., 6, 6). Eigenvectors are those of the weighted matrix.
    """
    matrix = weighted(x, contraction)
    reference = channels.vectors
    ladder = (reference.swapaxes(-1, -2) * np.arange(1.0, 7.0)) @ reference
    size = np.abs(np.linalg.eigvalsh(matrix))
    size.sort(axis=-1)
    scale = 0.5 * (size[..., 2] + size[..., 3])[..., None, None]  # the median of six
    _, columns = np.linalg.eigh(matrix + SPLIT * scale * ladder)
    overlap = (reference @ columns).swapaxes(-1, -2) ** 2
    chosen = _assign(overlap)
    rows = np.take_along_axis(columns.swapaxes(-1, -2), chosen[..., None], axis=-2)
    return np.sum((rows @ matrix) * rows, axis=-1), rows


def follow_channels(
    path: Array, strains: Array, unstrained: Array, contraction: Contraction, channels: Channels
) -> tuple[Array, Array]:
    """`eigenchannels` of X along a path of strains, named by continuity from the unstrained X.

    path: (n, ..., 6, 6), plain. strains: (n,), ascending. unstrained: X at e = 0, (..., 6, 6).
    Where eigenvectors turn too far between two strains, they are followed along the straight line
    between the two matrices. Returns eigenvalues, (n, ..., 6), and eigenvectors as rows,
    (n, ..., 6, 6).
    """
    values = np.empty(path.shape[:-1])
    vectors = np.empty(path.shape)
    origin = int(np.argmin(np.abs(strains)))
    first = eigenchannels(unstrained, contraction, channels)[1]
    for indices in (range(origin, len(strains)), range(origin, -1, -1)):
        last, known = unstrained, first
        for i in indices:
            values[i], vectors[i] = _follow_step(last, path[i], known, contraction, BISECTIONS)
            last, known = path[i], vectors[i]
    return values, vectors


def _follow_step(
    start: Array, end: Array, known: Array, contraction: Contraction, bisections: int
) -> tuple[Array, Array]:
    """Eigenvalues and eigenvectors of `end` in the order of those known of `start`."""
    values, vectors = eigenchannels(end, contraction, Channels((), known))
    overlap = np.abs(np.sum(vectors * known, axis=-1)).min()
    if overlap > MIN_OVERLAP or bisections == 0:
        return values, vectors
    middle = 0.5 * (start + end)
    _, between = _follow_step(start, middle, known, contraction, bisections - 1)
    return _follow_step(middle, end, between, contraction, bisections - 1)
