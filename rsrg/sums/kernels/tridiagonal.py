"""Symmetric matrices by their tridiagonal form: response to some fields, and lowest eigenvalue.

A = Q T Qᵀ with reflections Q (Householder; Golub & Van Loan, Matrix Computations, §8.3) gives both
from one reduction. LAPACK's bits depend on how many threads its process gives it; these do not.
"""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.sums.jit import kernel

HALVINGS = 1100  # at most, of the interval of an eigenvalue: from the largest double to the least


@kernel
def reflect_row(a: Array, i: int, v: Array) -> tuple[float, float]:
    """The reflection 1 − β v vᵀ of a[i, :i] to (0, …, 0, e): writes v (i,), returns β and e."""
    rest = 0.0
    for j in range(i):
        v[j] = a[i, j]
    for j in range(i - 1):
        rest += v[j] * v[j]
    last = v[i - 1]
    if rest == 0.0:
        return 0.0, last
    e = -np.copysign(np.sqrt(rest + last * last), last)
    v[i - 1] = last - e
    return 2.0 / (rest + v[i - 1] * v[i - 1]), e


@kernel
def reflect_both_sides(a: Array, i: int, beta: float, v: Array, w: Array) -> None:
    """a[:i, :i] ← (1 − β v vᵀ) a (1 − β v vᵀ), lower half; w (i,): scratch."""
    w[:i] = 0.0
    for r in range(i):
        row = a[r, :r]
        x = v[r]
        product = a[r, r] * x
        for c in range(r):
            product += row[c] * v[c]
            w[c] += row[c] * x
        w[r] += product
    along = 0.0
    for r in range(i):
        w[r] *= beta
        along += v[r] * w[r]
    along *= 0.5 * beta
    for r in range(i):
        w[r] -= along * v[r]
    for r in range(i):
        row = a[r, : r + 1]
        x, y = v[r], w[r]
        for c in range(r + 1):
            row[c] -= x * w[c] + y * v[c]


@kernel
def tridiagonalise(a: Array, fields: Array, diagonal: Array, beside: Array) -> None:
    """Reduce a (n, n), of which the lower half is used, to T; and fields (k, n) to fields Q.

    diagonal (n,), beside (n,): T[i, i] and T[i, i − 1]; beside[0] = 0. a is overwritten.
    """
    n = len(diagonal)
    v, w = np.empty(n), np.empty(n)
    beside[0] = 0.0
    for i in range(n - 1, 0, -1):
        beta, beside[i] = reflect_row(a, i, v)
        if beta > 0.0:
            reflect_both_sides(a, i, beta, v[:i], w[:i])
            for field in fields:
                along = 0.0
                for j in range(i):
                    along += v[j] * field[j]
                for j in range(i):
                    field[j] -= beta * along * v[j]
    for i in range(n):
        diagonal[i] = a[i, i]


@kernel
def solve_tridiagonal(diagonal: Array, beside: Array, fields: Array) -> None:
    """fields (k, n) ← fields T⁻¹, by elimination with pivots."""
    n = len(diagonal)
    pivots, second, third = np.empty(n), np.zeros(n), np.zeros(n)
    for i in range(n):
        pivots[i] = diagonal[i]
        second[i - 1] = beside[i]  # beside[0] = 0 is where nothing is second, at the end
    for i in range(n - 1):
        below = beside[i + 1]
        if abs(pivots[i]) >= abs(below):
            factor = below / pivots[i]
            pivots[i + 1] -= factor * second[i]
            for field in fields:
                field[i + 1] -= factor * field[i]
        else:  # rows i and i + 1 change places
            factor = pivots[i] / below
            upper = second[i]
            pivots[i], second[i] = below, pivots[i + 1]
            pivots[i + 1] = upper - factor * second[i]
            if i + 2 < n:
                third[i] = second[i + 1]
                second[i + 1] = -factor * third[i]
            for field in fields:
                upper = field[i]
                field[i] = field[i + 1]
                field[i + 1] = upper - factor * field[i]
    for field in fields:
        for i in range(n - 1, -1, -1):
            rest = field[i]
            if i + 1 < n:
                rest -= second[i] * field[i + 1]
            if i + 2 < n:
                rest -= third[i] * field[i + 2]
            field[i] = rest / pivots[i]


@kernel
def any_below(diagonal: Array, beside: Array, x: float) -> bool:
    """Whether T has an eigenvalue below x: a negative pivot of T − x (Sturm)."""
    pivot = diagonal[0] - x
    for i in range(1, len(diagonal)):
        if pivot <= 0.0:
            return True
        pivot = diagonal[i] - x - beside[i] * beside[i] / pivot
    return pivot <= 0.0


@kernel
def lowest_eigenvalue(diagonal: Array, beside: Array) -> float:
    """The lowest eigenvalue of T, by halving the interval that holds it, to the last bit."""
    n = len(diagonal)
    low = high = diagonal[0]
    for i in range(n):
        radius = abs(beside[i]) + (abs(beside[i + 1]) if i + 1 < n else 0.0)
        low = min(low, diagonal[i] - radius)  # Gershgorin
        high = min(high, diagonal[i])
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if not low < middle < high:
            break
        if any_below(diagonal, beside, middle):
            high = middle
        else:
            low = middle
    return high


@kernel
def block_responses(hessians: Array, responses: Array, lowest: Array) -> None:
    """Eᵀ A⁻¹ E of each A (n, n), E (n, 6) = (1, 1, …) in blocks of six, and its lowest eigenvalue.

    hessians (m, n, n), symmetric, is overwritten; responses (m, 6, 6), lowest (m,).
    """
    m, n, _ = hessians.shape
    diagonal, beside = np.empty(n), np.empty(n)
    fields, solved = np.empty((6, n)), np.empty((6, n))
    for k in range(m):
        for i in range(6):
            for c in range(n):
                fields[i, c] = 1.0 if c % 6 == i else 0.0
        tridiagonalise(hessians[k], fields, diagonal, beside)
        for i in range(6):
            for c in range(n):
                solved[i, c] = fields[i, c]
        solve_tridiagonal(diagonal, beside, solved)
        for i in range(6):
            for j in range(6):
                total = 0.0
                for c in range(n):
                    total += fields[i, c] * solved[j, c]
                responses[k, i, j] = total
        lowest[k] = lowest_eigenvalue(diagonal, beside)
