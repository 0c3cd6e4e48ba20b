"""The pool of a quenched run: its blocks, step by step, and what is kept of every generation.

Generation n is the pool of blocks of size L_n = L₁ N0ⁿ. The pool in hand and the one that grows
from it are in every checkpoint, so a resumed run gives the bits of an uninterrupted one.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rsrg.config.block_ensemble import initial_law
from rsrg.config.schema import Config
from rsrg.ensemble.draws import CHUNK
from rsrg.ensemble.initial import initial_pool
from rsrg.ensemble.pool import SUBPOOLS
from rsrg.ensemble.pool_statistics import (
    EDGES,
    MOMENT_NAMES,
    QUANTILES,
    SUMMARY_NAMES,
    describe_pool,
    scatter_of_share,
    variance_exponent,
)
from rsrg.execution.sampler import config_pool_step
from rsrg.execution.tasks import Bundle, Grown
from rsrg.physics.arrays import Array
from rsrg.physics.channels import strain_channels
from rsrg.storage.run_file import Snapshot

COPIES = 5  # of a pool in memory, at most: in hand, growing, and while described


def pool_bytes(config: Config) -> int:
    """The size of one pool: P × strains × readings × materials × 36 doubles."""
    cases = len(config.strain.strains()) * len(config.readings) * len(config.materials)
    return 8 * 36 * config.flow.blocks * cases


@dataclass
class PoolState:
    """The pool in hand, the next one as far as it is, and the statistics of those before.

    chi, new: (materials, readings, strains, P, 6, 6). done: chunks done in each step. found: by
    name, (materials, generations, ...), NaN where nothing is done yet. origin: SHA-256 of the first
    blocks of each glass.
    """

    config: Config
    origin: list[str]
    chi: Array
    new: Array
    stability: Array
    done: np.ndarray
    found: dict[str, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.step = config_pool_step(self.config)

    @classmethod
    def start(cls, config: Config) -> "PoolState":
        """The first blocks. Raises ConfigError where they cannot be had."""
        law, size = initial_law(config.flow.initial), config.flow.blocks
        glasses, seed = config.glasses(), config.sampling.seed
        first = np.stack([initial_pool(law, m.alpha, size, seed) for m in glasses])
        shape = config_pool_step(config).shape
        state = cls(
            config=config,
            origin=[hashlib.sha256(f.tobytes()).hexdigest() for f in first],
            chi=np.broadcast_to(first[:, None, None], shape).copy(),
            new=np.full(shape, np.nan),
            stability=np.full(shape[:-2], np.nan),
            done=np.zeros(config.steps(), dtype=np.int64),
        )
        state.describe()
        return state

    @classmethod
    def of(cls, snapshot: Snapshot, config: Config) -> "PoolState":
        """The pool saved in a run file."""
        chi = snapshot.read("pool/chi")
        growing = "pool/chi_next" in snapshot
        new = snapshot.read("pool/chi_next") if growing else np.full(chi.shape, np.nan)
        stability = np.full(chi.shape[:-2], np.nan)
        if "pool/stability" in snapshot:
            stability = snapshot.read("pool/stability")
        names = [n for n in snapshot.names("pool/") if n not in RAW]
        found = {n.removeprefix("pool/"): snapshot.read(n) for n in names}
        done = snapshot.read("checkpoint/pool_chunks_done")
        origin = [str(h) for h in snapshot.read("pool/initial_sha256")]
        return cls(config, origin, chi, new, stability, done, found)

    @property
    def chunks(self) -> int:
        """Chunks of super blocks in each step."""
        return self.config.flow.blocks // CHUNK

    @property
    def generation(self) -> int:
        """Steps taken by the pool in hand."""
        return int((self.done == self.chunks).sum())

    def missing(self, step: int, most: int) -> Iterator[Bundle]:
        """What is left of a step, in order; no bundle reaches beyond a part of the pool."""
        chunk = int(self.done[step])
        while chunk < self.chunks:
            end = min(chunk + most, self.step.part(chunk).stop // CHUNK)
            yield step, chunk, end
            chunk = end

    def part(self, bundle: Bundle) -> Array:
        """The blocks that a bundle is made of, (materials, readings, strains, n, 6, 6)."""
        return np.ascontiguousarray(self.chi[:, :, :, self.step.part(bundle[1])])

    def put(self, bundle: Bundle, grown: Grown) -> None:
        """Keep a bundle; with the last of a step the next generation is in hand, and described."""
        step, first, end = bundle
        place = slice(first * CHUNK, end * CHUNK)
        self.new[:, :, :, place], self.stability[:, :, :, place] = grown
        self.done[step] = end
        if end == self.chunks:
            self.chi, self.new = self.new, self.chi
            self.new[:] = np.nan
            self.describe()

    def describe(self) -> None:
        """The statistics of the pool in hand."""
        strains, contraction = self.config.strain.strains(), self.config.flow.contraction
        channels = strain_channels(self.config.strain.direction())
        for i in range(len(self.chi)):
            found = describe_pool(self.chi[i], strains, contraction, channels)
            if self.config.flow.update == "harmonic" and self.generation > 0:
                stability = self.stability[i]
                found["unstable"], found["unstable_stderr"] = scatter_of_share(stability < 0.0)
                found["stability_quantiles"] = np.moveaxis(
                    np.quantile(stability, QUANTILES, axis=-1), 0, -1
                )
            for name, values in found.items():
                self._rows(name, values)[i, self.generation] = values

    def _rows(self, name: str, like: Array) -> Array:
        """The kept values of a name, made when it is first met."""
        if name not in self.found:
            shape = (len(self.chi), len(self.done) + 1, *like.shape)
            whole = like.dtype.kind == "i"
            self.found[name] = np.full(shape, -1) if whole else np.full(shape, np.nan)
        return self.found[name]

    def datasets(self) -> dict[str, Any]:
        """The datasets of a checkpoint, by path."""
        growing = self.done.sum() % self.chunks > 0
        harmonic = self.config.flow.update == "harmonic"
        return {
            **_axes(self.config),
            **{f"pool/{name}": values for name, values in self.found.items()},
            "pool/initial_sha256": self.origin,
            "pool/chi": self.chi,
            **({"pool/chi_next": self.new} if growing else {}),
            **({"pool/stability": self.stability} if harmonic else {}),
            "checkpoint/pool_chunks_done": self.done,
        }

    def conclusions(self) -> dict[str, Any]:
        """What can be said at the end: does the distribution narrow with L?"""
        ratios = _ratios(self.config)
        rows = [
            variance_exponent(parts, whole, failed, ratios)
            for parts, whole, failed in zip(
                self.found["relative_variance_parts"],
                self.found["relative_variance"],
                self.found["failed"],
                strict=True,
            )
        ]
        slopes, errors = (np.stack(values) for values in zip(*rows, strict=True))
        return {"pool/narrowing": slopes, "pool/narrowing_stderr": errors}


RAW = (
    "pool/initial_sha256",
    "pool/chi",
    "pool/chi_next",
    "pool/stability",
    "pool/narrowing",
    "pool/narrowing_stderr",
)


def _ratios(config: Config) -> Array:
    """L_n / L₁ of every generation."""
    return np.float64(config.blocks.n0) ** np.arange(config.steps() + 1, dtype=np.float64)


def _axes(config: Config) -> dict[str, Any]:
    """The dimension scales of `/pool`."""
    return {
        "axes/generation": np.arange(config.steps() + 1),
        "axes/generation_length_ratio": _ratios(config),
        "axes/block": np.arange(config.flow.blocks),
        "axes/part": np.arange(SUBPOOLS),
        "axes/level": np.arange(1, 7),
        "axes/moment": list(MOMENT_NAMES),
        "axes/summary": list(SUMMARY_NAMES),
        "axes/quantile": QUANTILES,
        "axes/bin": np.concatenate(([-np.inf], EDGES)),
    }
