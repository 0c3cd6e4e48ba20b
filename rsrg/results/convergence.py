"""How the error of M falls with the draws, and what each control variate saved."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from rsrg.config.schema import Config
from rsrg.ensemble.blocks import CHUNK
from rsrg.ensemble.coupling import (
    CouplingMoments,
    Volume,
    plain_coupling_moments,
    sampled_coupling_moments,
)
from rsrg.ensemble.harmonics import Harmonics
from rsrg.ensemble.sampling import control_means
from rsrg.physics.arrays import Array
from rsrg.results.chunk_means import MomentArrays
from rsrg.results.run import Run

LEAST = 4  # chunks of the first point


@dataclass(frozen=True)
class Convergence:
    """At one strain, for each reading: largest standard error of M, 1/ρc_t², against draws.

    draws: in each step, (points,). plain, controlled: without and with controls, (readings,
    points). saved: variance without any control over the variance with more and more of them, by
    name, (readings,).
    """

    strain: float
    draws: Array
    plain: Array
    controlled: Array
    saved: dict[str, Array]


def convergence(run: Run, material: int, strain: int) -> Convergence | None:
    """From the chunk means of a run, at an index of strain; None where it has none of draws."""
    if run.config.sampling.estimator != "montecarlo" or "coupling/moments" not in run:
        return None
    alpha, k = float(run.read("axes/alpha")[material]), strain
    draws = _Draws.at_strain(run, k)
    counts = _counts(draws.chunks)
    plain = [draws.first(n).plain() for n in counts]
    full = [draws.first(n).with_controls(None) for n in counts]
    saved = {
        name: (_largest(plain[-1], alpha) / _largest(moments, alpha)) ** 2
        for name, moments in draws.with_more_and_more()
    }
    return Convergence(
        strain=float(run.read("axes/strain")[k]),
        draws=np.array(counts) * CHUNK,
        plain=np.stack([_largest(m, alpha) for m in plain], axis=-1),
        controlled=np.stack([_largest(m, alpha) for m in full], axis=-1),
        saved=saved,
    )


def _counts(chunks: int) -> list[int]:
    """Doubling from LEAST chunks to all."""
    counts = [LEAST * 2**i for i in range(64) if LEAST * 2**i < chunks]
    return [*counts, chunks]


def _largest(moments: CouplingMoments, alpha: float) -> Array:
    """Largest standard error of M over steps and components, (readings,); rounding for none."""
    error = moments.coupling_stderr(alpha).max(axis=(0, 2, 3, 4))
    return np.maximum(error, np.finfo(np.float64).tiny)


@dataclass(frozen=True)
class _Draws:
    """The chunk means at one strain, and what is needed for their controls."""

    config: Config
    arrays: MomentArrays
    deformations: Array
    harmonics: Harmonics | None
    means: Array | None

    @classmethod
    def at_strain(cls, run: Run, k: int) -> "_Draws":
        """Those of a run, of as many steps as were drawn."""
        config = run.config
        whole = MomentArrays.from_run_file(run, config)
        steps = 1 if config.sampling.resample == "once" else len(whole.moments)
        one = slice(k, k + 1)
        volume, number = (
            None if v is None else v[:steps, :, one] for v in (whole.volume, whole.number)
        )
        arrays = MomentArrays(
            whole.moments[:steps, :, one], whole.unstrained[:steps], volume, number
        )
        blocks = config.blocks.blocks()
        deformations = config.strain.deformations()[one]
        means = (
            None if volume is None else control_means(blocks, config.reading_list(), deformations)
        )
        return cls(
            config, arrays, deformations, Harmonics.draw(blocks, run.chunks_per_seed, steps), means
        )

    @property
    def chunks(self) -> int:
        return int(self.arrays.moments.shape[3])

    def first(self, n: int) -> "_Draws":
        """The first n chunks alone."""
        a = self.arrays
        volume, number = (None if v is None else v[:, :, :, :n] for v in (a.volume, a.number))
        arrays = MomentArrays(a.moments[:, :, :, :n], a.unstrained[:, :n], volume, number)
        h = self.harmonics
        harmonics = None if h is None else replace(h, means=h.means[:, :n])
        return _Draws(self.config, arrays, self.deformations, harmonics, self.means)

    def plain(self) -> CouplingMoments:
        """Neither symmetry nor controls."""
        return plain_coupling_moments(
            self.arrays.moments, self.config.reading_list(), self.deformations
        )

    def with_controls(self, count: int | None) -> CouplingMoments:
        """With symmetry and the unstrained sum, and the first `count` of the further controls."""
        a, blocks = self.arrays, self.config.blocks.blocks()
        there = a.volume is not None and a.number is not None and self.means is not None
        volume = Volume(a.volume, a.number, self.means) if there else None  # type: ignore[arg-type]
        wanted = 2 if count is None else count
        return sampled_coupling_moments(
            a.moments,
            a.unstrained,
            self.config.reading_list(),
            self.deformations,
            blocks.isotropic,
            self.harmonics if wanted > 1 else None,
            volume if wanted > 0 else None,
        )

    def with_more_and_more(self) -> Iterator[tuple[str, CouplingMoments]]:
        """The controls that this run has, one added to another."""
        yield "symmetry and the unstrained sum", self.with_controls(0)
        if self.means is not None:
            yield "and the sum in the body's volume", self.with_controls(1)
        if self.harmonics is not None:
            yield "and the lattice's rotation", self.with_controls(2)
