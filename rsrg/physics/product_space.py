"""Operators on the product space of N blocks of K levels, K^N states, the last block fastest."""

from collections.abc import Sequence

import numpy as np

from rsrg.physics.arrays import Array


def summed_levels(levels: Array) -> Array:
    """E = Σ_s E^(s) of every product state, (K^N,); levels: (N, K)."""
    total = np.zeros(1)
    for own in levels:
        total = np.add.outer(total, own).ravel()
    return total


def summed_operator(operators: np.ndarray, states: np.ndarray) -> np.ndarray:
    """Σ_s T^(s) applied to states, (K^N, m); operators: (N, K, K)."""
    k = operators.shape[1]
    total = np.zeros(states.shape, dtype=np.result_type(operators, states))
    for s, operator in enumerate(operators):
        parts = states.reshape(k**s, k, -1)
        total += (operator @ parts).reshape(states.shape)
    return total


def add_pair_operator(matrix: np.ndarray, pair: np.ndarray, sites: Sequence[int], n: int) -> None:
    """Add to a matrix, (K^N, K^N), an operator of two blocks s < s', times one on the others.

    pair: ⟨n p|W|m q⟩ as [n, m, p, q], (K, K, K, K), n and m of block s, p and q of block s'.
    """
    s, t = sites
    k = len(pair)
    shape = (k**s, k, k ** (t - s - 1), k, k ** (n - t - 1))
    elements = matrix.reshape(*shape, *shape)
    diagonal = np.einsum("anbpcambqc->abcnmpq", elements)  # a view: the other blocks unchanged
    diagonal += pair
