"""Averages over directions of a function of s = |F⁻¹n| only, times n_a n_b n_c n_d.

Every exact result of rsrg has this form: the continuum limit (f = −ln s) and the Haar mean of a
lattice sum (f a cubic between breaks). In the principal frame of F Fᵀ, s² = Σ n_i²/λ_i², so one
octant is enough; along the polar axis the breaks of f are resolved exactly, around it the midpoint
rule is refined until nothing changes.
"""

from collections.abc import Callable
from functools import cache

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.errors import ConvergenceError, PhysicsError
from rsrg.physics.interaction import quartic_moments
from rsrg.physics.strain import principal_stretches

MAX_REFINEMENTS = 10
AROUND_START = 4  # midpoints in a quarter turn: exact for all quartics where f is constant
AVERAGE_ROUNDING = 1e-16  # of numbers of order 1: all that is left of ln s without strain
ALONG_START = 16  # Gauss nodes on each smooth piece
MOST_STRETCHED = 1e7  # times another direction; at 1e8, s² loses all its digits
EQUAL = 1e-14  # relative difference of 1/λ² that is rounding


@cache
def _gauss(nodes: int) -> tuple[Array, Array]:
    x, w = np.polynomial.legendre.leggauss(nodes)
    return 0.5 * (x + 1.0), 0.5 * w


def _polar_last(stretches: Array) -> Array:
    """Order of the principal axes that puts the odd one out last: there the integrand varies."""
    low, middle, high = np.log(stretches)
    return np.array([1, 2, 0]) if middle - low > high - middle else np.array([0, 1, 2])


def _along_nodes(a: float, b: float, breaks: Array, nodes: int) -> tuple[Array, Array]:
    """Nodes u and weights on [0, 1] for functions of s² = a + (b − a) u² with breaks in s²."""
    edges = np.array([0.0, 1.0])
    if abs(b - a) > 1e-15 * a:
        inside = (breaks - a) / (b - a)
        inside = inside[(inside > 0.0) & (inside < 1.0)]
        edges = np.unique(np.concatenate((edges, np.sqrt(inside))))
    x, w = _gauss(nodes)
    width = np.diff(edges)[:, None]
    return (edges[:-1, None] + width * x).ravel(), (width * w).ravel()


def _octant_average(
    f: Callable[[Array], Array], inverse_squares: Array, breaks: Array, around: int, along: int
) -> Array:
    """⟨n_i² n_j² f(s)⟩ over directions, (3, 3), axes in the given order, polar axis last."""
    total = np.zeros((3, 3))
    first, second, b = map(float, inverse_squares)
    for k, phi in enumerate((np.arange(around) + 0.5) * (0.5 * np.pi / around)):
        c2, s2 = np.cos(phi) ** 2, np.sin(phi) ** 2
        if k == 0 or first != second:  # about an axis of symmetry, s is the same all around
            a = first + s2 * (second - first)
            u, w = _along_nodes(a, b, breaks, along)
            weights = w * f(np.sqrt(a + (b - a) * u**2))
        n2 = np.stack(((1.0 - u**2) * c2, (1.0 - u**2) * s2, u**2))
        total += (n2 * weights) @ n2.T
    return total / around


def _graded(inverse_squares: Array) -> Array:
    """Breaks in s², in steps of at most 16: s² of a needle or plate is too steep for one piece."""
    low, high = inverse_squares.min(), inverse_squares.max()
    pieces = 1 + int(np.log(high / low) / np.log(16.0))
    return np.geomspace(low, high, pieces + 1)[1:-1]


def quartic_average(
    f: Callable[[Array], Array],
    deformation: Array,
    breaks: Array | None = None,
    rtol: float = 1e-13,
) -> Array:
    """∫ dΩ/4π n_a n_b n_c n_d f(|F⁻¹n|), the 15 moments, (15,).

    f: vectorised, smooth between `breaks` (values of s, continuous there). rtol: relative to the
    largest moment; both node counts are doubled until the change is below it.

    Raises PhysicsError where one direction is stretched more than MOST_STRETCHED times another;
    ConvergenceError, with the last estimate, when MAX_REFINEMENTS doublings do not do.
    """
    stretches, axes = principal_stretches(deformation)
    if stretches[-1] > MOST_STRETCHED * stretches[0]:
        raise PhysicsError(
            f"`deformation` must not stretch one direction more than {MOST_STRETCHED:.0e} times as "
            f"far as another; got {stretches[-1] / stretches[0]:.6g} times"
        )
    order = _polar_last(stretches)
    inverse_squares, axes = stretches[order] ** -2.0, axes[:, order]
    if axial := abs(inverse_squares[0] - inverse_squares[1]) <= EQUAL * inverse_squares[0]:
        inverse_squares[1] = inverse_squares[0]
    breaks_squared = np.empty(0) if breaks is None else np.asarray(breaks) ** 2
    breaks_squared = np.concatenate((breaks_squared, _graded(inverse_squares)))
    around, along = AROUND_START, ALONG_START
    last = _octant_average(f, inverse_squares, breaks_squared, around, along)
    for _ in range(MAX_REFINEMENTS):
        around, along = around if axial else 2 * around, min(2 * along, 512)
        result = _octant_average(f, inverse_squares, breaks_squared, around, along)
        change = float(np.max(np.abs(result - last)))
        if change <= rtol * np.max(np.abs(result)) + AVERAGE_ROUNDING:
            return moments_in_lab(result, axes)
        last = result
    raise ConvergenceError("direction average did not converge", moments_in_lab(last, axes), change)


def moments_in_lab(even: Array, axes: Array) -> Array:
    """The 15 lab-frame moments, (15,), of a tensor whose principal-frame parts are ⟨n_i² n_j² f⟩.

    even: (3, 3); axes: the principal axes as columns, (3, 3).
    """
    tensor = np.zeros((3, 3, 3, 3))
    for i in range(3):
        tensor[i, i, i, i] = even[i, i]
        for j in range(3):
            if i != j:
                tensor[i, i, j, j] = tensor[i, j, i, j] = tensor[i, j, j, i] = even[i, j]
    pairs = np.kron(axes, axes)  # of two indices at once
    return quartic_moments((pairs @ tensor.reshape(9, 9) @ pairs.T).reshape(3, 3, 3, 3))
