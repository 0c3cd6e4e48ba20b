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
from rsrg.physics.pairs import pair_weights
from rsrg.sums.ewald.nufft import finufft
from rsrg.sums.kernels.interaction import add_pairs, filter_modes
from rsrg.sums.threads import THREADS_FROM, ordered_map, share_rows

REACH = 5.0  # cube roots of V, of near pairs at most: more pairs would take too much memory
TAIL = 4.8  # η times the reach, and q/2η: e^{−23} is left out, and the operator good to 1e-7
TOLERANCE = 1e-8  # of finufft
UPSAMPLING = 1.25  # of its grid: half the time that 2 takes at this tolerance
PARTS = 8  # of the near pairs, that threads share; fixed, so that sums do not depend on threads
PAIR_SECONDS, MODE_SECONDS = 1.5e-8, 1.0e-7  # core seconds, to choose where threads pay


class PeriodicInteraction:
    """The operator m of blocks in a periodic box, in 1/ρc_t²; its error (2-norm) is below 1e-7.

    blocks: cell and points. Raises PhysicsError for α outside (1/4, 1), where two blocks coincide,
    and without finufft.
    """

    def __init__(self, blocks: PeriodicBlocks, alpha: float) -> None:
        self.blocks, self.alpha = blocks, check_alpha(alpha)
        self._weights = pair_weights("tensor")
        heights = 1.0 / np.linalg.norm(np.linalg.inv(blocks.cell), axis=0)
        reach = min(REACH * np.cbrt(blocks.volume), 0.499 * float(heights.min()))
        self.eta = TAIL / reach
        self._find_pairs(reach)
        self._plan_modes()

    def _find_pairs(self, reach: float) -> None:
        """Pairs nearer than reach, their displacements and B₁, B₂, B₃, times V/4π."""
        inverse = np.linalg.inv(self.blocks.cell)
        self.fractions = (self.blocks.points @ inverse) % 1.0 % 1.0
        tree = cKDTree(self.fractions, boxsize=np.ones(3))
        widest = reach * float(np.linalg.norm(inverse, 2))
        pairs = tree.query_pairs(min(widest, 0.87), output_type="ndarray")
        d = self.fractions[pairs[:, 0]] - self.fractions[pairs[:, 1]]
        d = (d - np.rint(d)) @ self.blocks.cell
        r = np.sqrt((d**2).sum(axis=1))
        near = r <= reach
        self._pairs, self._d = pairs[near].astype(np.int32), np.ascontiguousarray(d[near])
        if not np.all(r > 0.0):
            i, j = pairs[r == 0.0][0]
            raise PhysicsError(f"`positions` must differ; blocks {i} and {j} coincide")
        factor = self.blocks.volume / (4.0 * np.pi)
        self._b = factor * radial_weights(r[near], self.eta)
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
