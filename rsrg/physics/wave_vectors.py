"""The lowest value of a function of the wave vector over a Brillouin zone.

A grid, then from each of its local minima a search that halves its steps. The function may depend
on the direction from which k goes to zero, as a dipolar sum does: there it is looked at on a small
sphere about k = 0 instead, whose radius no longer matters.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.errors import ConvergenceError

GRID = 16  # wave vectors along each reciprocal vector
HALVINGS = 10  # of the step of the grid: the minimum of a smooth function is then good to 1e-8
LEAST_GAIN = 1e-12  # of a move: along a level valley rounding alone would go on for ever
MAX_MOVES = 2000  # rounds of the search; along a valley it takes hundreds
MAX_STARTS = 4  # local minima of the grid from which it begins: the lowest different ones
EQUAL = 1e-7  # values of the grid closer than this are taken as those of equivalent wave vectors
ORIGIN = 1e-5  # |k| of the small sphere: what depends on |k| there is about its square

Function = Callable[[Array], Array]  # (n, 3) → (n,)


@dataclass(frozen=True, eq=False)
class Minimum:
    """The lowest value, its wave vector, (3,), and the lowest on the grid without k = 0."""

    value: float
    wave_vector: Array
    on_grid: float


def wave_vector_grid(reciprocal: Array, points: int) -> tuple[Array, np.ndarray]:
    """One of each pair k, −k of a grid about k = 0, and for each of the whole grid which one it is.

    reciprocal: rows b_i, (3, 3). Returns (n, 3) and indices, (points, points, points); k = 0 is the
    first. Reduced coordinates are between −½ and ½.
    """
    z = np.indices((points,) * 3).reshape(3, -1)
    rank = np.ravel_multi_index(tuple(z), (points,) * 3)
    mirrored = np.ravel_multi_index(tuple(-z % points), (points,) * 3)
    chosen, which = np.unique(np.minimum(rank, mirrored), return_inverse=True)
    reduced = (z.T[chosen] / points + 0.5) % 1.0 - 0.5
    return reduced @ reciprocal, which.reshape((points,) * 3)


def directions_at_origin() -> Array:
    """Wave vectors of length ORIGIN in the 49 directions of small whole numbers, (49, 3)."""
    z = np.indices((5, 5, 5)).reshape(3, -1).T - 2
    first = np.array([next((a for a in row if a), 0) for row in z])
    z = z[(first > 0) & (np.gcd.reduce(z, axis=1) == 1)]
    return np.asarray(ORIGIN * z / np.linalg.norm(z, axis=1, keepdims=True))


def _starts(values: Array, k: Array, which: np.ndarray) -> Array:
    """The lowest local minima of the grid, of equal ones one, (n, 3)."""
    whole = values[which]
    steps = np.indices((3, 3, 3)).reshape(3, -1).T - 1
    around = np.min([np.roll(whole, s, axis=(0, 1, 2)) for s in steps], axis=0)
    places = np.unique(which[whole <= around + EQUAL])
    places = places[np.argsort(values[places], kind="stable")]
    new = np.diff(values[places], prepend=-np.inf) > EQUAL
    return k[places[new][:MAX_STARTS]]


def _search(function: Function, start: Array, steps: Array, on_sphere: bool) -> tuple[float, Array]:
    """The minimum near a start, (3,): to the best of 27 neighbours, or halve the steps (rows).

    Raises ConvergenceError where it is not reached in MAX_MOVES rounds.
    """
    moves = np.indices((3, 3, 3)).reshape(3, -1).T - 1.0
    best, halvings = start, 0
    for _ in range(MAX_MOVES):
        near = best + moves @ steps
        near[len(moves) // 2] = best
        if on_sphere:
            near *= ORIGIN / np.linalg.norm(near, axis=1, keepdims=True)
        values = function(near)
        values[np.linalg.norm(near, axis=1) < 0.5 * ORIGIN] = np.inf
        lowest = int(values.argmin())
        if values[lowest] < values[len(moves) // 2] - LEAST_GAIN:
            best = near[lowest]
        elif halvings == HALVINGS:
            return float(values.min()), best
        else:
            steps, halvings = 0.5 * steps, halvings + 1
    raise ConvergenceError(
        f"the lowest eigenvalue over wave vectors was not reached in {MAX_MOVES} rounds",
        np.array(values.min()),
        float(values[len(moves) // 2] - values.min()),
    )


def in_first_zone(k: Array, reciprocal: Array) -> Array:
    """The shortest of the wave vectors ±k + G, all equivalent here; of equally short ones the last.

    reciprocal: rows, not too oblique: G reaches one of them.
    """
    z = np.indices((3, 3, 3)).reshape(3, -1).T - 1.0
    all_k = np.concatenate((k + z @ reciprocal, -k + z @ reciprocal))
    length = np.linalg.norm(all_k, axis=1)
    shortest = all_k[length <= length.min() + 1e-9]
    order = np.lexsort(np.round(shortest, 6).T[::-1])
    return np.asarray(shortest[order[-1]])


def lowest_over_wave_vectors(
    function: Function, on_grid: Array, reciprocal: Array, points: int
) -> Minimum:
    """The minimum over all k of a function that is even and periodic in k.

    on_grid: its values on `wave_vector_grid(reciprocal, points)`; that at k = 0 is not used. Where
    the minimum is the limit k → 0, the wave vector has length ORIGIN: its direction is that of the
    limit. A minimum narrower than the grid can be missed. Raises ConvergenceError where a search
    does not end.
    """
    k, which = wave_vector_grid(reciprocal, points)
    around = directions_at_origin()
    limits = function(around)
    values = np.concatenate(([limits.min()], on_grid[1:]))
    results = []
    for start in _starts(values, k, which):
        if start.any():
            results.append(_search(function, start, reciprocal / (2.0 * points), False))
        else:
            first = around[limits.argmin()]
            results.append(_search(function, first, 0.25 * ORIGIN * np.eye(3), True))
    value, best = min(results, key=lambda result: result[0])
    return Minimum(value, in_first_zone(best, reciprocal), float(on_grid[1:].min()))
