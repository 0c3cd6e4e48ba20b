"""Frames in arrays of NumPy and HDF5, (frames, n, 3), of which one is read at a time."""

import math
from pathlib import Path
from typing import BinaryIO

import numpy as np

from rsrg.config.position_content import fault
from rsrg.errors import RunFileError

HDF5 = (".h5", ".hdf5")


def array_shape(path: str, dataset: str | None) -> tuple[int, ...]:
    """The shape of the array in a file. Raises ConfigError where there is none of numbers."""
    if _is_hdf5(path):
        from rsrg.storage.foreign_frames import foreign_shape

        try:
            return foreign_shape(Path(path), _named(path, dataset))
        except RunFileError as error:
            raise fault(path, str(error)) from None
    with Path(path).open("rb") as file:
        return _header(path, file)[0]


def array_frame(path: str, dataset: str | None, frame: int | None) -> np.ndarray:
    """One frame of an array, or all of an array that is one: (n, 3). Raises ConfigError."""
    if _is_hdf5(path):
        from rsrg.storage.foreign_frames import foreign_frame

        try:
            return foreign_frame(Path(path), _named(path, dataset), frame)
        except RunFileError as error:
            raise fault(path, str(error)) from None
    with Path(path).open("rb") as file:
        shape, dtype = _header(path, file)
        count = math.prod(shape[-2:])
        file.seek((frame or 0) * count * dtype.itemsize, 1)
        values = np.fromfile(file, dtype, count)
    if len(values) < count:
        raise fault(path, "must hold all numbers that its first lines announce")
    return values.reshape(shape[-2:])


def _is_hdf5(path: str) -> bool:
    return path.lower().endswith(HDF5)


def _named(path: str, dataset: str | None) -> str:
    if dataset is None:
        raise fault(path, "must come with the name of a dataset, as frames.h5:positions")
    return dataset


def _header(path: str, file: BinaryIO) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and type of the array in a .npy file, which is left where its numbers begin."""
    try:
        version = np.lib.format.read_magic(file)
        one = version == (1, 0)
        read = np.lib.format.read_array_header_1_0 if one else np.lib.format.read_array_header_2_0
        shape, by_columns, dtype = read(file)
    except (ValueError, OSError, EOFError, SyntaxError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise fault(path, f"must be a .npy array of numbers: {reason}") from None
    if dtype.kind not in "fiu":
        raise fault(path, "must hold real numbers", dtype)
    if by_columns:
        raise fault(path, "must hold its array row by row: numpy.ascontiguousarray makes it so")
    return shape, dtype
