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
from collections.abc import Callable, Mapping
from importlib.metadata import version
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import h5py
import numpy as np

from rsrg.errors import RunFileError
from rsrg.storage.atomic import previous
from rsrg.storage.integrity import check_inside, check_type
from rsrg.storage.layout import ENTRIES, Entry
from rsrg.storage.string_heap import faulty_heap
from rsrg.storage.texts import ATTRIBUTES as TEXT_ATTRIBUTES
from rsrg.storage.texts import fixed_length_texts, is_text

FILETYPE, EXACT, MERGED = "rsrg-run", "rsrg-exact", "rsrg-merged"
SUFFIXES = (".h5", ".hdf5")  # of run files and merged files
SCHEMA_VERSION = 2  # 1 had texts of variable length
READABLE_VERSIONS = (1, 2)
BLOCK = 512
COMPRESS_FROM = 1 << 16  # bytes; smaller datasets do not gain from compression
H5_ERRORS = (
    *(OSError, KeyError, ValueError, TypeError, AttributeError),
    *(RuntimeError, OverflowError, SystemError),
)
_SEAL = re.compile(rb"rsrg-run sha256 ([0-9a-f]{64})\n\0*")
_count = count()  # of files encoded by this process
Attribute = str | int | bool


def encode(
    attributes: Mapping[str, Attribute],
    datasets: Mapping[str, Any],
    entries: Mapping[str, Entry] = ENTRIES,
) -> bytes:
    """The bytes of a run file. datasets: values by path, each path one of the entries."""
    name = f"run-{next(_count)}.h5"  # HDF5 opens a name once in a process, also in memory
    with h5py.File(name, "w", driver="core", backing_store=False, userblock_size=BLOCK) as file:
        file.attrs.update(attributes)
        axes = [name for name in datasets if name.startswith("axes/")]
        for name in axes + [name for name in datasets if name not in axes]:
            _write(file, name, datasets[name], entries[name])
        file.flush()
        body = file.id.get_file_image()  # without the user block
    return _sealed(body)


def _sealed(body: bytes) -> bytes:
    """An HDF5 file behind its checksum."""
    seal = b"rsrg-run sha256 " + hashlib.sha256(body).hexdigest().encode() + b"\n"
    return seal.ljust(BLOCK, b"\0") + body


def _write(file: h5py.File, name: str, values: Any, entry: Entry) -> None:
    array = np.asarray(values)
    text = array.dtype.kind in "UO"
    array = fixed_length_texts(array) if text else array
    large = array.nbytes >= COMPRESS_FROM
    filters: dict[str, Any] = {"compression": 1, "shuffle": True} if large else {}
    dataset = file.create_dataset(name, data=array, **filters)
    dataset.attrs.update(TEXT_ATTRIBUTES if text else {})
    dataset.attrs["units"] = entry.units
    dataset.attrs["long_name"] = entry.long_name
    if entry.equation:
        dataset.attrs["equation"] = entry.equation
    _name_axes(file, dataset, entry.dims)


def _name_axes(file: h5py.File, dataset: h5py.Dataset, dims: tuple[str, ...]) -> None:
    """Attach the dimension scales, and link each into the dataset's group.

    The link lets a reader that opens only one group see the named axes there.
    """
    group = dataset.parent
    if dataset.name == f"/axes/{dims[0]}":
        dataset.make_scale(dims[0])
        return
    for i, dim in enumerate(dims):
        scale = file[f"axes/{dim}"]
        dataset.dims[i].label = dim
        dataset.dims[i].attach_scale(scale)
        if dim not in group:
            group[dim] = scale


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
        content = path.read_bytes()
    except FileNotFoundError:
        raise RunFileError(f"no such run file: {path}") from None
    except OSError as error:
        raise RunFileError(f"cannot read the run file {path}: {error.strerror}") from None
    seal = _SEAL.fullmatch(content[:BLOCK])
    if seal is None:
        raise RunFileError(f"{path} is not a run file of rsrg (its first {BLOCK} bytes say so)")
    if hashlib.sha256(content[BLOCK:]).hexdigest().encode() != seal[1]:
        raise RunFileError(f"{path} is damaged: its content does not match its checksum")
    return content


