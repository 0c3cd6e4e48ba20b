"""The runs of a file of merged runs by name, each read from the arrays of all of them."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from rsrg.errors import RunFileError
from rsrg.results.member_record import RECORD, MemberRecord
from rsrg.results.member_run import member_snapshot
from rsrg.results.opened_file import OpenedFile
from rsrg.results.run import Run


class MemberRuns(Mapping[str, Run]):
    """The runs of a merged file by name, each read when it is asked for, and kept."""

    def __init__(self, merged: OpenedFile) -> None:
        self._merged = merged
        self._read: dict[str, Run] = {}

    @cached_property
    def records(self) -> dict[str, MemberRecord]:
        """What the file keeps of each run, by its name. Raises RunFileError where it keeps none."""
        path = self._merged.path
        if RECORD not in self._merged.snapshot:
            raise RunFileError(
                f"{path} was merged by an earlier rsrg, which kept no configs: its numbers "
                "are all here by name, and to have its runs, merge them again with rsrg merge"
            )
        try:
            records = [MemberRecord.from_text(text) for text in self._merged.read(RECORD)]
        except ValueError as error:
            raise RunFileError(f"{path} is damaged: a record of its runs: {error}") from None
        return {record.name: record for record in records}

    def read(self, name: str, groups: tuple[str, ...] = ("",)) -> Run:
        """A run, read again: the datasets whose paths begin with one of the groups; default: all.

        Raises RunFileError where its record does not fit the arrays.
        """
        merged = self._merged
        try:
            snapshot = member_snapshot(merged.snapshot, merged.read, self.records[name], groups)
        except (LookupError, ValueError, TypeError) as error:
            raise RunFileError(
                f"{merged.path} is damaged: the record of {name} does not fit its datasets: {error}"
            ) from None
        return Run(snapshot)

    def _whole(self, name: str) -> Run:
        run = self.read(name)
        if run.config.flow.quenched and "pool/failed" not in run.snapshot:
            raise RunFileError(
                f"{run.path} has the flow of equal blocks alone, as pools of unequal blocks are "
                "not pooled over seeds; its numbers are in the arrays of the merged file"
            )
        return run

    def __getitem__(self, name: str) -> Run:
        if name not in self.records:
            known = ", ".join(self)
            raise RunFileError(f"`name` must be one of {known}; got {name!r} ({self._merged.path})")
        if name not in self._read or self._read[name].closed:
            self._read[name] = self._whole(name)
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self.records

    def __iter__(self) -> Iterator[str]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)

    def __repr__(self) -> str:
        return f"<{len(self)} runs of {self._merged.path}: {', '.join(self)}>"
