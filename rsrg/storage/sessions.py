"""The sessions of work on a run file: one record each."""

from rsrg.storage.run_file import Snapshot

SESSION = ("started", "ended", "host", "versions", "engine", "sampling", "reason", "notes")


def sessions(snapshot: Snapshot) -> list[dict[str, str]]:
    """A record of each session of work on a run file; "" for fields that older files lack."""
    count = len(snapshot.read("provenance/started"))
    columns = [
        snapshot.read(f"provenance/{name}") if f"provenance/{name}" in snapshot else [""] * count
        for name in SESSION
    ]
    return [dict(zip(SESSION, map(str, row), strict=True)) for row in zip(*columns, strict=True)]
