"""What a run has so far: raw chunk means, how many chunks are done, and its sessions."""

import logging
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rsrg.config.schema import Config
from rsrg.config.stored import stored_config
from rsrg.ensemble.sampling import Means
from rsrg.execution.clock import CLOCK
from rsrg.execution.pool_state import PoolState
from rsrg.physics.channels import strain_channels
from rsrg.physics.pairs import PAIR_NAMES
from rsrg.results.chunk_means import (
    Cases,
    chunks_complete,
    chunks_done,
    copy_means,
    means_datasets,
    no_means,
    saved_means,
    take_chunk,
)
from rsrg.results.derive import CROSSINGS
from rsrg.storage import provenance
from rsrg.storage.run_file import FILETYPE, SCHEMA_VERSION, Attribute, Snapshot
from rsrg.storage.sessions import SESSION, sessions
from rsrg.sums.batch import batch_engine

LOG = logging.getLogger("rsrg.runs")


@dataclass
class State:
    """The raw results of a run, chunk by chunk. NaN where nothing is done yet.

    means: all chunk means. done: chunks done in each step. pool: the blocks of a quenched run; None
    where blocks are equal.
    """

    config: Config
    means: Means
    done: np.ndarray
    created: str
    updated: str = ""
    sessions: list[dict[str, str]] = field(default_factory=list)
    pool: PoolState | None = None

    @classmethod
    def empty(cls, config: Config) -> "State":
        """Nothing done."""
        done = np.zeros(config.steps(), dtype=np.int64)
        return cls(config, no_means(config), done, created=CLOCK.now())

    @classmethod
    def start(cls, config: Config) -> "State":
        """Nothing done, but the first blocks of a quenched run there."""
        state = cls.empty(config)
        state.pool = PoolState.start(config) if config.flow.quenched else None
        return state

    @classmethod
    def of(cls, snapshot: Snapshot) -> "State":
        """The state saved in a run file. Raises RunFileError if its parts do not fit together."""
        config = stored_config(snapshot)
        means, done = saved_means(snapshot, config), chunks_done(snapshot, config)
        state = cls(config, means, done, created=str(snapshot.attributes["created"]))
        state.updated = str(snapshot.attributes["updated"])
        state.sessions = sessions(snapshot)
        if config.flow.quenched:
            state.pool = PoolState.of(snapshot, state.config)
        return state

    @property
    def sums(self) -> bool:
        """Whether this run sums over blocks at all."""
        return self.config.sampling.estimator != "formula"

    def extended(self, config: Config) -> "State":
        """The same results under a config that asks for the same or more (see `extension`)."""
        larger = State.empty(config)
        readings = np.array([config.readings.index(r) for r in self.config.readings])
        strains = np.searchsorted(config.strain.strains(), self.config.strain.strains())
        copy_means(self.means, larger.means, readings, strains)
        larger.done = chunks_complete(larger.means)
        larger.created, larger.updated = self.created, self.updated
        larger.sessions = self.sessions
        larger.pool = self.pool
        return larger

    @property
    def complete(self) -> bool:
        """Whether no sum over blocks is missing."""
        return not self.sums or bool((self.done == self.config.chunks()).all())

    @property
    def progress(self) -> tuple[int, int]:
        """Chunks done, and chunks in all."""
        done, total = int(self.done.sum()), len(self.done) * self.config.chunks()
        if self.pool:
            done += int(self.pool.done.sum())
            total += len(self.done) * self.pool.chunks
        return done, total

    def missing(self, step: int, chunk: int) -> list[Cases]:
        """What of a chunk is still to be computed: all cases, or those that an extension added."""
        blank = np.isnan(self.means.moments[step, :, :, chunk, 0])
        groups: dict[tuple[int, ...], list[int]] = {}
        for reading, row in enumerate(blank):
            if row.any():
                groups.setdefault(tuple(np.flatnonzero(row).tolist()), []).append(reading)
        return [(tuple(readings), strains) for strains, readings in groups.items()]

    def take(self, step: int, chunk: int, cases: Cases, new: Means) -> None:
        """Keep the means of one chunk of some cases."""
        take_chunk(self.means, step, chunk, cases, new)
        while self.done[step] < self.config.chunks() and not self.missing(step, self.done[step]):
            self.done[step] += 1

    def begin_session(self, note: str) -> None:
        """Note who works on the run from now on, and what is worth knowing about it."""
        software = ", ".join(f"{k} {v}" for k, v in provenance.versions().items())
        before = self.sessions[-1]["versions"] if self.sessions else software
        start = CLOCK.now()
        engine = _engine(self.config)
        values = (start, start, provenance.host(), software, engine, "0", "running", "")
        self.sessions.append(dict(zip(SESSION, values, strict=True)))
        if note:
            self.note(note)
        if software != before:
            self.note(f"versions changed: {_changes(before, software)}")

    def session_text(self) -> str:
        """Who works on the run, where, and by what, in a line."""
        s = self.sessions[-1]
        return f"process {s['host']}, sums by engine {s['engine']}, {s['versions']}"

    def note(self, text: str) -> None:
        """Keep a remark in the session's record, and tell whoever listens to the log."""
        notes = self.sessions[-1]["notes"]
        self.sessions[-1]["notes"] = f"{notes}; {text}" if notes else text
        LOG.warning(text)

    def _stamp(self) -> str:
        """The time of a save. A clock that went back is noted: nothing is ordered by it."""
        time = CLOCK.now()
        if time < self.updated:
            self.note(f"the clock went back from {self.updated} to {time}")
        self.updated = self.sessions[-1]["ended"] = time
        return time

    def attributes(self, status: str) -> dict[str, Attribute]:
        """The root attributes of the run file."""
        return {
            "filetype": FILETYPE,
            "schema_version": SCHEMA_VERSION,
            "title": self.config.title,
            "status": status,
            "config": self.config.resolved(),
            "config_hash": self.config.digest(),
            "config_text": self.config.text(),
            "created": self.created,
            "updated": self._stamp(),
            **provenance.provenance_attributes(),
        }

    def datasets(self) -> dict[str, Any]:
        """The datasets of a checkpoint, by path."""
        log = {f"provenance/{k}": [s[k] for s in self.sessions] for k in SESSION}
        return {
            **_axes(self.config),
            "axes/session": np.arange(len(self.sessions)),
            **(means_datasets(self.means) if self.sums else {}),
            **(self.pool.datasets() if self.pool else {}),
            "checkpoint/chunks_done": self.done,
            **log,
        }


