"""The run file: HDF5 bytes after a checksum, written completely or not at all, read at once.

The first 512 bytes, HDF5's user block, hold the SHA-256 of everything after them, so any change of
any byte is noticed when the file is opened. Reading takes the whole file at once: no locks, and
never a torn view of a run that is going on. `integrity` refuses what a forged file could hold.
"""

import difflib
import hashlib
import os
import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import h5py
import numpy as np

from rsrg.errors import RunFileError
from rsrg.formatting import shell_path
from rsrg.storage.atomic import previous, require_path
from rsrg.storage.encoding import BLOCK, READABLE_VERSIONS
from rsrg.storage.entry import Entry
from rsrg.storage.integrity import check_inside, check_type
from rsrg.storage.layout import ENTRIES, file_dims
from rsrg.storage.string_heap import faulty_heap
from rsrg.storage.texts import flag_texts, is_text

FILETYPE, EXACT, MERGED = "rsrg-run", "rsrg-exact", "rsrg-merged"
TRAJECTORY = "rsrg-trajectory"
MEMBERS = ("members/", "results/")  # what only merged runs have: which runs they are
STRAIN_LAST = 3  # the schema from which the axis of strains lies last in a file
SUFFIXES = (".h5", ".hdf5")  # of run files and merged files
YAML = (".yaml", ".yml")  # of configs and studies
H5_ERRORS = (
    *(OSError, KeyError, ValueError, TypeError, AttributeError),
    *(RuntimeError, OverflowError, SystemError),
)
_SEAL = re.compile(rb"rsrg-run sha256 ([0-9a-f]{64})\n\0*")


FileStatus = tuple[int, int, int] | None


