"""What a run has so far: raw chunk means, how many chunks are done, and its sessions."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.channels import strain_channels
from rsrg.physics.interaction import QUARTIC_NAMES
from rsrg.physics.pairs import PAIR_NAMES
from rsrg.runs import provenance
from rsrg.runs.config import Config
from rsrg.runs.results import CROSSINGS
from rsrg.runs.sessions import SESSION, sessions
from rsrg.runs.store import FILETYPE, SCHEMA_VERSION, Attribute, Snapshot
from rsrg.sums.batch import batch_engine


@dataclass
class State:
    """The raw results of a run, chunk by chunk. NaN where nothing is done yet."""

    config: Config
    moments: Array
    unstrained: Array
    done: np.ndarray
    created: str
    sessions: list[dict[str, str]] = field(default_factory=list)

    @classmethod
    def empty(cls, config: Config) -> "State":
        """Nothing done."""
        steps, chunks = config.steps(), config.chunks()
        cases = (len(config.readings), len(config.strain.strains()))
        return cls(
            config=config,
            moments=np.full((steps, *cases, chunks, 15), np.nan),
            unstrained=np.full((steps, chunks, 15), np.nan),
            done=np.zeros(steps, dtype=np.int64),
            created=provenance.now(),
        )

    @classmethod
    def of(cls, snapshot: Snapshot) -> "State":
        """The state saved in a run file."""
        config = Config.model_validate_json(snapshot.attributes["config"])
        state = cls.empty(config.with_text(snapshot.attributes["config_text"]))
        if state.sums:
            state.moments = snapshot.read("coupling/moments")
            state.unstrained = snapshot.read("coupling/moments_unstrained")
        state.done = snapshot.read("checkpoint/chunks_done")
        state.created = snapshot.attributes["created"]
        state.sessions = sessions(snapshot)
        return state

    @property
    def sums(self) -> bool:
        """Whether this run sums over blocks at all."""
        return self.config.sampling.estimator != "formula"

    def extended(self, config: Config) -> "State":
        """The same results under a config that asks for more chunks (or the same)."""
        larger = State.empty(config)
        old = self.moments.shape[-2]
        larger.moments[..., :old, :] = self.moments
        larger.unstrained[:, :old] = self.unstrained
        larger.done, larger.created, larger.sessions = self.done, self.created, self.sessions
        return larger

    def begin_session(self) -> None:
        """Note who works on the run from now on."""
        software = ", ".join(f"{k} {v}" for k, v in provenance.versions().items())
        start = provenance.now()
        values = (start, start, provenance.host(), software, _engine(self.config), "0", "running")
        self.sessions.append(dict(zip(SESSION, values, strict=True)))

    def attributes(self, status: str) -> dict[str, Attribute]:
        """The root attributes of the run file."""
        commit, dirty = provenance.git_state()
        return {
            "filetype": FILETYPE,
            "schema_version": SCHEMA_VERSION,
            "title": self.config.title,
            "status": status,
            "config": self.config.resolved(),
            "config_hash": self.config.digest(),
            "config_text": self.config.text(),
            "created": self.created,
            "updated": provenance.now(),
            "host": provenance.host(),
            "git_commit": commit,
            "git_dirty": dirty,
            **{f"{name}_version": v for name, v in provenance.versions().items()},
        }

    def datasets(self) -> dict[str, Any]:
        """The datasets of a checkpoint, by path."""
        sums = {
            "axes/chunk": np.arange(self.moments.shape[-2]),
            "axes/quartic": list(QUARTIC_NAMES),
            "coupling/moments": self.moments,
            "coupling/moments_unstrained": self.unstrained,
        }
        log = {f"provenance/{k}": [s[k] for s in self.sessions] for k in SESSION}
        return {
            **_axes(self.config),
            "axes/session": np.arange(len(self.sessions)),
            **(sums if self.sums else {}),
            "checkpoint/chunks_done": self.done,
            **log,
        }


def _engine(config: Config) -> str:
    """What does the sums of this run: see `sums.batch` for `pairs` and `rows`."""
    if config.sampling.estimator == "montecarlo" and not config.blocks.perfect:
        return "pairs"
    if config.sampling.estimator == "montecarlo":
        return batch_engine(config.blocks.n0**3)
    return {"exact": "exact mean", "formula": "none"}[config.sampling.estimator]


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
