"""The lowest eigenvalue of a large symmetric matrix that acts as a function (Lanczos' method).

As Golub & Van Loan, Matrix Computations, §10.1, without orthogonalising again: rounding then makes
copies of eigenvalues, which does the lowest no harm. ARPACK's bits depend on how many threads its
process gives to linear algebra; these do not.
"""

from collections.abc import Callable

import numpy as np
from scipy.linalg import eigh_tridiagonal

from rsrg.physics.arrays import Array
from rsrg.physics.errors import ConvergenceError

START_SEED = 1  # of the vector that it starts from: without symmetry, and always the same
LOOK_EVERY = 10  # steps
MOST_STEPS = 5000


def lowest_eigenvalue(product: Callable[[Array], Array], rows: int, tolerance: float) -> float:
    """The lowest eigenvalue of A, from v → A v for v (rows,).

    tolerance: of the residual of its eigenvector, over the size of A. The eigenvalue errs by no
    more, and by its square where the next one is far; of two that lie closer than the residual it
    may be either. Raises ConvergenceError where that is not reached.
    """
    v = np.random.default_rng(START_SEED).normal(size=rows)
    v, before = v / length(v), np.zeros(rows)
    diagonal, beside = [], [0.0]
    lowest = residual = np.nan
    for step in range(1, MOST_STEPS + 1):
        w = product(v) - beside[-1] * before
        diagonal.append(inner(v, w))
        w -= diagonal[-1] * v
        beside.append(length(w))
        if step % LOOK_EVERY == 0 or step == rows or beside[-1] == 0.0:
            lowest, share, size = _lowest_of_tridiagonal(np.array(diagonal), np.array(beside[1:-1]))
            residual = beside[-1] * share / size
            if residual <= tolerance:
                return lowest
        before, v = v, w / beside[-1]
    raise ConvergenceError("the lowest eigenvalue was not reached", np.array([lowest]), residual)


def _lowest_of_tridiagonal(diagonal: Array, beside: Array) -> tuple[float, float, float]:
    """The lowest eigenvalue of T, the last component of its vector, and the size of T."""
    value, vector = eigh_tridiagonal(diagonal, beside, select="i", select_range=(0, 0))
    size = np.abs(diagonal).max() + np.abs(beside).max(initial=0.0)
    return float(value[0]), float(abs(vector[-1, 0])), float(size)


def inner(a: Array, b: Array) -> float:
    """a·b, in an order that no number of threads changes."""
    return float(np.einsum("i,i->", a, b))


def length(a: Array) -> float:
    """|a|."""
    return float(np.sqrt(inner(a, a)))
