"""One run out of a file of merged runs, as the run that it was."""

from collections.abc import Callable
from typing import Any

import numpy as np

from rsrg.results.member_record import MemberRecord
from rsrg.storage.encoding import SCHEMA_VERSION, encode
from rsrg.storage.layout import ENTRIES
from rsrg.storage.run_file import Snapshot

Read = Callable[[str], Any]
FOR_CRITICAL_STRAINS = ("axes/", "critical/", "flow/inverse_eigenvalues")


def member_snapshot(
    merged: Snapshot, read: Read, record: MemberRecord, groups: tuple[str, ...] = ("",)
) -> Snapshot:
    """The run file of a member, whose path leads through that of the merged file.

    read: gives a dataset of the merged file. groups: with what the paths of its datasets begin.
    """
    names = [n for n in merged.names("") if n in ENTRIES and n not in record.absent]
    datasets = {n: _own(merged, read, record, n) for n in names if n.startswith(groups)}
    datasets |= {n: values for n, values in record.rest.items() if n.startswith(groups)}
    attributes = record.attributes | {"schema_version": SCHEMA_VERSION}
    return Snapshot.from_content(merged.path / record.name, encode(attributes, datasets))


def _own(merged: Snapshot, read: Read, record: MemberRecord, name: str) -> Any:
    """The part of a dataset that is of one run."""
    values, dims = np.asarray(read(name)), ENTRIES[name].dims
    if values.ndim > len(dims):
        values = values[tuple(record.place)]
    for axis, dim in enumerate(dims):
        chosen = record.axes.get(dim)
        if chosen is not None:
            indices = range(chosen) if isinstance(chosen, int) else chosen
            values = values.take(list(indices), axis=axis)
    return values.astype(np.int64) if name in record.integers else values
