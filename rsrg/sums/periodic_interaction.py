"""The interaction of many blocks in a periodic box as an operator: stresses in, strains out.

m t = Σ_s' Σ_images m(r) t_s' for blocks at any places, by Ewald's method as in `physics.bloch`:
near pairs one by one, the rest by Fourier modes of the blocks' stresses (finufft). The mode q = 0
is left out: the box is clamped, with no mean strain, as in m(k) at k = 0.
"""

from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from rsrg.physics.arrays import Array
from rsrg.physics.bloch import Complex, PeriodicBlocks, radial_weights
from rsrg.physics.elastic import check_alpha
from rsrg.physics.errors import PhysicsError
from rsrg.physics.quenched import CLOSEST
from rsrg.sums.ewald.nufft import finufft
from rsrg.sums.kernels.interaction import add_pairs, filter_modes
from rsrg.sums.threads import THREADS_FROM, ordered_map, share_rows

REACH = 5.0  # cube roots of V, of near pairs at most: more pairs would take too much memory
TAIL = 4.8  # η times the reach, and q/2η: e^{−23} is left out, and the operator good to 1e-7
TOLERANCE = 1e-8  # of finufft
UPSAMPLING = 1.25  # of its grid: half the time that 2 takes at this tolerance
PARTS = 8  # of the near pairs, that threads share; fixed, so that sums do not depend on threads
PAIR_SECONDS, MODE_SECONDS = 1.5e-8, 1.0e-7  # core seconds, to choose where threads pay


def near_pairs(fractions: Array, cell: Array, reach: float) -> tuple[np.ndarray, Array]:
    """Pairs of blocks i ≤ j, (m, 2), and displacements ≤ reach between images, x_i − x_j, (m, 3).

    fractions: places in units of the cell's rows, (n, 3), in [0, 1). Each pair of images is there
    once, of a block with its own images, too.
    """
    margin = reach * np.linalg.norm(np.linalg.inv(cell), axis=0)  # reach over the cell's heights
    most = np.ceil(margin).astype(int)
    steps = np.stack(np.meshgrid(*(np.arange(-m, m + 1) for m in most), indexing="ij"), axis=-1)
    steps = steps.reshape(-1, 3)  # in order: opposite steps stand opposite about the middle, zero
    inside = [
        np.all((fractions + s >= -margin) & (fractions + s <= 1.0 + margin), axis=1) for s in steps
    ]
    middle = len(steps) // 2
    inside[middle][:] = True
    order = [middle, *range(middle), *range(middle + 1, len(steps))]  # the cell itself first
    x = np.concatenate([fractions[inside[s]] + steps[s] for s in order]) @ cell
    owner = np.concatenate([np.flatnonzero(inside[s]) for s in order])
    step = np.concatenate([np.full(np.count_nonzero(inside[s]), s) for s in order])
    pairs = cKDTree(x).query_pairs(reach, output_type="ndarray")  # the smaller index first
    pairs = pairs[pairs[:, 0] < len(fractions)]  # it is in the cell itself
    i, j = owner[pairs].T
    once = (i < j) | ((i == j) & (step[pairs[:, 1]] > middle))
    d = x[pairs[once, 0]] - x[pairs[once, 1]]
    return np.stack((i[once], j[once]), axis=1).astype(np.int32), d


class PeriodicInteraction:
    """The operator m of blocks in a periodic box, in 1/ρc_t²; its error (2-norm) is below 1e-7.

    blocks: cell and points. Raises PhysicsError for α outside (1/4, 1), where two blocks coincide,
    and without finufft.
    """

    def __init__(self, blocks: PeriodicBlocks, alpha: float) -> None:
        self.blocks, self.alpha = blocks, check_alpha(alpha)
        reach = REACH * float(np.cbrt(blocks.volume))
        self.eta = TAIL / reach
        self.fractions = (blocks.points @ np.linalg.inv(blocks.cell)) % 1.0 % 1.0
        self._set_pairs(*near_pairs(self.fractions, blocks.cell, reach))
        self._plan_modes()

    def _set_pairs(self, pairs: np.ndarray, d: Array) -> None:
        """Near pairs, their displacements and B₁, B₂, B₃, times V/4π."""
        r = np.sqrt((d**2).sum(axis=1))
        apart = r > CLOSEST * np.cbrt(self.blocks.volume)
        if not np.all(apart):
            i, j = pairs[~apart][0]
            raise PhysicsError(f"`positions` must differ; blocks {i} and {j} coincide")
        factor = self.blocks.volume / (4.0 * np.pi)
        self._pairs, self._d = pairs, d
        self._b = factor * radial_weights(r, self.eta)
        self._own = factor * radial_weights(np.zeros(1), self.eta)[0]

    def _plan_modes(self) -> None:
        """Plans of finufft for three complex rows, each of two components of the stress."""
        largest = 2.0 * self.eta * TAIL  # |q|
        reach = largest * np.linalg.norm(self.blocks.cell, axis=1) / (2.0 * np.pi)
        self.modes = tuple(int(2 * m + 1) for m in np.floor(reach))
        x = np.ascontiguousarray(2.0 * np.pi * self.fractions.T)

        def plan(kind: int) -> Any:
            made = finufft("a random packing").Plan(
                kind,
                self.modes,
                eps=TOLERANCE,
                isign=-1 if kind == 1 else 1,
                upsampfac=UPSAMPLING,
                nthreads=1,
            )
            made.setpts(*x)
            return made

        self._plans = [(plan(1), plan(2)) for _ in range(3)]

    def __call__(self, stress: Array) -> Array:
        """m t, (n, 6) → (n, 6): plain components t_ij, contracted over all nine pairs."""
        t = np.ascontiguousarray(stress, dtype=np.float64)
        out = self._near(t)
        out += self._smooth(t)
        return out

    def _near(self, t: Array) -> Array:
        bounds = np.linspace(0, len(self._pairs), PARTS + 1).astype(int)
        rows = np.zeros((PARTS, *t.shape))

        def fill(first: int, stride: int) -> None:
            for part in range(first, PARTS, stride):
                add_pairs(
                    self._pairs, self._d, self._b, self.alpha, t, rows[part],
                    bounds[part], bounds[part + 1],
                )  # fmt: skip

        out = share_rows(fill, rows, PAIR_SECONDS * len(self._pairs))
        one = self._own[0]
        trace = (t[:, [0, 3, 5]].sum(axis=1) * (-0.5 * self.alpha * one))[:, None]
        return np.asarray(out + (1.0 - self.alpha) * one * t + trace * [1, 0, 0, 1, 0, 1])

    def _smooth(self, t: Array) -> Array:
        packed = [t[:, 2 * part] + 1j * t[:, 2 * part + 1] for part in range(3)]
        side_by_side = MODE_SECONDS * np.prod(self.modes) > THREADS_FROM
        each = ordered_map if side_by_side else map
        spectra: list[Complex] = list(
            each(lambda part: self._plans[part][0].execute(packed[part]), range(3))
        )
        factor = 1.0 / len(t)  # V over the volume of the box
        filter_modes(*spectra, self.blocks.reciprocal, self.eta, self.alpha, factor)
        back = each(lambda part: self._plans[part][1].execute(spectra[part]), range(3))
        return np.stack([half for row in back for half in (row.real, row.imag)], axis=1)
