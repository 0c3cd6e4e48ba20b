"""The arrays that the figures of a page draw from, each embedded once, with named dimensions."""

import base64
from typing import Any

import numpy as np

from rsrg.errors import RsrgError


class Numbers:
    """Named arrays with named dimensions, (dims) → float32: seven digits, enough to draw."""

    def __init__(self) -> None:
        self._arrays: dict[str, tuple[tuple[str, ...], np.ndarray]] = {}

    def add(self, name: str, dims: tuple[str, ...], values: Any) -> None:
        """Keep an array under a name. Raises RsrgError unless there is a name for each axis."""
        array = np.asarray(values, dtype=np.float64)
        if array.ndim != len(dims):
            raise RsrgError(f"`{name}` has {array.ndim} axes and {len(dims)} names of them")
        self._arrays[name] = (dims, array)

    def dims(self, name: str) -> tuple[str, ...]:
        """The names of the axes of an array."""
        return self._arrays[name][0]

    def __contains__(self, name: str) -> bool:
        return name in self._arrays

    def encoded(self) -> dict[str, Any]:
        """All arrays for JSON: dims, shape, and little-endian float32 in base64."""
        return {name: _encoded(dims, array) for name, (dims, array) in self._arrays.items()}


def _encoded(dims: tuple[str, ...], array: np.ndarray) -> dict[str, Any]:
    limit = np.finfo(np.float32).max
    with np.errstate(invalid="ignore"):
        clipped = np.where(np.isfinite(array), np.clip(array, -limit, limit), np.nan)
    data = base64.b64encode(clipped.astype("<f4").tobytes()).decode("ascii")
    return {"dims": list(dims), "shape": list(array.shape), "float32": data}
