"""Heaps of texts in an HDF5 file, checked in its bytes before HDF5 itself reads them.

Texts of variable length (attributes, and in files of schema version 1 datasets) lie in heaps; where
such a text is used, the file has a descriptor: its length, its heap, and its number in the heap.
HDF5 (seen in 2.0) loops for ever in a heap whose objects have impossible sizes, and allocates the
length that a descriptor states before it checks that there is such a text. The
descriptors of attributes cannot be checked in this way: with a forged one HDF5 may take up to 4 GB
and some seconds until it refuses.
"""

import struct

import numpy as np

HEAP = b"GCOL\x01\0\0\0"  # signature, version, and three bytes that are zero
HEADER = struct.Struct("<HHIQ")  # of an object: number, references, reserved, size
DESCRIPTOR = np.dtype([("length", "<u4"), ("heap", "<u8"), ("number", "<u4")])


def faulty_heap(content: bytes) -> int | None:
    """Offset of the first heap whose objects do not fill it exactly; None if all do."""
    at = content.find(HEAP)
    while at >= 0 and _fits(content, at):
        at = content.find(HEAP, at + 1)
    return at if at >= 0 else None


def _fits(content: bytes, at: int) -> bool:
    """Whether the objects of a heap fill it; object 0 is the free space, its header included."""
    end = at + int.from_bytes(content[at + 8 : at + 16], "little")
    at += 16
    while at + HEADER.size <= end <= len(content):
        number, _, _, size = HEADER.unpack_from(content, at)
        needed = HEADER.size + (size + 7) // 8 * 8 if number else size
        if needed < HEADER.size:
            return False
        at += needed
    return at <= end <= len(content)


def promised_bytes(content: bytes, offset: int, texts: int) -> int:
    """Total length of a dataset's texts by their descriptors, which begin at an offset."""
    table = content[offset : offset + texts * DESCRIPTOR.itemsize]
    whole = len(table) // DESCRIPTOR.itemsize
    return int(np.frombuffer(table, DESCRIPTOR, whole)["length"].sum(dtype=np.uint64))
