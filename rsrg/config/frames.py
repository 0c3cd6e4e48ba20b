"""From what a config says of a trajectory to its single frames: files, patterns and slices."""

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from glob import glob
from pathlib import Path

import numpy as np

from rsrg.config.blocks import PositionsSpec
from rsrg.config.frame_arrays import HDF5, array_frame, array_shape
from rsrg.config.frame_index import Excerpt, has_text_frames, text_frames
from rsrg.config.position_checks import MIN_POINTS
from rsrg.config.position_content import content_hash, content_of, fault
from rsrg.config.position_files import ARRAYS, MAX_POINTS, parse
from rsrg.config.trajectory import MAX_FRAMES, FrameSpec
from rsrg.errors import ConfigError

PATTERN = re.compile(r"[*?\[]")


def single_frames(specs: tuple[FrameSpec, ...], folder: Path) -> tuple[FrameSpec, ...]:
    """Every frame that the specs name, with its place, the number of its blocks, and its hash.

    folder: from which relative paths go. Frames that are known already, as those of a stored run,
    stay as they are: each is checked when it is read. Raises ConfigError naming the file, the rule
    and the value.
    """
    frames: list[FrameSpec] = []
    for spec in specs:
        known = spec.sha256 is not None and spec.blocks is not None
        frames += [spec] if known else _frames_of(spec, folder)
        if len(frames) > MAX_FRAMES:
            raise ConfigError([f"`positions` must have at most {MAX_FRAMES:,} frames; got more"])
    return tuple(frames)


def _frames_of(spec: FrameSpec, folder: Path) -> Iterator[FrameSpec]:
    """The frames that a spec names, file by file."""
    for path in _paths(spec, folder):
        own = spec.model_copy(update={"file": path})
        try:
            frames = list(_in_file(own))
        except OSError as error:
            raise fault(path, f"cannot be read: {error.strerror or error}") from None
        for frame in frames:
            if spec.sha256 not in (None, frame.sha256):
                rule = f"must be what the config names by its sha256 {spec.sha256}: it has changed"
                raise fault(frame.file, rule, frame.sha256)
            if not MIN_POINTS <= (frame.blocks or 0) <= MAX_POINTS:
                rule = f"must hold from {MIN_POINTS} to {MAX_POINTS} blocks in frame {frame.name}"
                raise fault(path, rule, frame.blocks)
            yield frame


def _paths(spec: FrameSpec, folder: Path) -> list[str]:
    """The file of a spec, or all of its pattern in natural order: frame2 before frame10."""
    path = folder / spec.file
    if path.is_file() or not PATTERN.search(spec.file):
        if not path.is_file():
            raise fault(str(path.resolve()), "must exist and be a file")
        return [str(path.resolve())]
    names = glob(spec.file, root_dir=folder)  # noqa: PTH207, which takes no absolute pattern
    files = [p.resolve() for p in (folder / name for name in names) if p.is_file()]
    if not files:
        raise ConfigError([
            f"`positions` must name files that exist; none match {spec.file} in {folder.resolve()}"
        ])  # fmt: skip
    return [str(p) for p in sorted(files, key=_natural)]


def _natural(path: Path) -> list[tuple[int, str]]:
    """A key by which numbers within names count as numbers."""
    parts = re.split(r"(\d+)", str(path))
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def _in_file(spec: FrameSpec) -> Iterator[FrameSpec]:
    """The frames that a spec names in its file."""
    kind = Path(spec.file).suffix.lower()
    if kind not in HDF5 and spec.dataset is not None:
        raise fault(spec.file, "must not come with a dataset: it is no HDF5 file", spec.dataset)
    if kind in ARRAYS:
        return _in_array(spec)
    return _in_text(spec) if has_text_frames(spec.file) else _in_other(spec)


def _in_array(spec: FrameSpec) -> Iterator[FrameSpec]:
    """Of an array (frames, n, 3) those asked for; an array (n, 3) is one frame."""
    shape = array_shape(spec.file, spec.dataset)
    if len(shape) not in (2, 3) or shape[-1] != 3:
        raise fault(spec.file, "must hold positions of shape (n, 3) or (frames, n, 3)", shape)
    if len(shape) == 2 and spec.frame is not None:
        raise fault(spec.file, "must not come with a frame: it holds one", f"@{spec.frame}")
    for number in [None] if len(shape) == 2 else _chosen(spec, shape[0]):
        digest = frame_hash(array_frame(spec.file, spec.dataset, number))
        yield spec.model_copy(update={"frame": number, "blocks": shape[-2], "sha256": digest})


def _in_text(spec: FrameSpec) -> Iterator[FrameSpec]:
    """Of an XYZ file or a LAMMPS dump those asked for."""
    status = Path(spec.file).stat()
    excerpts = _excerpts(spec.file, status.st_size, status.st_mtime_ns)
    only = len(excerpts) == 1 and spec.frame is None
    for number in _chosen(spec, len(excerpts)):
        excerpt = excerpts[number]
        if not excerpt.whole:
            rule = (
                f"must hold all {excerpt.blocks} blocks of frame {number}, its last: leave it out"
            )
            raise fault(spec.file, rule, "fewer")
        yield spec.model_copy(update={"frame": None if only else number} | _place(excerpt))


@lru_cache(maxsize=4)
def _excerpts(path: str, size: int, time: int) -> tuple[Excerpt, ...]:
    """All frames of a text file, read once for all entries of a config that name it.

    size, time: of the file, so that one that was written since is read again.
    """
    return tuple(text_frames(path))


def _place(excerpt: Excerpt) -> dict[str, int | str]:
    names = ("start", "length", "blocks", "sha256")
    return {name: getattr(excerpt, name) for name in names}


def _in_other(spec: FrameSpec) -> Iterator[FrameSpec]:
    """One frame of another format, which ASE reads as a whole."""
    if isinstance(spec.frame, str):
        rule = "must be .xyz, a LAMMPS dump, .npy or HDF5 to be sliced; name its frames one by one"
        raise fault(spec.file, rule, f"@{spec.frame}")
    content = content_of(spec.file)
    points, _ = parse(PositionsSpec(file=spec.file, frame=spec.frame), content)
    yield spec.model_copy(update={"blocks": len(points), "sha256": content_hash(content)})


def _chosen(spec: FrameSpec, count: int) -> list[int]:
    """The numbers of the frames that a spec asks for, of so many."""
    if isinstance(spec.frame, int):
        if not -count <= spec.frame < count:
            raise fault(
                spec.file, f"must hold the frame asked for; it has {count}", f"@{spec.frame}"
            )
        return [spec.frame % count]
    parts = (spec.frame or ":").split(":")
    numbers = range(count)[slice(*(int(part) if part else None for part in parts))]
    if not numbers:
        raise fault(spec.file, f"must have frames in the slice; it has {count}", f"@{spec.frame}")
    return list(numbers)


def frame_hash(points: np.ndarray) -> str:
    """SHA-256 of the numbers of an array, row by row."""
    return hashlib.sha256(np.ascontiguousarray(points).data).hexdigest()
