"""Pair sums of lattice sites: each displacement once, times the integer number of its pairs.

Q_abcd = Σ_d c(d) d_a d_b d_c d_d / |d|⁷, c(d) the number of ordered pairs that are d apart. For a
body without holes, c comes from the overlaps of its rows; for any other set from the
autocorrelation of its occupancy by FFT, rounded, since counts are integers.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from rsrg.physics.arrays import Array
from rsrg.sums.cost import ROW_SECONDS
from rsrg.sums.kernels.pairs import weighted_moments
from rsrg.sums.kernels.quartics import MOMENTS
from rsrg.sums.kernels.rows import Rows, add_slice_pairs, empty_rows, enter_rows
from rsrg.sums.limits import refuse_beyond_memory
from rsrg.sums.threads import share_rows, threads_of_a_sum

SHORT_DIFFERENCES = 512  # short differences among which the primitive vectors are looked for
MIN_SINGULAR_VALUE = 1e-6  # of the largest singular value: between rounding and any strain
MAX_ROUNDING = 16.0  # units in the last place of the largest coordinate: rounding of R (z + u)
SITE_SECONDS = 1.5e-7  # … for each site of the box by transform; weighed against other engines
MAX_SITES = 2**30  # sites; beyond, coordinates are too coarse to show a lattice
MAX_SPECTRUM = 2**24  # complex numbers of the autocorrelation that are transformed at a time


@dataclass(frozen=True)
class LatticeSet:
    """Points that are cell @ sites and a shift.

    cell: primitive vectors as columns, (3, 3). sites: (3, n), integers from 0 up.
    """

    cell: Array
    sites: NDArray[np.int32]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Sides of the smallest box of sites that holds them all."""
        i, j, k = (int(side) + 1 for side in self.sites.max(axis=1))
        return i, j, k


def _short_differences(points: Array) -> Array:
    """Differences of the shortest length between one central point and the others, sorted."""
    middle = points[np.argmin(np.sum((points - points.mean(axis=0)) ** 2, axis=1))]
    differences = points - middle
    lengths = np.einsum("sa,sa->s", differences, differences)
    nearest = np.argpartition(lengths, min(SHORT_DIFFERENCES, len(points) - 1))[
        : SHORT_DIFFERENCES + 1
    ]
    return differences[nearest[np.argsort(lengths[nearest])]][1:]


def _primitive(points: Array) -> Array | None:
    """The three shortest differences that span space, as columns: in three dimensions they are
    primitive. None for points on a plane.
    """
    chosen: list[Array] = []
    for d in _short_differences(points):
        sizes = np.linalg.svd(np.array([*chosen, d]), compute_uv=False)
        if sizes[-1] > MIN_SINGULAR_VALUE * sizes[0]:
            chosen.append(d)
        if len(chosen) == 3:
            return np.array(chosen).T
    return None


def find_lattice(points: Array) -> LatticeSet | None:
    """The lattice that all points, (n, 3), lie on to rounding, or None.

    The cell is fitted to all of them by least squares; to rounding means within MAX_ROUNDING units
    in the last place of the largest coordinate, so that the sum is exact to rounding, too.
    """
    cell = _primitive(points)
    if cell is None:
        return None
    rest = np.array(points.T, order="C")
    rounding = MAX_ROUNDING * np.spacing(np.abs(rest).max())
    rest -= rest[:, :1].copy()
    exact = np.linalg.inv(cell) @ rest
    sites = np.rint(exact)
    if not np.abs(exact - sites).max() < 0.1 or np.ptp(sites, axis=1).max() > MAX_SITES:
        return None
    centred = sites - sites.mean(axis=1, keepdims=True)
    rest -= rest.mean(axis=1, keepdims=True)
    rest -= cell @ centred
    change = np.linalg.solve(centred @ centred.T, centred @ rest.T).T
    rest -= change @ centred
    if np.abs(rest).max() > rounding:
        return None
    cell = cell + change
    sites -= sites.min(axis=1, keepdims=True)
    order = np.argsort(sites.max(axis=1), kind="stable")  # the longest side along the rows
    return LatticeSet(np.ascontiguousarray(cell[:, order]), sites[order].astype(np.int32))


