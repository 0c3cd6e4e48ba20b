"""Where the frames of a text file of many begin and end, found in one pass, with their hashes.

Such a file may be larger than the memory: it is read line by line, and later each frame by itself.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from rsrg.config.position_content import fault

XYZ = (".xyz", ".extxyz")
DUMP = b"ITEM: "  # with which a LAMMPS dump, and each section of it, begins
ATOMS = b"ITEM: ATOMS"
NUMBER = b"ITEM: NUMBER OF ATOMS"
LINES_AT_ONCE = 1 << 16


@dataclass(frozen=True)
class Excerpt:
    """A frame in a file, in bytes. whole: whether all blocks that it announces are there."""

    start: int
    length: int
    blocks: int
    sha256: str
    whole: bool


class _Frame:
    """The lines of one frame, hashed as they are read."""

    def __init__(self, file: BinaryIO, start: int) -> None:
        self.file, self.start, self.length, self.hash = file, start, 0, hashlib.sha256()

    def add(self, content: bytes) -> None:
        """Take bytes that were read."""
        self.length += len(content)
        self.hash.update(content)

    def line(self) -> bytes:
        """The next line; empty at the end of the file."""
        content = self.file.readline()
        self.add(content)
        return content

    def ended(self, blocks: int) -> Excerpt:
        """The frame, after the lines of its blocks."""
        left = blocks
        while lines := list(islice(self.file, min(left, LINES_AT_ONCE))):
            self.add(b"".join(lines))
            left -= len(lines)
        return Excerpt(self.start, self.length, blocks, self.hash.hexdigest(), left == 0)


def has_text_frames(path: str) -> bool:
    """Whether frames can be told apart line by line: XYZ by its name, a LAMMPS dump by its start.

    Raises OSError where the file cannot be read.
    """
    with open(path, "rb") as file:  # noqa: PTH123, the path is checked by its caller
        return path.lower().endswith(XYZ) or file.read(len(DUMP)) == DUMP


def text_frames(path: str) -> Iterator[Excerpt]:
    """The frames of an XYZ file or a LAMMPS dump, one after the other.

    Raises ConfigError where a frame begins otherwise than its format says; OSError.
    """
    read = _xyz_frame if path.lower().endswith(XYZ) else _dump_frame
    with open(path, "rb") as file:  # noqa: PTH123
        start = number = 0
        while (frame := read(path, number, _Frame(file, start))) is not None:
            yield frame
            start, number = start + frame.length, number + 1


def _xyz_frame(path: str, number: int, frame: _Frame) -> Excerpt | None:
    """A line with the number of atoms, a comment, and a line for each atom."""
    first = frame.line()
    while first and not first.strip():
        first = frame.line()  # empty lines between frames go with the next one
    if not first:
        return None
    blocks = _count(path, number, first)
    frame.line()
    return frame.ended(blocks)


def _dump_frame(path: str, number: int, frame: _Frame) -> Excerpt | None:
    """Sections that begin with ITEM, the last of them the atoms."""
    blocks = -1
    while line := frame.line():
        if line.startswith(NUMBER):
            blocks = _count(path, number, frame.line())
        elif line.startswith(ATOMS) and blocks >= 0:
            return frame.ended(blocks)
    if frame.length == 0:
        return None
    return Excerpt(frame.start, frame.length, max(blocks, 0), frame.hash.hexdigest(), False)


def _count(path: str, number: int, line: bytes) -> int:
    if not line.strip().isdigit():
        got = line[:40].decode(errors="replace").strip() or "the end of the file"
        raise fault(path, f"must give the number of its blocks in frame {number}", repr(got))
    return int(line)