def _engine(config: Config) -> str:
    """What does the sums of this run: see `sums.batch` for `pairs` and `rows`."""
    if config.sampling.estimator != "montecarlo":
        return {"exact": "exact mean", "formula": "none"}[config.sampling.estimator]
    has_rows = (
        config.blocks.blocks().perfect and config.blocks.lattice != "hcp"
    )  # hcp has gaps in its rows
    return batch_engine(config.blocks.n0**3) if has_rows else "pairs"


def _changes(before: str, after: str) -> str:
    """The packages whose versions differ: `numpy 2.0.0 → 2.1.0`."""
    old = dict(part.split(" ", 1) for part in before.split(", ") if " " in part)
    new = dict(part.split(" ", 1) for part in after.split(", "))
    changed = [k for k in new if old.get(k) != new[k]]
    return ", ".join(f"{k} {old.get(k, 'none')} → {new[k]}" for k in changed)


def _axes(config: Config) -> dict[str, Any]:
    """The dimension scales that every run has."""
    glasses, start = config.glasses(), config.lengths.start_meters()
    ratios = config.blocks.n0 ** np.cumsum(config.step_weights())
    lengths = {} if start is None else {"axes/length": start * ratios}
    return {
        "axes/material": [m.name for m in glasses],
        "axes/alpha": [m.alpha for m in glasses],
        "axes/step": np.arange(1, config.steps() + 1),
        "axes/length_ratio": ratios,
        **lengths,
        "axes/reading": [str(r) for r in config.reading_list()],
        "axes/strain": config.strain.strains(),
        "axes/row": list("xyz"),
        "axes/column": list("xyz"),
        "axes/direction": config.strain.direction(),
        "axes/pair": list(PAIR_NAMES),
        "axes/pair_kl": list(PAIR_NAMES),
        "axes/channel": list(strain_channels(config.strain.direction()).names),
        "axes/crossing": np.arange(1, CROSSINGS + 1),
    }
