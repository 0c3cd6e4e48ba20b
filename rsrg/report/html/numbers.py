"""The arrays and texts that the figures of a page use, each embedded once, with named axes."""

import base64
from typing import Any

import numpy as np

from rsrg.errors import RsrgError


class Numbers:
    """Named arrays with named dimensions, (dims) → float32: seven digits, enough to draw."""

    def __init__(self) -> None:
        self._arrays: dict[str, tuple[tuple[str, ...], np.ndarray]] = {}
        self._texts: dict[str, tuple[tuple[str, ...], np.ndarray]] = {}

    def add(self, name: str, dims: tuple[str, ...], values: Any) -> None:
        """Keep an array under a name. Raises RsrgError unless there is a name for each axis."""
        self._arrays[name] = (dims, _of_axes(name, dims, np.asarray(values, dtype=np.float64)))

    def add_texts(self, name: str, dims: tuple[str, ...], values: Any) -> None:
        """Keep texts under a name; otherwise as `add`."""
        self._texts[name] = (dims, _of_axes(name, dims, np.asarray(values, dtype=object)))

    def __contains__(self, name: str) -> bool:
        return name in self._arrays

    def encoded(self) -> dict[str, Any]:
        """For JSON: dims, shape, and little-endian float32 in base64, or a list of texts."""
        texts = {
            name: {"dims": list(dims), "shape": list(array.shape), "texts": array.ravel().tolist()}
            for name, (dims, array) in self._texts.items()
        }
        arrays = {name: _encoded(dims, array) for name, (dims, array) in self._arrays.items()}
        return arrays | texts


def _of_axes(name: str, dims: tuple[str, ...], array: np.ndarray) -> np.ndarray:
    if array.ndim != len(dims):
        raise RsrgError(f"`{name}` has {array.ndim} axes and {len(dims)} names of them")
    return array


def _encoded(dims: tuple[str, ...], array: np.ndarray) -> dict[str, Any]:
    limit = np.finfo(np.float32).max
    with np.errstate(invalid="ignore"):
        clipped = np.where(np.isfinite(array), np.clip(array, -limit, limit), np.nan)
    data = base64.b64encode(clipped.astype("<f4").tobytes()).decode("ascii")
    return {"dims": list(dims), "shape": list(array.shape), "float32": data}
