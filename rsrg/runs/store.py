"""The run file: HDF5 bytes behind a checksum, written all or nothing, read as one snapshot.

The first 512 bytes, HDF5's user block, hold the SHA-256 of everything after them, so any change of
any byte is noticed when the file is opened. A file is written to a temporary name beside it,
synced, and renamed; the checkpoint before stays as `.prev`. Reading takes the whole file at once:
no locks, and never a torn view of a run that is going on.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from itertools import chain, count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import h5py
import numpy as np

from rsrg.runs.errors import RunFileError
from rsrg.runs.layout import ENTRIES

FILETYPE = "rsrg-run"
SCHEMA_VERSION = 1
BLOCK = 512
COMPRESS_FROM = 1 << 16  # bytes; below, compression only costs
_SEAL = re.compile(rb"rsrg-run sha256 ([0-9a-f]{64})\n\0*")
Attribute = str | int | bool


def encode(attributes: Mapping[str, Attribute], datasets: Mapping[str, Any]) -> bytes:
    """The bytes of a run file. datasets: values by path, each path an entry of `layout.ENTRIES`."""
    with h5py.File("run.h5", "w", driver="core", backing_store=False, userblock_size=BLOCK) as file:
        file.attrs.update(attributes)
        axes = [name for name in datasets if name.startswith("axes/")]
        for name in axes + [name for name in datasets if name not in axes]:
            _write(file, name, datasets[name])
        file.flush()
        body = file.id.get_file_image()  # without the user block
    seal = b"rsrg-run sha256 " + hashlib.sha256(body).hexdigest().encode() + b"\n"
    return seal.ljust(BLOCK, b"\0") + body


def _write(file: h5py.File, name: str, values: Any) -> None:
    entry = ENTRIES[name]
    array = np.asarray(values)
    if array.dtype.kind in "UO":
        array = array.astype(object)
        kind: dict[str, Any] = {"dtype": h5py.string_dtype()}
    else:
        kind = {"compression": 1, "shuffle": True} if array.nbytes >= COMPRESS_FROM else {}
    dataset = file.create_dataset(name, data=array, **kind)
    dataset.attrs["units"] = entry.units
    dataset.attrs["long_name"] = entry.long_name
    if entry.equation:
        dataset.attrs["equation"] = entry.equation
    _name_axes(file, dataset, entry.dims)


def _name_axes(file: h5py.File, dataset: h5py.Dataset, dims: tuple[str, ...]) -> None:
    """Attach the dimension scales, and link each into the dataset's group.

    The link is what lets a reader that looks at one group alone find the named axes there.
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


