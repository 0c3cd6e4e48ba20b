"""What a run file must not hold: a forged file is refused before its data are read.

A run file holds only data. Refused are links that lead out of it, data kept in other files, types
that rsrg never writes, and datasets that promise far more numbers or text than the bytes hold.
"""

from pathlib import Path
from typing import Any

import h5py

from rsrg.errors import RunFileError
from rsrg.storage.string_heap import promised_bytes
from rsrg.storage.texts import has_variable_length

MAX_EXPANSION = 1100  # bytes of numbers per byte of file: deflate gives 1032 at most
PLAIN_TYPES = (
    *(h5py.h5t.TypeIntegerID, h5py.h5t.TypeFloatID),
    *(h5py.h5t.TypeStringID, h5py.h5t.TypeEnumID),  # bool is an enum
)


def check_type(path: Path, name: str, kind: Any) -> None:
    """Refuse an attribute or dataset that is neither number nor text; HDF5 may crash on others.

    kind: the HDF5 type. Raises RunFileError.
    """
    if not isinstance(kind, PLAIN_TYPES):
        raise RunFileError(
            f"{path} must hold numbers and texts alone; {name} is neither, which rsrg never writes"
        )


def check_inside(path: Path, file: h5py.File, content: bytes) -> frozenset[str]:
    """Refuse links out of the file, and datasets larger than its bytes can hold.

    content: all bytes of the file. Returns the paths of all groups and datasets, without a slash
    in front. Raises RunFileError.
    """
    links: list[str] = []
    names: list[str] = []

    def note(name: bytes, link: Any) -> None:
        kept = names if link.type == h5py.h5l.TYPE_HARD else links
        kept.append(name.decode("utf-8", errors="backslashreplace"))

    file.id.links.visit(note, info=True)
    if links:  # HDF5 follows no soft or external link in a visit
        raise RunFileError(
            f"{path} holds a link, /{links[0]}, which rsrg never writes and never follows"
        )
    for name in names:
        node = h5py.h5o.open(file.id, name.encode())
        if isinstance(node, h5py.h5d.DatasetID):
            _check_dataset(path, name, node, content)
    return frozenset(names)


def _check_dataset(path: Path, name: str, dataset: h5py.h5d.DatasetID, content: bytes) -> None:
    made = dataset.get_create_plist()
    if made.get_external_count() or made.get_layout() == h5py.h5d.VIRTUAL:
        raise RunFileError(
            f"{path} keeps the numbers of /{name} in another file, which rsrg never opens"
        )
    kind, size = dataset.get_type(), dataset.get_space().get_simple_extent_npoints()
    if isinstance(kind, h5py.h5t.TypeReferenceID):
        raise RunFileError(f"{path} holds references, /{name}, which rsrg never follows")
    check_type(path, f"/{name}", kind)
    promised, limit = size * kind.dtype.itemsize, MAX_EXPANSION * len(content)
    if has_variable_length(kind.dtype) and size and promised <= limit:
        offset, limit = dataset.get_offset(), len(content)
        promised = promised_bytes(content, offset or len(content), size)
        if offset is None:
            raise RunFileError(f"{path} keeps the texts of /{name} as rsrg never does")
    if promised > limit:
        raise RunFileError(
            f"{path} is damaged: /{name} promises {promised:.3g} bytes, "
            f"and the file has {len(content)}"
        )