def _file_status(path: Path) -> FileStatus:
    """Inode, time and size of a file, which change with each save; None if the file is missing."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def _verified(path: Path) -> bytes:
    if path.is_fifo() or path.is_socket() or path.is_char_device():  # reading one might never end
        raise RunFileError(f"cannot read the run file {path}: not a file")
    try:
        with path.open("rb") as file:
            seal, content = _SEAL.fullmatch(file.read(BLOCK)), b""
            if seal is not None:  # a stranger's file may be huge
                file.seek(0)
                content = file.read()
    except FileNotFoundError:
        raise RunFileError(f"no such run file: {path}") from None
    except OSError as error:
        hint = f"; rsrg status {shell_path(path)} lists its runs" if path.is_dir() else ""
        raise RunFileError(f"cannot read the run file {path}: {error.strerror}{hint}") from None
    if seal is None and path.suffix in YAML:
        there = shell_path(path)
        raise RunFileError(
            f"{path} is named as a config, not as a run file: rsrg run {there} carries out a "
            f"config, rsrg sweep {there} a study"
        )
    if seal is None:
        raise RunFileError(f"{path} is not a run file of rsrg: it does not begin with its checksum")
    if hashlib.sha256(memoryview(content)[BLOCK:]).hexdigest().encode() != seal[1]:
        raise RunFileError(f"{path} is damaged: its content does not match its checksum")
    return content


class Snapshot:
    """A run file as it was at one moment, verified.

    Raises RunFileError for one that is missing, damaged, of a newer schema, or not a run file;
    where the checkpoint before it is whole, the message says how far that one is.
    """

    def __init__(self, path: Path) -> None:
        require_path(path)
        try:
            self.status = _file_status(path)
            content = _verified(path)
        except RunFileError as error:
            raise RunFileError(f"{error}{_offer_previous(path)}") from None
        self._open(path, content)

    @classmethod
    def from_content(cls, path: Path, content: bytes) -> Self:
        """A run file that was just saved, from its bytes as `encode` gave them."""
        snapshot = cls.__new__(cls)
        snapshot.status = _file_status(path)
        snapshot._open(path, content)
        return snapshot

    def is_current(self) -> bool:
        """Whether the file has not been saved since it was read."""
        return _file_status(self.path) == self.status

    def _open(self, path: Path, content: bytes) -> None:
        self.path = path
        self.size, self._content = len(content), content
        if (heap := faulty_heap(content)) is not None:
            raise RunFileError(f"{path} is damaged: the heap of texts at byte {heap} is broken")
        # a copy in HDF5's own memory: reading from a Python object is faster, but has crashed
        # Python at its end
        self.file = self._safely(lambda: h5py.File.in_memory(content))
        self.attributes: dict[str, Any] = self._safely(self._read_attributes)
        self._safely(self._check_schema)
        self._paths: frozenset[str] = self._safely(
            lambda: check_inside(self.path, self.file, content)
        )

    def _safely(self, read: Callable[[], Any]) -> Any:
        """The result of a call into HDF5. Raises RunFileError where HDF5 cannot read the file."""
        try:
            return read()
        except H5_ERRORS as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise RunFileError(f"{self.path} is not a run file that rsrg wrote: {reason}") from None

    def _read_attributes(self) -> dict[str, Any]:
        attributes = self.file.attrs
        for name in attributes:
            check_type(self.path, name, attributes.get_id(name).get_type())
        return dict(attributes)

    def _check_schema(self) -> None:
        given = self.attributes.get("schema_version")
        if given in READABLE_VERSIONS:
            return
        readable = f"{READABLE_VERSIONS[0]} to {READABLE_VERSIONS[-1]}"
        raise RunFileError(
            f"{self.path} has schema version {given}; this rsrg, {version('rsrg')}, reads versions "
            f"{readable}. Read it with the rsrg that wrote it, "
            f"{self.attributes.get('rsrg_version', 'a newer one')}: pip install --upgrade rsrg"
        )

    @property
    def checksum(self) -> str:
        """SHA-256 of the HDF5 file, as it stands before it in the run file."""
        return hashlib.sha256(memoryview(self._content)[BLOCK:]).hexdigest()

    def content(self) -> bytes:
        """The HDF5 file that follows the checksum, as bytes."""
        return self._content[BLOCK:]

    def __contains__(self, name: str) -> bool:
        return name.strip("/") in self._paths

    def read(self, name: str) -> Any:
        """A dataset's values, with its axes in the order of the layout; texts as str."""
        return self._safely(lambda: self._values(name))

    def _values(self, name: str) -> Any:
        dataset = self.file[name]
        if is_text(dataset.dtype):
            return dataset.asstr()[()]
        if "flag_meanings" in dataset.attrs:
            return flag_texts(dataset[()], self._flags(dataset))
        values, order = dataset[()], self._order(name)
        if order == sorted(order):
            return values
        return np.ascontiguousarray(values.transpose(order))

    def _flags(self, dataset: h5py.Dataset) -> dict[str, Any]:
        """What the numbers of a dataset mean, by the conventions of CF."""
        names = ("flag_values", "flag_meanings")
        for name in names:
            check_type(self.path, name, dataset.attrs.get_id(name).get_type())
        return {name: dataset.attrs[name] for name in names}

    def _order(self, name: str) -> list[int]:
        """The axes of a dataset in the order of the layout, by their numbers in the file."""
        rank, entry = self.file[name].ndim, ENTRIES.get(name.strip("/"))
        if entry is None or self.attributes["schema_version"] < STRAIN_LAST:
            return list(range(rank))
        swept = rank - len(entry.dims)  # of a merged file, in front
        as_written = file_dims(name.strip("/"), entry.dims)
        return [*range(swept), *(swept + as_written.index(d) for d in entry.dims)]

    def names(self, group: str) -> list[str]:
        """Paths of the file's datasets that begin with a text such as "pool/".

        In a file of merged runs, what they were swept over comes first, and then what says which
        runs they are.
        """
        return [n for n in (*self._beyond_layout, *ENTRIES) if n.startswith(group) and n in self]

    @cached_property
    def _beyond_layout(self) -> list[str]:
        """Paths of the datasets that only merged runs have."""
        if self.attributes.get("filetype") != MERGED:
            return []
        names = sorted(self._paths - ENTRIES.keys())
        axes = [n for n in names if n.startswith("axes/")]
        return axes + [n for n in names if n.startswith(MEMBERS) and not self._is_linked_axis(n)]

    def _is_linked_axis(self, name: str) -> bool:
        """Whether a path in another group leads to an axis."""
        axis = f"axes/{name.rpartition('/')[2]}"
        return axis in self and self._safely(lambda: self.file[name] == self.file[axis])

    def datasets(self, node: str = "/", derived: Sequence[str] = ()) -> list[str]:
        """Paths of all datasets at or under a node; linked axes are listed in `/axes` only.

        derived: further paths that a reader knows. Raises RunFileError for an unknown node, naming
        the nearest, or the groups there are.
        """
        node = "/" + node.strip("/")
        known = (*self._beyond_layout, *ENTRIES)
        names = [f"/{n}" for n in known if n in self._paths or n in derived]
        inside = [n for n in names if n == node or n.startswith(node.rstrip("/") + "/")]
        if not inside:
            groups = sorted({n.rsplit("/", 1)[0] for n in names})
            close = difflib.get_close_matches(node, [*groups, *names], n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(groups)}"
            raise RunFileError(f"no node {node} in {self.path}; {hint}")
        return inside

    def entry(self, name: str) -> Entry:
        """What a dataset of merged runs is: as in the layout, with its axes as in the file."""
        key = name.strip("/")
        dims = self.dimensions(key)
        if key in ENTRIES:
            return replace(ENTRIES[key], dims=dims or ENTRIES[key].dims)
        own = (key.rpartition("/")[2],)  # an axis is its own
        return Entry(dims or own, "", self._safely(lambda: self._long_name(key)))

    def _long_name(self, name: str) -> str:
        attributes = self.file[name].attrs
        check_type(self.path, name, attributes.get_id("long_name").get_type())
        return str(attributes["long_name"])

    def describe(self, name: str) -> tuple[tuple[str, ...], tuple[int, ...], str]:
        """Dimension names, shape and type of a dataset."""
        dataset = self.file[name]
        text = is_text(dataset.dtype) or "flag_meanings" in dataset.attrs
        dims = self.entry(name).dims
        shape = tuple(dataset.shape[i] for i in self._order(name))
        return dims, shape, "text" if text else str(dataset.dtype)

    def dimensions(self, name: str) -> tuple[str, ...]:
        """Names of a dataset's axes: a merged file has more than the layout, in front of its own.

        A dataset that is itself an axis has none.
        """
        dims = self._safely(lambda: [self.file[name].dims[i].label for i in self._order(name)])
        return tuple(label for label in dims if label)

    def close(self) -> None:
        """Close the file and free its memory."""
        self.file.close()
        self._content = b""

    @property
    def closed(self) -> bool:
        """Whether the file was closed."""
        return not self.file

    def __reduce__(self) -> tuple[Any, ...]:
        """For pickle and copy: the bytes, and what file they were."""
        return _restored, (type(self), self.path, self.status, self._content)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _restored(kind: type[Snapshot], path: Path, status: FileStatus, content: bytes) -> Snapshot:
    snapshot = kind.from_content(path, content)
    snapshot.status = status
    return snapshot


def _offer_previous(path: Path) -> str:
    """A hint that the checkpoint before the last is intact; it is never used by itself."""
    before = previous(path)
    if not before.exists():
        return ""
    try:
        with Snapshot(before) as snapshot:
            text = _how_far(snapshot)
    except RunFileError:
        return f"; the checkpoint before it, {before}, is no better"
    return (
        f"; the checkpoint before it, {before}, is whole ({text}): "
        f"to go on from there, {restore_command(path)}"
    )


def restore_command(path: Path) -> str:
    """The shell command that puts the checkpoint before the last in place of the run file."""
    return shlex.join(["cp", os.fspath(previous(path)), os.fspath(path)])


def _how_far(snapshot: Snapshot) -> str:
    """Progress of a run, and when it was saved, in a few words."""
    updated = str(snapshot.attributes.get("updated", ""))
    done = int(snapshot.read("checkpoint/chunks_done").sum())
    return f"{done} chunks done, saved at {updated}" if updated else f"{done} chunks done"
