"""Reading one frame after the other from an HDF5 file that rsrg did not write."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np

from rsrg.errors import RunFileError
from rsrg.storage.foreign import follow


def foreign_shape(path: Path, name: str) -> tuple[int, ...]:
    """The shape of a dataset of real numbers. Raises RunFileError saying what the file must be."""
    with _dataset(path, name) as dataset:
        return tuple(map(int, dataset.shape))


def foreign_frame(path: Path, name: str, frame: int | None) -> np.ndarray:
    """One frame of a dataset (frames, n, 3), or all of one (n, 3). Raises RunFileError."""
    with _dataset(path, name) as dataset:
        if frame is not None and not (dataset.ndim == 3 and frame < dataset.shape[0]):
            raise RunFileError(
                f"must have a frame {frame} in `{name}`; its shape is {dataset.shape}"
            )
        return np.asarray(dataset[()] if frame is None else dataset[frame])


@contextmanager
def _dataset(path: Path, name: str) -> Iterator[h5py.Dataset]:
    """A dataset in its file, without any link, virtual or external storage on the way."""
    try:
        with h5py.File(path, "r") as file:
            dataset = follow(file, name)
            if dataset.external or dataset.is_virtual or dataset.shape is None:
                raise RunFileError(f"must hold `{name}` itself, not refer to other files")
            if dataset.dtype.kind not in "fiu":
                raise RunFileError(f"must hold real numbers in `{name}`; got {dataset.dtype}")
            yield dataset
    except (OSError, RuntimeError, KeyError, ValueError, MemoryError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise RunFileError(f"must be an HDF5 file that can be read: {reason}") from None
