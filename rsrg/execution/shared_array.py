"""An array that worker processes of this machine map into their memory, all of them the same pages.

It is a file, in memory (/dev/shm) where there is room. The file goes when nobody in the run's
process needs it any more; where that process is killed, loky's resource tracker, which outlives it,
removes the file.
"""

import os
import tempfile
import weakref
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
from loky.backend import resource_tracker

from rsrg.physics.arrays import Array

MEMORY = Path("/dev/shm")  # a folder in memory, on Linux
MAPPED = 2  # files that a worker keeps mapped: of the last subpool and of the one before


class SharedArray:
    """Stands for an array in the arguments of a unit: a worker receives the array itself.

    Raises OSError where neither memory nor the folder for temporary files has room for it.
    """

    def __init__(self, array: Array) -> None:
        self.path = _written(array)
        resource_tracker.register(self.path, "file")
        weakref.finalize(self, resource_tracker.maybe_unlink, self.path, "file")

    def __reduce__(self) -> tuple[Callable[[str], Array], tuple[str]]:
        """Sent is where the file is; it is mapped as it arrives."""
        return mapped, (self.path,)


@lru_cache(maxsize=MAPPED)
def mapped(path: str) -> Array:
    """The array in a file, mapped and read-only."""
    return np.asarray(np.load(path, mmap_mode="r"))


def _written(array: Array) -> str:
    """The path of a new file of an array, in the first folder that has room."""
    folders = [f for f in (MEMORY, Path(tempfile.gettempdir())) if f.is_dir()]
    for folder in folders:
        try:
            return _write(folder, array)
        except OSError as error:
            refused = error
    raise refused


def _write(folder: Path, array: Array) -> str:
    descriptor, path = tempfile.mkstemp(prefix="rsrg-", suffix=".npy", dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            np.save(file, array)
    except OSError:
        Path(path).unlink()
        raise
    return path
