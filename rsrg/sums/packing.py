"""Random packings of points in a periodic box: none nearer to another than a separation.

Neighbours are looked up in a grid of cells so small that each holds one point at most. All random
numbers come from the caller's generator.
"""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError
from rsrg.sums.jit import kernel

MIN_EDGE = 4.0  # separations along an edge at least: all that is near lies within two cells
TRIES_AT_ONCE = 1 << 14  # points tried between two looks at how many are placed
TRIES_PER_POINT = 20_000  # tries for each point before a packing is called impossible
TRIES_AROUND_POINT = 30  # around a point before it is left, as Bridson has it
MIN_DENSITY = 0.5  # points per separation³; Bridson's packing always has more, about 0.55


@kernel
def is_free(x: float, y: float, z: float, points: Array, grid: np.ndarray, edge: float) -> bool:
    """Whether no point is nearer than 1 to (x, y, z), in a periodic box of this edge."""
    m = grid.shape[0]
    i, j, k = int(x / edge * m) % m, int(y / edge * m) % m, int(z / edge * m) % m
    for a in range(i - 2, i + 3):
        for b in range(j - 2, j + 3):
            for c in range(k - 2, k + 3):
                s = grid[a % m, b % m, c % m]
                if s >= 0:
                    dx, dy, dz = x - points[s, 0], y - points[s, 1], z - points[s, 2]
                    dx -= edge * np.rint(dx / edge)
                    dy -= edge * np.rint(dy / edge)
                    dz -= edge * np.rint(dz / edge)
                    if dx * dx + dy * dy + dz * dz < 1.0:
                        return False
    return True


@kernel
def place_point(
    x: float, y: float, z: float, s: int, points: Array, grid: np.ndarray, edge: float
) -> None:
    """Make (x, y, z) point s."""
    m = grid.shape[0]
    points[s, 0], points[s, 1], points[s, 2] = x, y, z
    grid[int(x / edge * m) % m, int(y / edge * m) % m, int(z / edge * m) % m] = s


@kernel
def add_free_points(tries: Array, points: Array, count: int, grid: np.ndarray, edge: float) -> int:
    """Place each tried point that is free, until points is full; return how many there are."""
    for t in range(tries.shape[0]):
        if count == points.shape[0]:
            break
        x, y, z = tries[t, 0], tries[t, 1], tries[t, 2]
        if is_free(x, y, z, points, grid, edge):
            place_point(x, y, z, count, points, grid, edge)
            count += 1
    return count


@kernel
def fill_by_bridson(rng: np.random.Generator, points: Array, grid: np.ndarray, edge: float) -> int:
    """Fill the box by Bridson's algorithm from one random point; return how many it placed."""
    active = np.empty(points.shape[0], np.int64)
    x, y, z = rng.random() * edge, rng.random() * edge, rng.random() * edge
    place_point(x, y, z, 0, points, grid, edge)
    active[0] = 0
    count = living = 1
    while living > 0 and count < points.shape[0]:
        chosen = int(rng.random() * living)
        s = active[chosen]
        placed = False
        for _ in range(TRIES_AROUND_POINT):
            r = np.cbrt(1.0 + 7.0 * rng.random())  # uniform in the shell from 1 to 2
            cosine = 2.0 * rng.random() - 1.0
            phi = 2.0 * np.pi * rng.random()
            sine = np.sqrt(1.0 - cosine * cosine)
            x = (points[s, 0] + r * sine * np.cos(phi)) % edge
            y = (points[s, 1] + r * sine * np.sin(phi)) % edge
            z = (points[s, 2] + r * cosine) % edge
            if is_free(x, y, z, points, grid, edge):
                place_point(x, y, z, count, points, grid, edge)
                active[living] = count
                count, living, placed = count + 1, living + 1, True
                break
        if not placed:
            living -= 1
            active[chosen] = active[living]
    return count


def _empty_grid(edge: float) -> np.ndarray:
    m = int(np.ceil(np.sqrt(3.0) * edge))
    return np.full((m, m, m), -1, dtype=np.int64)


def random_sequential_addition(n: int, separation: float, rng: np.random.Generator) -> Array:
    """Points in a periodic box of unit volume each, one after another where there is room, (n, 3).

    n is raised to what the smallest box holds.
    separation: in block sizes. The process jams at 0.9019, (6 φ/π)^⅓ with the packing fraction
    φ = 0.38413 (Zhang & Torquato, Phys. Rev. E 88, 053312, 2013). Raises
    PhysicsError where it is stuck before.
    """
    n = max(n, int(np.ceil((MIN_EDGE * separation) ** 3)))
    edge = float(np.cbrt(n)) / separation
    points, grid, count = np.empty((n, 3)), _empty_grid(edge), 0
    for _ in range(TRIES_PER_POINT * n // TRIES_AT_ONCE + 1):
        count = add_free_points(edge * rng.random((TRIES_AT_ONCE, 3)), points, count, grid, edge)
        if count == n:
            return points * separation
    raise PhysicsError(
        f"`min_separation` must leave room for {n} blocks; {separation:g} did for {count} only"
    )


def poisson_disk(n: int, rng: np.random.Generator) -> tuple[Array, float]:
    """At least n points in a periodic box of unit volume each, filled by Bridson's algorithm.

    Returns (points (m, 3), their separation), in block sizes. Source: Bridson, SIGGRAPH sketches
    2007; scipy's PoissonDisk is the same in a box with walls, where the density is not uniform.
    """
    edge = max(float(np.cbrt(n / MIN_DENSITY)), MIN_EDGE)
    points = np.empty((int(2.0 * edge**3) + 1, 3))  # no packing has more than √2 per separation³
    count = fill_by_bridson(rng, points, _empty_grid(edge), edge)
    if count < n:
        raise PhysicsError(f"a Poisson-disk packing must have {n} blocks; it has {count}")
    scale = float(np.cbrt(count)) / edge
    return points[:count] * scale, scale
