"""Pair sums weighted by the susceptibilities of unequal blocks: Σ_{s≠s'} χ_s (Λ̃(n)/r³) χ_s'.

They do not reduce to 15 moments. Each column of χ_s' is a stress σ, (3, 3); the field that it makes
at s follows without building Λ̃, with p = σd, q = d·σd, t = tr σ:

    r³ Λ̃:σ = (1 − α) σ − (α/2) t δ + (3α/2)(t nn + q δ) + (3α − 3/2)(np + pn) − (15α/2) q nn.

The terms in t nn and q δ vanish for sources σ̃ = T σ = σ − κ t δ, κ = α/(α + 2), and the same T on
the left, which saves a third of the work: Λ̃ = T (R + iso) T, R:σ̃ = sym(n, g). LANES super blocks,
each from its own draw, run side by side in the lanes of the vector unit: no horizontal sums, and no
padding of small N. All compiled functions are in this file (see `jit`).
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numba import prange
from numpy.typing import NDArray

from rsrg.physics.arrays import Array
from rsrg.physics.elastic import check_alpha
from rsrg.physics.errors import PhysicsError
from rsrg.physics.pairs import Contraction, pair_weights
from rsrg.sums.batch import Cases, needed_radius
from rsrg.sums.jit import apply_threads, inlined, kernel, parallel_kernel

LANES = 8  # super blocks side by side: one vector of doubles
GEOMETRY = 8  # numbers kept for each pair: d, w, a, f
FIELD = 7  # six components, and the trace
FAR = 1e30  # where the block is that makes their number even
KEY_OF_RADIUS = 2.0**33  # whole keys: distances² equal to 1e-10 are one, ordered by index
INDEX_BITS = 20  # of a sorting key, for the index that breaks ties

_DIAGONAL = np.array([1.0, 0.0, 0.0, 1.0, 0.0, 1.0])
_TWICE = np.array([1.0, 2.0, 2.0, 1.0, 2.0, 1.0])  # Σ over nine (kl) counts shear pairs twice


@kernel
def pair_geometry(place: Array, s: int, n: int, law: Array, geometry: Array, lanes: int) -> None:
    """d, w = (1 − α)/2r³, a = (3α − 3/2)/r⁵ and f = −(15α/4) d/r⁷ from block s to all after it."""
    size = GEOMETRY * LANES
    x0 = place[0, s]
    y0 = place[1, s]
    z0 = place[2, s]
    iso, first, second = law[0], law[1], law[2]
    for t in range(s + 1, n):
        xs = place[0, t]
        ys = place[1, t]
        zs = place[2, t]
        g = geometry[t * size : (t + 1) * size]
        for k in range(lanes):
            x = xs[k] - x0[k]
            y = ys[k] - y0[k]
            z = zs[k] - z0[k]
            i2 = 1.0 / (x * x + y * y + z * z)
            i3 = i2 * np.sqrt(i2)
            b = second * i3 * i2 * i2
            g[k] = x
            g[k + LANES] = y
            g[k + 2 * LANES] = z
            g[k + 3 * LANES] = iso * i3
            g[k + 4 * LANES] = first * i3 * i2
            g[k + 5 * LANES] = b * x
            g[k + 6 * LANES] = b * y
            g[k + 7 * LANES] = b * z


@inlined
def pair_field(g: Array, c: Array, k: int, pair: int, block: int) -> tuple[float, ...]:
    """What one block adds to the half field: six components and the trace."""
    x = g[pair + k]
    y = g[pair + k + LANES]
    z = g[pair + k + 2 * LANES]
    w = g[pair + k + 3 * LANES]
    a = g[pair + k + 4 * LANES]
    xx = c[block + k]
    xy = c[block + k + LANES]
    xz = c[block + k + 2 * LANES]
    yy = c[block + k + 3 * LANES]
    yz = c[block + k + 4 * LANES]
    zz = c[block + k + 5 * LANES]
    px = xx * x + xy * y + xz * z
    py = xy * x + yy * y + yz * z
    pz = xz * x + yz * y + zz * z
    q = px * x + py * y + pz * z
    gx = a * px + q * g[pair + k + 5 * LANES]
    gy = a * py + q * g[pair + k + 6 * LANES]
    gz = a * pz + q * g[pair + k + 7 * LANES]
    v = w + w
    return (
        x * gx + w * xx,
        x * gy + y * gx + v * xy,
        x * gz + z * gx + v * xz,
        y * gy + w * yy,
        y * gz + z * gy + v * yz,
        z * gz + w * zz,
        w * (xx + yy + zz),
    )


@kernel
def add_fields(
    geometry: Array, sources: Array, start: int, n: int, column: int, field: Array, lanes: int
) -> None:
    """Add the half fields of blocks start … n − 1, two at a time; block n may be the empty one."""
    pair = GEOMETRY * LANES
    block = 36 * LANES
    skip = 6 * LANES * column
    for t in range(start, n, 2):
        g = geometry[t * pair : (t + 2) * pair]
        c = sources[t * block + skip : (t + 2) * block]
        for k in range(lanes):
            p0, p1, p2, p3, p4, p5, p6 = pair_field(g, c, k, 0, 0)
            q0, q1, q2, q3, q4, q5, q6 = pair_field(g, c, k, pair, block)
            field[k] += p0 + q0
            field[k + LANES] += p1 + q1
            field[k + 2 * LANES] += p2 + q2
            field[k + 3 * LANES] += p3 + q3
            field[k + 4 * LANES] += p4 + q4
            field[k + 5 * LANES] += p5 + q5
            field[k + 6 * LANES] += p6 + q6


@kernel
def add_products(sources: Array, field: Array, trace: float, out: Array, lanes: int) -> None:
    """Add σ̃_row · field to out[row] for the six columns of one block; sources (36·LANES,)."""
    for row in range(6):
        c = sources[row * 6 * LANES : (row + 1) * 6 * LANES]
        o = out[row]
        for k in range(lanes):
            t = trace * field[k + 6 * LANES]
            o[k] += (
                c[k] * (field[k] + t)
                + c[k + LANES] * field[k + LANES]
                + c[k + 2 * LANES] * field[k + 2 * LANES]
                + c[k + 3 * LANES] * (field[k + 3 * LANES] + t)
                + c[k + 4 * LANES] * field[k + 4 * LANES]
                + c[k + 5 * LANES] * (field[k + 5 * LANES] + t)
            )


@kernel
def add_pairs(
    place: Array,
    sources: Array,
    n: int,
    law: Array,
    geometry: Array,
    field: Array,
    out: Array,
    lanes: int,
) -> None:
    """Half of Σ_{s<s'} σ̃_s (R + iso) σ̃_s' to out (6 columns, 6 rows, LANES).

    place (3, n + 1, LANES); sources ((n + 1)·36·LANES,); the last block is empty.
    """
    block = 36 * LANES
    out[:] = 0.0
    for s in range(n - 1):
        pair_geometry(place, s, n + 1, law, geometry, lanes)
        own = sources[s * block : (s + 1) * block]
        for column in range(6):
            field[:] = 0.0
            add_fields(geometry, sources, s + 1, n, column, field, lanes)
            add_products(own, field, law[3], out[column], lanes)


@kernel
def draw_map(matrix: Array, rotation: Array, offset: Array) -> Array:
    """The map z ↦ matrix R (z + u) as [M | t], (3, 4)."""
    result = np.zeros((3, 4))
    for a in range(3):
        for b in range(3):
            for c in range(3):
                result[a, b] += matrix[a, c] * rotation[c, b]
            result[a, 3] += result[a, b] * offset[b]
    return result


@kernel
def mapped(m: Array, points: Array, i: int) -> tuple[float, float, float]:
    """M z + t of point i."""
    x = points[0, i]
    y = points[1, i]
    z = points[2, i]
    return (
        m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3],
        m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3],
        m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3],
    )


@kernel
def choose(
    points: Array,
    measure: Array,
    radius: float,
    margin: float,
    keys: NDArray[np.int64],
    chosen: NDArray[np.int64],
) -> None:
    """The chosen.size points of smallest |M z + t|², ties by index; in the order of their index.

    keys: as many as there are candidates, and one more. The body grown by margin is known to hold
    chosen.size points, so only those in it are sorted out.
    """
    scale = KEY_OF_RADIUS / radius**2
    limit = (radius + margin) ** 2 * scale + 1.0
    near = 0
    for i in range(keys.size - 1):
        x, y, z = mapped(measure, points, i)
        key = np.floor((x * x + y * y + z * z) * scale + 0.5)
        keys[near] = (np.int64(key) << INDEX_BITS) + i
        near += key <= limit
    last = np.partition(keys[:near], chosen.size - 1)[chosen.size - 1]
    found = 0
    for i in range(near):
        if keys[i] <= last:
            chosen[found] = keys[i] & ((1 << INDEX_BITS) - 1)
            found += 1


@kernel
def fill_sources(pool: Array, blocks: NDArray[np.int64], sources: Array) -> None:
    """The blocks of each lane, (n, LANES), side by side; pool (P, 6, 6). The last stays empty."""
    for s in range(blocks.shape[0]):
        for k in range(LANES):
            block = pool[blocks[s, k]]
            for column in range(6):
                for a in range(6):
                    sources[(s * 36 + column * 6 + a) * LANES + k] = block[column, a]


@kernel
def add_blocks(sources: Array, n: int, total: Array, lanes: int) -> None:
    """Σ_s σ̃_s, (36·LANES,)."""
    size = 36 * LANES
    total[:] = 0.0
    for s in range(n):
        c = sources[s * size : (s + 1) * size]
        for k in range(36 * lanes):
            total[k] += c[k]


@parallel_kernel
def weighted_configurations(
    points: Array,
    candidates: NDArray[np.int64],
    rotations: Array,
    offsets: Array,
    place: Array,
    measure: Array,
    radius: Array,
    margin: Array,
    members: NDArray[np.int64],
    pools: Array,
    laws: Array,
    n: int,
    lanes: int,
    totals: Array,
    pairs: Array,
) -> None:
    """Σ_s σ̃_s and half of Σ_{s<s'} σ̃_s (R + iso) σ̃_s' of each draw, case and material.

    totals, pairs: (draws, cases, materials, 6, 6). pools (materials, cases, P, 6, 6). lanes: LANES,
    as a number that the compiler does not know: it would unroll the lanes, not vectorise them.
    """
    draws, cases, materials = totals.shape[:3]
    groups = (draws + LANES - 1) // LANES
    for task in prange(groups * cases):
        case = task // groups
        first = task % groups * LANES
        keys = np.empty(candidates[case] + 1, np.int64)
        chosen = np.empty(n, np.int64)
        blocks = np.empty((n, LANES), np.int64)
        where = np.full((3, n + 1, LANES), FAR)
        sources = np.zeros((n + 1) * 36 * LANES)
        geometry = np.empty((n + 1) * GEOMETRY * LANES)
        field = np.empty(FIELD * LANES)
        total = np.empty(36 * LANES)
        out = np.empty((6, 6, LANES))
        for k in range(LANES):
            draw = min(first + k, draws - 1)
            cut = draw_map(measure[case], rotations[draw], offsets[draw])
            choose(points, cut, radius[case], margin[case], keys, chosen)
            put = draw_map(place[case], rotations[draw], offsets[draw])
            for s in range(n):
                x, y, z = mapped(put, points, chosen[s])
                where[0, s, k] = x
                where[1, s, k] = y
                where[2, s, k] = z
                blocks[s, k] = members[draw, chosen[s]]
        for material in range(materials):
            fill_sources(pools[material, case], blocks, sources)
            add_blocks(sources, n, total, lanes)
            add_pairs(where, sources, n, laws[material], geometry, field, out, lanes)
            for k in range(min(LANES, draws - first)):
                for a in range(6):
                    for b in range(6):
                        totals[first + k, case, material, a, b] = total[(a * 6 + b) * LANES + k]
                        pairs[first + k, case, material, a, b] = out[a, b, k]


@parallel_kernel
def placed_configurations(
    points: Array,
    candidates: NDArray[np.int64],
    rotations: Array,
    offsets: Array,
    place: Array,
    measure: Array,
    radius: Array,
    margin: Array,
    positions: Array,
    chosen: NDArray[np.int64],
) -> None:
    """Where the blocks of each draw and case are, (draws, cases, n, 3), and which points."""
    draws, cases, n = chosen.shape
    for task in prange(draws * cases):
        draw = task // cases
        case = task % cases
        keys = np.empty(candidates[case] + 1, np.int64)
        cut = draw_map(measure[case], rotations[draw], offsets[draw])
        choose(points, cut, radius[case], margin[case], keys, chosen[draw, case])
        put = draw_map(place[case], rotations[draw], offsets[draw])
        for s in range(n):
            x, y, z = mapped(put, points, chosen[draw, case, s])
            positions[draw, case, s, 0] = x
            positions[draw, case, s, 1] = y
            positions[draw, case, s, 2] = z


@dataclass(frozen=True)
class Places:
    """Lattice points enough for every case, how many each case looks at, and N.

    points: (3, p), contiguous. candidates: (cases,). margin: (cases,), the covering radius as
    `measure` stretches it: the body grown by it holds N points.
    """

    points: Array
    candidates: NDArray[np.int64]
    margin: Array
    cases: Cases
    n_blocks: int

    @classmethod
    def of(
        cls, points: Array, covering_radius: float, max_offset: float, cases: Cases, n_blocks: int
    ) -> Self:
        """The places among `points`, (p, 3), ordered by |z| and reaching `needed_radius`.

        Raises PhysicsError where they end too soon, or are too many to be told apart.
        """
        if len(points) >= 2**INDEX_BITS:
            raise PhysicsError(f"`points` must be fewer than 2^{INDEX_BITS}; got {len(points)}")
        norms = np.maximum.accumulate(np.linalg.norm(points, axis=1))
        found = []
        for i in range(len(cases.radius)):
            one = slice(i, i + 1)
            case = Cases(cases.place[one], cases.measure[one], cases.radius[one])
            reach = needed_radius(case, covering_radius, max_offset)
            if norms[-1] + 2.0 * covering_radius < reach:
                raise PhysicsError(f"`points` must reach |z| = {reach:.6g}; got {norms[-1]:.6g}")
            found.append(np.searchsorted(norms, reach, side="right"))
        sigma = cases.stretches
        margin = np.asarray(covering_radius * sigma[:, 0], dtype=np.float64)
        return cls(np.ascontiguousarray(points.T), np.array(found), margin, cases, n_blocks)

    def blocks(self, rotations: Array, offsets: Array) -> tuple[Array, NDArray[np.int64]]:
        """Positions (draws, cases, N, 3), in block sizes, and their points (draws, cases, N)."""
        shape = (len(rotations), len(self.candidates), self.n_blocks)
        positions, chosen = np.empty((*shape, 3)), np.empty(shape, dtype=np.int64)
        c = self.cases
        apply_threads()
        placed_configurations(
            self.points, self.candidates, rotations, offsets,
            c.place, c.measure, c.radius, self.margin, positions, chosen,
        )  # fmt: skip
        return positions, chosen


@dataclass(frozen=True)
class Sources:
    """A pool of blocks as sources of stress: σ̃ = T σ, (materials, cases, P, 6, 6), and the laws.

    A matrix product under the contraction is the tensor's, Σ over nine (kl), once each shear
    component is scaled by `shear`; laws: (materials, 4), see `pair_geometry`; the last is e/(1 − α)
    of the isotropic part (1 − α) σ̃ + e tr σ̃ δ.
    """

    sigma: Array
    laws: Array
    trace: Array
    shear: Array

    @classmethod
    def of(cls, chi: Array, alphas: Array, contraction: Contraction) -> Self:
        """The sources of blocks χ, (materials, cases, P, 6, 6), plain; alphas (materials,)."""
        alpha = np.array([check_alpha(float(a)) for a in alphas])
        w = pair_weights(contraction)
        kappa, iso = alpha / (alpha + 2.0), 1.0 - alpha
        shrunk = 1.0 - 3.0 * kappa
        e = ((-0.5 * alpha + 1.5 * alpha * kappa + iso * kappa) / shrunk + kappa * iso) / shrunk
        sigma = chi * w[:, None] * (w * w / _TWICE)  # row: column of χ̂; last axis: components
        trace = (sigma * _DIAGONAL).sum(axis=-1, keepdims=True)
        sigma -= kappa[:, None, None, None, None] * trace * _DIAGONAL
        laws = np.stack((0.5 * iso, 3.0 * alpha - 1.5, -3.75 * alpha, e / iso), axis=1)
        return cls(sigma, laws, kappa / shrunk, w)

    def susceptibility(self, sigma: Array) -> Array:
        """χ, plain, from a sum of sources, (..., materials, 6, 6)."""
        trace = (sigma * _DIAGONAL).sum(axis=-1, keepdims=True)
        whole = sigma + self.trace[:, None, None] * trace * _DIAGONAL
        return np.asarray(whole / self.shear[:, None] / (self.shear**2 / _TWICE))

    def interaction(self, pairs: Array) -> Array:
        """Σ_{s≠s'} χ_s (Λ̃/r³) χ_s', plain, from the kernel's half sum over s < s'."""
        both = 2.0 * (pairs + np.swapaxes(pairs, -1, -2))
        return np.asarray(both / (self.shear[:, None] * self.shear))


def weighted_sums(
    places: Places,
    rotations: Array,
    offsets: Array,
    members: NDArray[np.int64],
    sources: Sources,
) -> tuple[Array, Array]:
    """(1/N) Σ_s χ_s and Σ_{s≠s'} χ_s (Λ̃(n)/r³) χ_s', both (draws, cases, materials, 6, 6), plain.

    members: which block of the pool stands at each lattice point, (draws, points); so a block stays
    at its point whatever the case cuts out. χ in ρc_t², r in block sizes.
    Raises PhysicsError where members do not fit.
    """
    draws = len(rotations)
    size = sources.sigma.shape[2]
    if members.shape != (draws, places.points.shape[1]):
        raise PhysicsError(f"`members` must be (draws, points); got shape {members.shape}")
    if members.min() < 0 or members.max() >= size:
        raise PhysicsError(f"`members` must lie between 0 and {size - 1}; got {members.max()}")
    shape = (draws, len(places.candidates), len(sources.laws), 6, 6)
    totals, pairs = np.empty(shape), np.empty(shape)
    c = places.cases
    apply_threads()
    weighted_configurations(
        places.points, places.candidates, rotations, offsets, c.place, c.measure, c.radius,
        places.margin, members, sources.sigma, sources.laws, places.n_blocks, LANES, totals, pairs,
    )  # fmt: skip
    return sources.susceptibility(totals / places.n_blocks), sources.interaction(pairs)