def save(path: Path, content: bytes) -> None:
    """Write the file whole, or leave what was there; the old one becomes `.prev`.

    Raises RunFileError where the folder or the disk refuses.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            _keep_previous(path)
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        _remove(temporary)
        reason = error.strerror or str(error)
        raise RunFileError(f"cannot write the run file {path}: {reason}") from error


def _keep_previous(path: Path) -> None:
    """Make `.prev` the file as it is now, without a moment in which `path` is missing."""
    link = path.with_name(f".{path.name}.{os.getpid()}.prev")
    link.unlink(missing_ok=True)
    try:
        try:
            os.link(path, link)
        except OSError:  # a file system without hard links
            shutil.copy2(path, link)
        link.replace(previous(path))
    except OSError:
        _remove(link)
        raise


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def previous(path: Path) -> Path:
    """Where the checkpoint before the last is kept."""
    return path.with_name(path.name + ".prev")


def free_name(path: Path) -> Path:
    """A name beside a run file that is not taken: NAME.old, NAME.old-2, …"""
    names = (
        path.with_name(f"{path.name}.old{n}") for n in chain([""], (f"-{i}" for i in count(2)))
    )
    return next(name for name in names if not name.exists())


def set_aside(path: Path) -> Path:
    """Rename a run file to a free name; nothing is overwritten. Raises RunFileError if refused."""
    target = free_name(path)
    try:
        path.rename(target)
    except OSError as error:
        raise RunFileError(f"cannot rename {path} to {target}: {error.strerror}") from error
    return target


def _verified(path: Path) -> bytes:
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
    """A run file as it was at one moment, verified."""

    def __init__(self, path: Path) -> None:
        try:
            content = _verified(path)
        except RunFileError as error:
            raise RunFileError(f"{error}{_offer_previous(path)}") from None
        self.path = path
        self.size = len(content)
        self.file = h5py.File.in_memory(content)
        if self.attributes.get("schema_version") != SCHEMA_VERSION:
            found = self.attributes.get("schema_version")
            raise RunFileError(
                f"{path} has schema version {found}; this rsrg reads version {SCHEMA_VERSION}"
            )

    @property
    def attributes(self) -> dict[str, Any]:
        """The root attributes."""
        return dict(self.file.attrs)

    def __contains__(self, name: str) -> bool:
        return name in self.file

    def read(self, name: str) -> Any:
        """A dataset's values; strings as str."""
        dataset = self.file[name]
        text = h5py.check_string_dtype(dataset.dtype) is not None
        return dataset.asstr()[()] if text else dataset[()]

    def datasets(self, node: str = "/") -> list[str]:
        """Paths of all datasets at or under a node; linked axes are listed in `/axes` only.

        Raises RunFileError, naming the nodes there are, for an unknown one.
        """
        node = "/" + node.strip("/")
        names = [f"/{n}" for n in ENTRIES if n in self.file]
        inside = [n for n in names if n == node or n.startswith(node.rstrip("/") + "/")]
        if not inside:
            groups = sorted({n.rsplit("/", 1)[0] for n in names})
            raise RunFileError(f"no node {node} in {self.path}; there are {', '.join(groups)}")
        return inside

    def describe(self, name: str) -> tuple[tuple[str, ...], tuple[int, ...], str]:
        """Dimension names, shape and type of a dataset."""
        dataset = self.file[name]
        text = h5py.check_string_dtype(dataset.dtype) is not None
        dims = ENTRIES[name.strip("/")].dims
        return dims, dataset.shape, "text" if text else str(dataset.dtype)

    def close(self) -> None:
        """Let the memory go."""
        self.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _offer_previous(path: Path) -> str:
    """What the checkpoint before the last could still give, never used by itself."""
    before = previous(path)
    if not before.exists():
        return ""
    try:
        _verified(before)
    except RunFileError:
        return f"; the checkpoint before it, {before}, is no better"
    return f"; the checkpoint before it is whole: to go on from there, mv {before} {path}"


def read_foreign(content: bytes, name: str, most: int) -> np.ndarray:
    """One dataset of at most so many numbers from an HDF5 file of a user, given whole.

    Nothing outside these bytes is ever opened: no soft or external link on the way, no virtual
    dataset, no external storage. Raises RunFileError saying what the file must be.
    """
    try:
        with h5py.File.in_memory(content) as file:
            dataset = _follow(file, name)
            if dataset.external or dataset.is_virtual or dataset.shape is None:
                raise RunFileError(f"must hold `{name}` itself, not refer to other files")
            if dataset.size > most or dataset.dtype.kind not in "fiu":
                got = f"{dataset.dtype} of shape {dataset.shape}"
                raise RunFileError(f"must have at most {most} numbers in `{name}`; got {got}")
            return np.asarray(dataset[()])
    except (OSError, RuntimeError, KeyError, ValueError, MemoryError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise RunFileError(f"must be an HDF5 file that can be read: {reason}") from None


def _follow(file: h5py.File, name: str) -> h5py.Dataset:
    """The dataset at a path of hard links. Raises RunFileError for any other."""
    node: Any = file
    for part in filter(None, name.split("/")):
        link = node.get(part, getlink=True) if isinstance(node, h5py.Group) else None
        if link is None:
            raise RunFileError(f"must have a dataset `{name}`; there is no `{part}`")
        if not isinstance(link, h5py.HardLink):
            raise RunFileError(f"must not have links to elsewhere; `{part}` is one")
        node = node[part]
    if not isinstance(node, h5py.Dataset):
        raise RunFileError(f"must have a dataset `{name}`; it is a group")
    return node