class Snapshot:
    """A run file as it was at one moment, verified.

    Raises RunFileError for one that is missing, damaged, of a newer schema, or not a run file;
    where the checkpoint before it is whole, the message says how far that one is.
    """

    def __init__(self, path: Path) -> None:
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
        self.size = len(content)
        if (heap := faulty_heap(content)) is not None:
            raise RunFileError(f"{path} is damaged: the heap of texts at byte {heap} is broken")
        self.file = self._safely(lambda: h5py.File.in_memory(content))
        self.attributes: dict[str, Any] = self._safely(self._read_attributes)
        self._safely(self._check_schema)
        self._safely(lambda: check_inside(self.path, self.file, content))

    def _safely(self, read: Callable[[], Any]) -> Any:
        """The result of a call into HDF5. Raises RunFileError where HDF5 cannot read the file."""
        try:
            return read()
        except H5_ERRORS as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise RunFileError(f"{self.path} is not a run file that rsrg wrote: {reason}") from None

    def _read_attributes(self) -> dict[str, Any]:
        names = list(self.file.attrs)
        for name in names:
            check_type(self.path, name, self.file.attrs.get_id(name).get_type())
        return {name: self.file.attrs[name] for name in names}

    def _check_schema(self) -> None:
        given = self.attributes.get("schema_version")
        if given in READABLE_VERSIONS:
            return
        readable = " and ".join(map(str, READABLE_VERSIONS))
        raise RunFileError(
            f"{self.path} has schema version {given}; this rsrg, {version('rsrg')}, reads versions "
            f"{readable}. Read it with the rsrg that wrote it, "
            f"{self.attributes.get('rsrg_version', 'a newer one')}: pip install --upgrade rsrg"
        )

    @property
    def checksum(self) -> str:
        """SHA-256 of the HDF5 file, as it stands before it in the run file."""
        return hashlib.sha256(self.content()).hexdigest()

    def content(self) -> bytes:
        """The HDF5 file that follows the checksum, as bytes."""
        return bytes(self.file.id.get_file_image())

    def __contains__(self, name: str) -> bool:
        return name in self.file

    def read(self, name: str) -> Any:
        """A dataset's values; strings as str."""

        def values() -> Any:
            dataset = self.file[name]
            return dataset.asstr()[()] if is_text(dataset.dtype) else dataset[()]

        return self._safely(values)

    def names(self, group: str) -> list[str]:
        """Paths of the file's datasets that begin with a text such as "pool/"."""
        return [n for n in ENTRIES if n.startswith(group) and n in self.file]

    def datasets(self, node: str = "/") -> list[str]:
        """Paths of all datasets at or under a node; linked axes are listed in `/axes` only.

        Raises RunFileError for an unknown one, naming the nearest, or the groups there are.
        """
        node = "/" + node.strip("/")
        names = [f"/{n}" for n in ENTRIES if n in self.file]
        inside = [n for n in names if n == node or n.startswith(node.rstrip("/") + "/")]
        if not inside:
            groups = sorted({n.rsplit("/", 1)[0] for n in names})
            close = difflib.get_close_matches(node, [*groups, *names], n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(groups)}"
            raise RunFileError(f"no node {node} in {self.path}; {hint}")
        return inside

    def describe(self, name: str) -> tuple[tuple[str, ...], tuple[int, ...], str]:
        """Dimension names, shape and type of a dataset."""
        dataset = self.file[name]
        dims = ENTRIES[name.strip("/")].dims
        kind = "text" if is_text(dataset.dtype) else str(dataset.dtype)
        return dims, dataset.shape, kind

    def dimensions(self, name: str) -> tuple[str, ...]:
        """Names of a dataset's axes as the file has them: a merged file has more than the layout.

        A dataset that is itself an axis has none.
        """
        return self._safely(lambda: tuple(d.label for d in self.file[name].dims if d.label))

    def close(self) -> None:
        """Close the file and free its memory."""
        self.file.close()

    @property
    def closed(self) -> bool:
        """Whether the file was closed."""
        return not self.file

    def __reduce__(self) -> tuple[Any, ...]:
        """For pickle and copy: the bytes, and what file they were."""
        return _restored, (type(self), self.path, self.status, _sealed(self.content()))

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
