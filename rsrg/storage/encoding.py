"""The bytes of a run file: its datasets in HDF5, with named axes, units and coordinates.

Every group has the axes of its datasets as dimension scales, and what goes along them, such as
L_n along the steps, as coordinates; so a reader that opens one group alone has them there.
"""

import hashlib
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import h5py
import numpy as np

from rsrg.storage.deflate import LEVEL, Deflater, chunk_shape, stored_chunks
from rsrg.storage.entry import Entry
from rsrg.storage.layout import ENTRIES, file_dims
from rsrg.storage.texts import ATTRIBUTES as TEXT_ATTRIBUTES
from rsrg.storage.texts import fixed_length_texts, flags, has_flags

SCHEMA_VERSION = 3  # 1 had texts of variable length; 1 and 2 held more that follows from the rest
READABLE_VERSIONS = (1, 2, 3)
BLOCK = 512  # bytes before the HDF5 file: its checksum
COMPRESS_FROM = 1 << 16  # bytes; smaller datasets do not gain from compression

Attribute = str | int | bool


def encode(
    attributes: Mapping[str, Attribute],
    datasets: Mapping[str, Any],
    entries: Mapping[str, Entry] = ENTRIES,
    deflater: Deflater | None = None,
) -> bytes:
    """The bytes of a run file. datasets: values by path, each path one of the entries.

    deflater: of the files of one run, so that what has not changed is not deflated again.
    """
    deflater = deflater or Deflater()
    deflater.begin_file()
    buffer = BytesIO()
    with h5py.File(buffer, "w", userblock_size=BLOCK) as file:
        _write_attributes(file, attributes)
        axes = [name for name in datasets if name.startswith("axes/")]
        written = {
            name: _write(file, name, datasets[name], entries[name], deflater)
            for name in axes + [name for name in datasets if name not in axes]
        }
        along, links = _coordinates(axes, entries), set(datasets)
        for name in datasets:
            dims = file_dims(name, entries[name].dims)
            if name == f"axes/{dims[0]}":
                written[name].make_scale(dims[0])
                continue
            coordinates = [c for dim in dims for c in along.get(dim, ()) if f"axes/{c}" != name]
            _name_axes(written, name, dims, coordinates)
            _link_axes(written, name, (*dims, *coordinates), links)
    with buffer.getbuffer() as content:
        content[:BLOCK] = seal(content[BLOCK:])
    return buffer.getvalue()


def seal(body: bytes | memoryview) -> bytes:
    """What stands before an HDF5 file: its checksum."""
    text = "rsrg-run sha256 " + hashlib.sha256(body).hexdigest() + "\n"
    return text.encode().ljust(BLOCK, b"\0")


def _write_attributes(file: h5py.File, attributes: Mapping[str, Attribute]) -> None:
    """The root attributes; truth values as 0 and 1, since netCDF and PyTables have no others."""
    numbers = {k: int(v) if isinstance(v, bool | np.bool_) else v for k, v in attributes.items()}
    file.attrs.update({"Conventions": f"rsrg-{SCHEMA_VERSION}", **numbers})


def _write(
    file: h5py.File, name: str, values: Any, entry: Entry, deflater: Deflater
) -> h5py.Dataset:
    """One dataset with its attributes, the axis of strains last."""
    array, attributes = np.asarray(values), dict[str, Any](entry.attributes)
    if has_flags(array):
        array, meaning = flags(array)
        attributes |= meaning
    elif array.dtype.kind in "UO":
        array, attributes = fixed_length_texts(array), attributes | TEXT_ATTRIBUTES
    elif (dims := file_dims(name, entry.dims)) != entry.dims:
        array = array.transpose([entry.dims.index(d) for d in dims])
    dataset = _new_dataset(file, name, array, deflater)
    for key, value in attributes.items():
        dataset.attrs[key] = value
    return dataset


def _new_dataset(file: h5py.File, name: str, array: np.ndarray, deflater: Deflater) -> h5py.Dataset:
    """A dataset of these numbers, compressed where that pays."""
    if array.nbytes < COMPRESS_FROM:
        return file.create_dataset(name, data=array)
    filters = {"chunks": chunk_shape(array), "shuffle": True, "compression": LEVEL}
    dataset = file.create_dataset(name, array.shape, array.dtype, **filters)
    for first, content, mask in stored_chunks(array, deflater):
        dataset.id.write_direct_chunk(first, content, mask)
    return dataset


def _coordinates(axes: list[str], entries: Mapping[str, Entry]) -> dict[str, list[str]]:
    """What goes along each axis beside its own values: alpha along material, and so on."""
    along: dict[str, list[str]] = {}
    for path in axes:
        dims, name = entries[path].dims, path.removeprefix("axes/")
        if len(dims) == 1 and dims[0] != name:
            along.setdefault(dims[0], []).append(name)
    return along


def _name_axes(
    written: Mapping[str, h5py.Dataset], name: str, dims: Sequence[str], coordinates: Sequence[str]
) -> None:
    """Give a dataset its axes, and the names of its coordinates.

    Scales do not list the datasets that use them (REFERENCE_LIST): PyTables cannot read that.
    """
    dataset = written[name]
    references = np.empty(len(dims), dtype=object)
    for i, dim in enumerate(dims):
        references[i] = np.array([written[f"axes/{dim}"].ref], dtype=h5py.ref_dtype)
        dataset.dims[i].label = dim
    dataset.attrs.create("DIMENSION_LIST", references, dtype=h5py.vlen_dtype(h5py.ref_dtype))
    if coordinates and not name.startswith("axes/"):
        dataset.attrs["coordinates"] = " ".join(coordinates)


def _link_axes(
    written: Mapping[str, h5py.Dataset], name: str, linked: Sequence[str], links: set[str]
) -> None:
    """Link axes and coordinates into the group of a dataset. links: all paths that there are."""
    folder, group = name.rpartition("/")[0], written[name].parent
    for axis in linked:
        if f"{folder}/{axis}" not in links:
            links.add(f"{folder}/{axis}")
            group[axis] = written[f"axes/{axis}"]
