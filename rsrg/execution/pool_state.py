"""The pool of a quenched run: its blocks, step by step, and the statistics of every generation.

Generation n is the pool of blocks of size L_n = L₁ N0ⁿ. Every checkpoint holds the present pool and
the next one, as far as it is made, so a resumed run gives the same bits as an uninterrupted one.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from rsrg.config.block_ensemble import initial_law
from rsrg.config.run_config import POOL_CHUNKS
from rsrg.config.schema import Config
from rsrg.ensemble.blocks import CHUNK
from rsrg.ensemble.initial import initial_pool
from rsrg.ensemble.pool_statistics import (
    QUANTILES,
    describe_pool,
    scatter_of_share,
)
from rsrg.execution.sampler import config_pool_step
from rsrg.execution.tasks import ChunkUnit, SuperBlocks
from rsrg.physics.arrays import Array
from rsrg.physics.channels import strain_channels
from rsrg.results.axes import pool_axes
from rsrg.results.pool_conclusions import pool_conclusions
from rsrg.storage.run_file import Snapshot

NOT_STATISTICS = (
    "pool/initial_sha256",
    "pool/chi",
    "pool/chi_next",
    "pool/stability",
    "pool/narrowing",
    "pool/narrowing_stderr",
)


@dataclass
class PoolState:
    """The present pool, the next one as far as it is made, and the statistics of all so far.

    chi: present pool, new: next one, (materials, readings, strains, P, 6, 6). stability: lowest
    Hessian eigenvalue of the newest super blocks, (materials, readings, strains, P). done: chunks
    of super blocks done in each step. statistics: by name, (materials, generations, ...), NaN where
    nothing is done yet. initial_sha256: of the first blocks of each glass.
    """

    config: Config
    initial_sha256: list[str]
    chi: Array
    new: Array
    stability: Array
    done: np.ndarray
    statistics: dict[str, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.step = config_pool_step(self.config)

    @classmethod
    def initial(cls, config: Config) -> Self:
        """The first blocks. Raises ConfigError or PhysicsError where they are invalid."""
        law, size = initial_law(config.flow.initial), config.flow.blocks
        glasses, seed = config.glasses(), config.sampling.seed
        first = np.stack([initial_pool(law, m.alpha, size, seed) for m in glasses])
        shape = config_pool_step(config).shape
        state = cls(
            config=config,
            initial_sha256=[hashlib.sha256(f.tobytes()).hexdigest() for f in first],
            chi=np.broadcast_to(first[:, None, None], shape).copy(),
            new=np.full(shape, np.nan),
            stability=np.full(shape[:-2], np.nan),
            done=np.zeros(config.steps(), dtype=np.int64),
        )
        state.describe()
        return state

    @classmethod
    def from_run_file(cls, snapshot: Snapshot, config: Config) -> Self:
        """The pool saved in a run file."""
        chi = snapshot.read("pool/chi")
        new, stability = np.full(chi.shape, np.nan), np.full(chi.shape[:-2], np.nan)
        if "pool/chi_next" in snapshot:
            new = snapshot.read("pool/chi_next")
        if "pool/stability" in snapshot:
            stability = snapshot.read("pool/stability")
        names = [n for n in snapshot.names("pool/") if n not in NOT_STATISTICS]
        statistics = {n.removeprefix("pool/"): snapshot.read(n) for n in names}
        done = snapshot.read(POOL_CHUNKS)
        hashes = [str(h) for h in snapshot.read("pool/initial_sha256")]
        return cls(config, hashes, chi, new, stability, done, statistics)

    @property
    def chunks(self) -> int:
        """Chunks of super blocks in each step."""
        return self.config.flow.blocks // CHUNK

    @property
    def generation(self) -> int:
        """Steps taken by the present pool."""
        return int((self.done == self.chunks).sum())

    def missing(self, step: int, size: Callable[[int], int]) -> Iterator[ChunkUnit]:
        """The missing chunks of a step in units, each within one subpool.

        size: of the next unit at most, from the number of chunks that are left.
        """
        chunk = int(self.done[step])
        while chunk < self.chunks:
            end = min(chunk + size(self.chunks - chunk), self.step.subpool(chunk).stop // CHUNK)
            yield step, range(chunk, end)
            chunk = end

    def subpool(self, chunk: int) -> Array:
        """χ of the blocks that a chunk is made of, (materials, readings, strains, n, 6, 6)."""
        return np.ascontiguousarray(self.chi[:, :, :, self.step.subpool(chunk)])

    def store(self, step: int, chunks: range, new: SuperBlocks) -> None:
        """Store some chunks of super blocks; a complete step becomes the present pool."""
        place = slice(chunks.start * CHUNK, chunks.stop * CHUNK)
        self.new[:, :, :, place], self.stability[:, :, :, place] = new
        self.done[step] = chunks.stop
        if chunks.stop == self.chunks:
            self.chi, self.new = self.new, self.chi
            self.new[:] = np.nan
            self.describe()

    def describe(self) -> None:
        """Compute the statistics of the present pool."""
        strains, contraction = self.config.strain.strains(), self.config.flow.contraction
        channels = strain_channels(self.config.strain.direction())
        for i in range(len(self.chi)):
            statistics = describe_pool(self.chi[i], strains, contraction, channels)
            if self.config.flow.update == "harmonic" and self.generation > 0:
                statistics |= self._stability_statistics(i)
            for name, values in statistics.items():
                self._kept(name, values)[i, self.generation] = values

    def _stability_statistics(self, material: int) -> dict[str, Array]:
        """Share of unstable super blocks, and quantiles of their lowest Hessian eigenvalue."""
        lowest = self.stability[material]
        share, error = scatter_of_share(lowest < 0.0)
        quantiles = np.moveaxis(np.quantile(lowest, QUANTILES, axis=-1), 0, -1)
        return {"unstable": share, "unstable_stderr": error, "stability_quantiles": quantiles}

    def _kept(self, name: str, like: Array) -> Array:
        """The array of a statistic over all generations, allocated when it is first computed."""
        if name not in self.statistics:
            shape = (len(self.chi), len(self.done) + 1, *like.shape)
            empty = -1 if like.dtype.kind == "i" else np.nan
            self.statistics[name] = np.full(shape, empty)
        return self.statistics[name]

    def datasets(self) -> dict[str, Any]:
        """The datasets of a checkpoint, by path."""
        step_begun = self.done.sum() % self.chunks > 0
        harmonic = self.config.flow.update == "harmonic"
        return {
            **pool_axes(self.config),
            **{f"pool/{name}": values for name, values in self.statistics.items()},
            "pool/initial_sha256": self.initial_sha256,
            "pool/chi": self.chi,
            **({"pool/chi_next": self.new} if step_begun else {}),
            **({"pool/stability": self.stability} if harmonic else {}),
            POOL_CHUNKS: self.done,
        }

    def conclusions(self) -> dict[str, Any]:
        """The datasets that need the whole flow."""
        return pool_conclusions(self.config, self.statistics)
