"""Reading one dataset from an HDF5 file that rsrg did not write."""

from typing import Any

import h5py
import numpy as np

from rsrg.errors import RunFileError


def read_foreign(content: bytes, name: str, most: int) -> np.ndarray:
    """One dataset, of limited size, from the bytes of an HDF5 file that rsrg did not write.

    Nothing outside these bytes is ever opened: no soft or external link on the way, no virtual
    dataset, no external storage. Raises RunFileError saying what the file must be.
    """
    try:
        with h5py.File.in_memory(content) as file:
            dataset = follow(file, name)
            if dataset.external or dataset.is_virtual or dataset.shape is None:
                raise RunFileError(f"must hold `{name}` itself, not refer to other files")
            if dataset.size > most or dataset.dtype.kind not in "fiu":
                got = f"{dataset.dtype} of shape {dataset.shape}"
                raise RunFileError(f"must have at most {most} numbers in `{name}`; got {got}")
            return np.asarray(dataset[()])
    except (OSError, RuntimeError, KeyError, ValueError, MemoryError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise RunFileError(f"must be an HDF5 file that can be read: {reason}") from None


def follow(file: h5py.File, name: str) -> h5py.Dataset:
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
