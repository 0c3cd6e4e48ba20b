"""A = L D Lᵀ of a symmetric matrix, definite or not, without exchanges of rows; and solutions.

Golub & Van Loan, Matrix Computations, §4.1. Without exchanges a pivot may be small beside its row,
and rounding large: whoever uses this looks at what is left of A x − b. LAPACK's bits depend on how
many threads its process gives it; these do not.
"""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.sums.jit import kernel

PANEL = 48  # columns that are eliminated together: each number that is left is touched once for all
TILE = 96  # columns at a time: their part of a panel stays in the first cache


@kernel
def eliminate_panel(a: Array, start: int, stop: int, scaled: Array, across: Array) -> None:
    """L of columns start … stop − 1, in all rows below; its diagonal holds D.

    scaled (n, PANEL): L D; across (PANEL, n): Lᵀ.
    """
    for i in range(start, a.shape[0]):
        row, own = a[i], scaled[i]
        for j in range(start, min(i, stop)):
            left = row[j]
            below = a[j]
            for p in range(j - start):
                left -= own[p] * below[start + p]
            own[j - start] = left
            row[j] = left / a[j, j]
            across[j - start, i] = row[j]
        if i < stop:
            for p in range(i - start):
                row[i] -= own[p] * row[start + p]


@kernel
def subtract_panel(a: Array, stop: int, width: int, scaled: Array, across: Array) -> None:
    """a −= (L D) Lᵀ of a panel, in what is left of the lower half, from row and column stop on."""
    n = a.shape[0]
    for first in range(stop, n, TILE):
        last = min(first + TILE, n)
        for i in range(first, n):
            row, own = a[i, first:last], scaled[i]
            for p in range(0, width, 6):
                s0, s1, s2 = own[p], own[p + 1], own[p + 2]
                s3, s4, s5 = own[p + 3], own[p + 4], own[p + 5]
                a0, a1 = across[p, first:last], across[p + 1, first:last]
                a2, a3 = across[p + 2, first:last], across[p + 3, first:last]
                a4, a5 = across[p + 4, first:last], across[p + 5, first:last]
                for j in range(row.size):
                    row[j] -= (
                        s0 * a0[j] + s1 * a1[j] + s2 * a2[j] + s3 * a3[j] + s4 * a4[j] + s5 * a5[j]
                    )


@kernel
def factorise(a: Array) -> None:
    """a (n, n), of which the lower half is used, becomes L below its diagonal and D on it.

    n is a multiple of six.
    """
    n = a.shape[0]
    scaled, across = np.zeros((n, PANEL)), np.zeros((PANEL, n))
    for start in range(0, n, PANEL):
        stop = min(start + PANEL, n)
        eliminate_panel(a, start, stop, scaled, across)
        subtract_panel(a, stop, stop - start, scaled, across)


@kernel
def solve_factorised(a: Array, fields: Array) -> None:
    """fields (k, n) ← fields A⁻¹, with a as `factorise` leaves it."""
    n = a.shape[0]
    for i in range(n):
        row = a[i]
        for field in fields:
            total = field[i]
            for j in range(i):
                total -= row[j] * field[j]
            field[i] = total
    for i in range(n):
        for field in fields:
            field[i] /= a[i, i]
    for i in range(n - 1, -1, -1):
        row = a[i]
        for field in fields:
            x = field[i]
            for j in range(i):
                field[j] -= row[j] * x
