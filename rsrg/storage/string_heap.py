"""Heaps of texts in an HDF5 file, checked in its bytes before HDF5 itself reads them.

Texts of variable length (attributes, and in files of schema version 1 datasets) lie in heaps; where
such a text is read from stands a descriptor: its length, its heap, and its number in the heap.
HDF5 (seen in 2.0) walks for ever through a heap whose objects have impossible sizes, and takes
memory for a text as long as its descriptor says before it looks whether there is one. The
descriptors of attributes cannot be checked in this way: with a forged one HDF5 may take up to 4 GB
and some seconds until it refuses.
"""

import struct

import numpy as np

HEAP = b"GCOL\x01\0\0\0"  # signature, version, and three bytes that are zero
HEADER = struct.Struct("<HHIQ")  # of an object: number, references, reserved, size
DESCRIPTOR = np.dtype([("length", "<u4"), ("heap", "<u8"), ("number", "<u4")])


def faulty_heap(content: bytes) -> int | None:
    """Where the first heap begins whose objects do not fill it exactly; None if all do."""
    at = content.find(HEAP)
    while at >= 0 and _fits(content, at):
        at = content.find(HEAP, at + 1)
    return at if at >= 0 else None


def _fits(content: bytes, at: int) -> bool:
    """Walk from object to object; number 0 is the space that is free, its own header included."""
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
    """How long all texts of a dataset are by their descriptors, which begin at an offset."""
    table = content[offset : offset + texts * DESCRIPTOR.itemsize]
    whole = len(table) // DESCRIPTOR.itemsize
    return int(np.frombuffer(table, DESCRIPTOR, whole)["length"].sum(dtype=np.uint64))
