"""What a run file records of each session of work: host, times, software, and how it ended."""

import logging
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rsrg.config.run_config import RunConfig
from rsrg.execution.chunk_timer import ChunkTimer
from rsrg.execution.clock import CLOCK
from rsrg.execution.run_log import RunLog
from rsrg.storage import provenance
from rsrg.storage.encoding import SCHEMA_VERSION, Attribute
from rsrg.storage.run_file import Snapshot
from rsrg.storage.sessions import SESSION, sessions


@dataclass
class SessionRecord:
    """All sessions so far, the present one last, and when the file was made and last saved.

    sessions: one record each, see `storage.sessions.SESSION`. timer, log: of the present session.
    """

    created: str
    updated: str = ""
    sessions: list[dict[str, str]] = field(default_factory=list)
    timer: ChunkTimer = field(default_factory=ChunkTimer)
    log: RunLog = field(default_factory=RunLog)

    @classmethod
    def from_run_file(cls, snapshot: Snapshot) -> "SessionRecord":
        """The sessions that are recorded in a run file."""
        a = snapshot.attributes
        return cls(str(a["created"]), str(a["updated"]), sessions(snapshot))

    def begin(self, engine: str, note: str, log: RunLog) -> None:
        """Add a session, that of this process. note: a remark, such as a lock taken over."""
        self.log = log
        software = ", ".join(f"{k} {v}" for k, v in provenance.versions().items())
        before = self.sessions[-1]["versions"] if self.sessions else software
        start = CLOCK.now()
        values = (start, start, provenance.host(), software, engine, "0", "running", "")
        self.sessions.append(dict(zip(SESSION, values, strict=True)))
        if note:
            self.note(note)
        if software != before:
            self.note(f"versions changed: {_changes(before, software)}")

    def update(self, **values: str) -> None:
        """Set fields of the present session."""
        self.sessions[-1] |= values

    def chunks_done(self, count: int) -> None:
        """Note that more chunks of draws are done, and what all of this session took."""
        self.timer.chunks_done(count)
        self.update(sampling=f"{self.timer.seconds():.3f}")

    def note(self, text: str) -> None:
        """Add a remark to the present session, and to the log."""
        notes = self.sessions[-1]["notes"]
        self.update(notes=f"{notes}; {text}" if notes else text)
        self.log.write(logging.WARNING, "%s", text)

    def stamp(self) -> str:
        """Record the time of a save, with a remark where the clock went back."""
        now = CLOCK.now()
        if now < self.updated:
            self.note(f"the clock went back from {self.updated} to {now}")
        self.updated = now
        self.update(ended=now)
        return now

    def present(self) -> str:
        """Host, process, versions and engine of the present session, on one line."""
        s = self.sessions[-1]
        return f"process {s['host']}, sums by engine {s['engine']}, {s['versions']}"

    def datasets(self) -> dict[str, Any]:
        """The datasets of a run file, by path, with their axis."""
        columns = {f"provenance/{k}": [s[k] for s in self.sessions] for k in SESSION}
        return {"axes/session": np.arange(len(self.sessions)), **columns}


def run_attributes(
    filetype: str, status: str, config: RunConfig, record: SessionRecord
) -> dict[str, Attribute]:
    """The root attributes of a run file of any kind."""
    return {
        "filetype": filetype,
        "schema_version": SCHEMA_VERSION,
        "title": config.title,
        "status": status,
        "config": config.resolved(),
        "config_hash": config.digest(),
        "config_text": config.text(),
        "created": record.created,
        "updated": record.stamp(),
        **provenance.provenance_attributes(),
    }


def _changes(before: str, after: str) -> str:
    """The packages whose versions differ: `numpy 2.0.0 → 2.1.0`."""
    old = dict(part.split(" ", 1) for part in before.split(", ") if " " in part)
    new = dict(part.split(" ", 1) for part in after.split(", "))
    changed = [k for k in new if old.get(k) != new[k]]
    return ", ".join(f"{k} {old.get(k, 'none')} → {new[k]}" for k in changed)
