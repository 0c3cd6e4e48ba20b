"""What a run file records of each session of work: host, times, software, and how it ended."""

import logging
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rsrg.config.run_config import RunConfig
from rsrg.execution.chunk_timer import ChunkTimer
from rsrg.execution.clock import CLOCK
from rsrg.execution.run_log import RunLog
from rsrg.execution.tasks import environment_fingerprint
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
        software, changed = _software(), self.changes()
        start = CLOCK.now()
        values = (start, start, provenance.host(), software, engine, "0", "running", "")
        self.sessions.append(dict(zip(SESSION, values, strict=True)))
        if note:
            self.note(note)
        if changed:
            self.note(f"versions changed: {changed}")

    def changes(self) -> str:
        """What the last bits depend on and is otherwise than in the last session; "" for nothing.

        Software, and the kind of processor, which an older rsrg did not record.
        """
        return _changes(self.sessions[-1]["versions"], _software()) if self.sessions else ""

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
        software = provenance.versions_text(s["versions"])
        return f"process {s['host']}, sums by engine {s['engine']}, {software}"

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


def _software() -> str:
    """All that the last bits of results depend on: versions, and the kind of processor."""
    return ", ".join(f"{k} {v}" for k, v in environment_fingerprint().items())


def _changes(before: str, after: str) -> str:
    """What differs of that which was known before: `numpy 2.0.0 → 2.1.0`."""
    old = dict(part.split(" ", 1) for part in before.split(", ") if " " in part)
    new = dict(part.split(" ", 1) for part in after.split(", "))
    return ", ".join(f"{k} {old[k]} → {new[k]}" for k in new if k in old and old[k] != new[k])