def _rows(lattice: LatticeSet) -> Rows | None:
    """The set as rows without holes (see `kernels.rows.Rows`), if it is one."""
    n1, n2, _ = lattice.shape
    if n1 * n2 > lattice.sites.shape[1]:
        return None  # more rows than sites: most are empty
    rows = empty_rows(n1, n2)
    every = np.arange(lattice.sites.shape[1], dtype=np.uint32)
    return rows if enter_rows(lattice.sites, every, rows) else None


def lattice_seconds(lattice: LatticeSet) -> float:
    """Time that `lattice_moments` takes on one core, roughly."""
    n1, n2, n3 = lattice.shape
    by_rows = ROW_SECONDS * (n1 * n2) ** 2 / 2.0
    by_transform = SITE_SECONDS * n1 * n2 * n3
    return by_rows if _rows(lattice) is not None else by_transform


def _full_sides(lattice: LatticeSet) -> tuple[int, int, int]:
    """Lengths of the transforms along the three sides, so that no displacement wraps round."""
    n1, n2, n3 = (2 * side - 1 for side in lattice.shape)
    return fft.next_fast_len(n1), fft.next_fast_len(n2), fft.next_fast_len(n3, real=True)


def _half_autocorrelation(lattice: LatticeSet) -> NDArray[np.complex128]:
    """The autocorrelation of the occupancy at di ≥ 0, still transformed along dk.

    Axes 0 and 1 are transformed forth and back for a few columns of axis 2 at a time.
    """
    shape, full = lattice.shape, _full_sides(lattice)
    occupancy = np.zeros(shape)
    occupancy[tuple(lattice.sites)] = 1.0
    rows = fft.rfft(occupancy, full[2], axis=2, workers=threads_of_a_sum())
    half = np.empty((shape[0], full[1], rows.shape[2]), np.complex128)
    columns = max(1, MAX_SPECTRUM // (full[0] * full[1]))
    for start in range(0, rows.shape[2], columns):
        some = slice(start, start + columns)
        spectrum = fft.fft2(rows[:, :, some], full[:2], axes=(0, 1), workers=threads_of_a_sum())
        spectrum *= spectrum.conj()
        back = fft.ifft2(spectrum, axes=(0, 1), workers=threads_of_a_sum(), overwrite_x=True)
        half[:, :, some] = back[: shape[0]]
    return half


def _signed(n: int) -> Array:
    """The displacements 0, 1, …, −2, −1 in the order of a transform of length n."""
    return np.asarray(fft.fftfreq(n, 1.0 / n))


def _by_transform(lattice: LatticeSet) -> Array:
    """Q of any set of sites, by FFT autocorrelation; NaN where a site is taken twice.

    Raises PhysicsError if the box of sites does not fit into memory.
    """
    n1, n2, n3 = lattice.shape
    full = _full_sides(lattice)
    needed = 8.0 * (n1 * n2 * n3 + (n1 * n2 + n1 * full[1]) * full[2])
    what = f"a box of {n1} × {n2} × {n3} lattice sites"
    refuse_beyond_memory(what, needed, SITE_SECONDS * n1 * n2 * n3)
    if len(np.unique(np.ravel_multi_index(lattice.sites, lattice.shape))) < len(lattice.sites.T):
        return np.full(MOMENTS, np.nan)
    dj, dk = np.meshgrid(_signed(full[1]), _signed(full[2]), indexing="ij")
    grid = lattice.cell[:, 1:] @ np.stack([dj.ravel(), dk.ravel()])
    moments = np.zeros(MOMENTS)
    for di, plane in enumerate(_half_autocorrelation(lattice)):
        counts = np.rint(fft.irfft(plane, full[2], axis=1, workers=threads_of_a_sum())).ravel()
        weights = counts if di > 0 else 0.5 * counts  # d and −d both lie in the plane di = 0
        weighted_moments(grid, *(di * lattice.cell[:, 0]), weights, moments)
    return moments


def lattice_moments(lattice: LatticeSet) -> Array:
    """Q_abcd of all ordered pairs of sites, (15,), in 1/L³ with the cell in L.

    Exact but for rounding; NaN where two points share a site. The bits do not depend on the number
    of threads. Raises PhysicsError if a sparse set's box does not fit into memory.
    """
    rows = _rows(lattice)
    if rows is None:
        return _by_transform(lattice)
    parts = np.full(((lattice.shape[0] + 1) // 2, MOMENTS), np.nan)

    def fill(first: int, stride: int) -> None:
        add_slice_pairs(rows, lattice.cell, first, stride, parts)

    return share_rows(fill, parts, lattice_seconds(lattice))
