"""Deflate of arrays, as fast as their bytes allow: random mantissas are stored as they are.

HDF5's shuffle filter puts the first bytes of all numbers together, then the second bytes, and so
on. Of measured numbers the bytes of sign and exponent compress well, those of the mantissa hardly.
A deflate stream may change between compressed and stored parts, so each sort of byte gets what pays
for it; and a chunk that hardly gains is stored as it is. Every reader of HDF5 opens the result.
"""

import hashlib
import math
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import groupby, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

CHUNK_BYTES = 1 << 19  # of one HDF5 chunk: read as a whole, and fits into HDF5's cache of 1 MiB
SAMPLE = 1 << 11  # bytes of one sort, compressed to see whether it pays
WORTH = 0.9  # of the size of one sort of byte: saving less is not worth the time
CHUNK_WORTH = 0.8  # of the size of a chunk: chunk means, which are most of a file, come to 0.87
PLAIN = 0b11  # HDF5's mask of the filters that a chunk did not pass: neither shuffled nor deflated
THREADS = 4  # that deflate side by side: zlib holds no lock
LEVEL = 1  # of deflate: higher ones take twice the time for 1 % of the size
KEPT = 128  # deflated chunks, at most so many CHUNK_BYTES, for the next file of the same run
HEADER = b"\x78\x01"  # of a zlib stream of the lowest level, before the deflate stream


class Deflater:
    """Deflates the chunks of files that follow one another: what is in both is done once.

    Of a file, KEPT chunks are kept for the next.
    """

    def __init__(self) -> None:
        self.before: dict[tuple[bytes, int], bytes] = {}
        self.now: dict[tuple[bytes, int], bytes] = {}

    def begin_file(self) -> None:
        """From here on, what was deflated last is the file before."""
        self.before, self.now = self.now, {}

    def __call__(self, chunk: NDArray[Any]) -> bytes | None:
        """As `deflated`, or None for a chunk that hardly gains."""
        elements = _elements(chunk)
        if _repeated(elements):  # often NaN, where nothing is computed yet
            return _deflated_repeated(elements[:1].tobytes(), len(elements))
        if _estimated_size(elements) > CHUNK_WORTH:
            return None
        key = hashlib.sha256(elements.view(np.uint8).data).digest(), elements.itemsize
        content = self.now.get(key) or self.before.get(key) or deflated(chunk)
        if len(self.now) < KEPT:
            self.now[key] = content
        return content


def stored_chunks(
    array: NDArray[Any], deflate: Callable[[NDArray[Any]], bytes | None]
) -> Iterator[tuple[tuple[int, ...], Any, int]]:
    """All HDF5 chunks of an array: the index of the first element, the bytes, the filter mask.

    One after another, as all of them may take as much memory as the array.
    """
    shape = chunk_shape(array)
    firsts = list(product(*map(range, [0] * array.ndim, array.shape, shape)))
    parts = [array[tuple(map(slice, first, np.add(first, shape)))] for first in firsts]
    with ThreadPoolExecutor(THREADS) as threads:
        contents = threads.map(lambda part: deflate(_filled_up(part, shape)), parts)
        for first, part, content in zip(firsts, parts, contents, strict=True):
            if content is None:
                yield first, _filled_up(part, shape), PLAIN
            else:
                yield first, content, 0


def _filled_up(part: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """A whole chunk: at the end of an axis it is filled up with zeros."""
    if part.shape == shape:
        return np.ascontiguousarray(part)
    whole = np.zeros(shape, part.dtype)
    whole[tuple(map(slice, part.shape))] = part
    return whole


def chunk_shape(array: NDArray[Any]) -> tuple[int, ...]:
    """Chunks of whole last axes, as many as fit in CHUNK_BYTES, and a part of the axis before.

    That one is cut into equal parts, as far as they go: what is filled up takes room in the file.
    """
    shape, left = [1] * array.ndim, CHUNK_BYTES // array.itemsize
    for axis in reversed(range(array.ndim)):
        parts = math.ceil(array.shape[axis] / max(1, left))
        shape[axis] = math.ceil(array.shape[axis] / parts)
        left //= shape[axis]
    return tuple(shape)


def deflated(chunk: NDArray[Any]) -> bytes:
    """A zlib stream of the shuffled bytes of a chunk, as HDF5's shuffle and deflate filters read.

    Its parts are deflate streams of their own, each ended at a byte by a flush, the last finished.
    """
    elements = _elements(chunk)
    rows = elements.view(np.uint8).reshape(-1, elements.itemsize)
    return _deflated_planes(np.ascontiguousarray(rows.T))


def _elements(chunk: NDArray[Any]) -> NDArray[Any]:
    """The elements of a chunk as so many bytes each, (elements,)."""
    return np.ascontiguousarray(chunk).reshape(-1).view(f"S{chunk.itemsize}")


def _repeated(elements: NDArray[Any]) -> bool:
    """Whether all elements are the same: the ends first, as comparing all of them takes longer."""
    word = np.gcd(elements.itemsize, 8)
    words = elements.view(f"u{word}").reshape(len(elements), -1)
    return bool((words[[0, -1]] == words[len(words) // 2]).all() and (words == words[0]).all())


@lru_cache(maxsize=8)
def _deflated_repeated(element: bytes, count: int) -> bytes:
    return _deflated_planes(np.frombuffer(element, np.uint8).repeat(count).reshape(-1, count))


def _deflated_planes(shuffled: NDArray[np.uint8]) -> bytes:
    """The stream of shuffled bytes, (bytes of an element, elements)."""
    parts = [HEADER]
    for pays, rows in groupby(shuffled, _pays):
        deflate = zlib.compressobj(LEVEL if pays else 0, zlib.DEFLATED, -zlib.MAX_WBITS)
        parts += [deflate.compress(row.data) for row in rows]
        parts.append(deflate.flush(zlib.Z_SYNC_FLUSH))
    parts.append(zlib.compressobj(0, zlib.DEFLATED, -zlib.MAX_WBITS).flush())
    parts.append(zlib.adler32(shuffled.data).to_bytes(4, "big"))
    return b"".join(parts)


def _pays(row: NDArray[np.uint8]) -> bool:
    """Whether bytes of one sort compress, seen at a sample from their middle."""
    return _sampled_size(row) < WORTH


def _estimated_size(elements: NDArray[Any]) -> float:
    """The size of elements deflated, over that as they are, by a sample from their middle."""
    rows = _middle(elements).view(np.uint8).reshape(-1, elements.itemsize)
    sizes = [_sampled_size(np.ascontiguousarray(plane)) for plane in rows.T]
    return float(np.mean([size if size < WORTH else 1.0 for size in sizes]))


def _sampled_size(row: NDArray[np.uint8]) -> float:
    """The size of bytes deflated, over that as they are, by a sample from their middle."""
    sample = _middle(row)
    return len(zlib.compress(sample.data, LEVEL)) / len(sample)


def _middle(values: NDArray[Any]) -> NDArray[Any]:
    """SAMPLE elements from the middle, or all."""
    first = max(0, (len(values) - SAMPLE) // 2)
    return values[first : first + SAMPLE]
