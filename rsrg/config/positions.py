"""Positions of blocks from a file: read, checked, and scaled to unit volume per block."""

import hashlib
import io
import re
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.spatial import ConvexHull, KDTree, QhullError

from rsrg.config.blocks import PositionsSpec
from rsrg.ensemble.point_set import PointSet
from rsrg.errors import ConfigError, RunFileError
from rsrg.physics.arrays import Array

MAX_BYTES = 200_000_000
MAX_POINTS = 1_000_000
MIN_POINTS = 8
SAME_PLACE = 1e-6  # block sizes; nearer positions count as one block given twice
_DATASET = re.compile(r"(.*\.(?:h5|hdf5))(?::(.+))?", re.IGNORECASE)
_LATTICE = re.compile(r'lattice\s*=\s*"([^"]*)"', re.IGNORECASE)
_PROPERTIES = re.compile(r"properties\s*=\s*(\S+)", re.IGNORECASE)


def pinned(spec: PositionsSpec, folder: Path) -> PositionsSpec:
    """The spec with the full path of its file and the hash of the file's present content.

    Raises ConfigError if the file is missing or invalid, or its content not that of the hash.
    """
    path, dataset = _split(spec.file)
    full = str((folder / path).resolve())
    name = f"{full}:{dataset}" if dataset else full
    pinned_spec = spec.model_copy(update={"file": name, "sha256": _hash(_content(full))})
    if spec.sha256 not in (None, pinned_spec.sha256):
        raise _fault(
            full,
            f"must be the file that the config names by its sha256 {spec.sha256}: it has changed",
            pinned_spec.sha256,
        )
    read_sample(pinned_spec)
    return pinned_spec


@lru_cache(maxsize=2)
def read_sample(spec: PositionsSpec) -> PointSet:
    """The blocks of a pinned spec, in block sizes: scaled so that each has unit volume on average.

    The volume is that of the periodic box, where there is one. Of a finite sample it is estimated
    as |C| (n + 1)/(n − v + 1), C the convex hull of the n points and v its corners (Baldin & Reiß,
    Bernoulli 22, 2016: unbiased for Poisson points in a convex body).

    Raises ConfigError naming the file, the rule and the value.
    """
    path, dataset = _split(spec.file)
    content = _content(path)
    if _hash(content) != spec.sha256:
        raise _fault(path, f"must not change while it is used; its sha256 was {spec.sha256}")
    points, cell = _parse(path, dataset, content)
    if spec.box is not None:
        if cell is not None:
            raise _fault(path, "must not give a Lattice where the config gives a `box`")
        cell = np.diag(spec.box)
    _check(path, points)
    spacing = np.cbrt(_volume(path, points, cell) / len(points))
    sample = PointSet(points / spacing, None if cell is None else cell / spacing)
    _check_distances(path, sample)
    return sample


def _split(file: str) -> tuple[str, str | None]:
    match = _DATASET.fullmatch(file)
    return (match[1], match[2]) if match else (file, None)


def _fault(path: str, rule: str, got: object = None) -> ConfigError:
    shown = "" if got is None else f"; got {got}"
    return ConfigError([f"`positions` file {path} {rule}{shown}"])


def _content(path: str) -> bytes:
    try:
        if not Path(path).is_file():
            raise _fault(path, "must exist and be a file")
        size = Path(path).stat().st_size
        if size > MAX_BYTES:
            raise _fault(path, f"must be at most {MAX_BYTES // 10**6} MB", f"{size} bytes")
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise _fault(path, f"cannot be read: {error}") from None


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _parse(path: str, dataset: str | None, content: bytes) -> tuple[Array, Array | None]:
    """Points, (n, 3), and cell, (3, 3) or None, in the units of the file."""
    kind = Path(path).suffix.lower()
    if kind == ".npy":
        return _npy(path, content), None
    if kind == ".xyz":
        return _xyz(path, content)
    if kind in (".h5", ".hdf5"):
        return _h5(path, dataset, content), None
    raise _fault(path, "must end in .npy, .xyz, .h5 or .hdf5", repr(kind))


def _npy(path: str, content: bytes) -> Array:
    try:
        return np.asarray(np.lib.format.read_array(io.BytesIO(content), allow_pickle=False))
    except (ValueError, OSError, EOFError, MemoryError, SyntaxError) as error:
        raise _fault(path, f"must be a .npy array of numbers: {_first_line(error)}") from None


def _h5(path: str, dataset: str | None, content: bytes) -> Array:
    from rsrg.storage.foreign import read_foreign

    if dataset is None:
        raise _fault(path, "must come with the name of a dataset, as blocks.h5:positions")
    try:
        return read_foreign(content, dataset, 3 * MAX_POINTS)
    except RunFileError as error:
        raise _fault(path, str(error)) from None


def _xyz(path: str, content: bytes) -> tuple[Array, Array | None]:
    """One frame of (extended) XYZ: the count, a comment, then a line for each block."""
    try:
        lines = content.decode("utf-8").rstrip().splitlines()
    except UnicodeDecodeError as error:
        raise _fault(path, f"must be text: {error}") from None
    if len(lines) < 3 or not lines[0].strip().isdecimal() or len(lines[0]) > 20:
        raise _fault(
            path, "must begin with the number of blocks", repr(lines[0][:40] if lines else "")
        )
    n, rows = int(lines[0]), lines[2:]
    if n != len(rows):
        raise _fault(path, f"must hold one frame of {n} blocks, as its first line says", len(rows))
    first = _first_column(path, lines[1])
    points = np.empty((n, 3))
    for i, row in enumerate(rows):
        try:
            points[i] = [float(word) for word in row.split()[first : first + 3]]
        except ValueError:
            rule = f"must have x, y and z in columns {first + 1} to {first + 3} of line {i + 3}"
            raise _fault(path, rule, repr(row[:60])) from None
    return points, _lattice(path, lines[1])


def _first_column(path: str, comment: str) -> int:
    """The column of x: that after the species, or the one that `Properties` names."""
    match = _PROPERTIES.search(comment)
    if match is None:
        return 1
    fields, column = match[1].strip('"').split(":"), 0
    for name, count in zip(fields[0::3], fields[2::3], strict=False):
        if name == "pos" and count == "3":
            return column
        column += int(count) if count.isdecimal() and len(count) < 4 else 0
    raise _fault(path, "must have pos:R:3 among its Properties", match[1][:60])


def _lattice(path: str, comment: str) -> Array | None:
    match = _LATTICE.search(comment)
    if match is None:
        return None
    try:
        cell = np.array([float(word) for word in match[1].split()]).reshape(3, 3)
    except ValueError:
        raise _fault(path, "must have nine numbers as Lattice", repr(match[1][:60])) from None
    if not np.isfinite(cell).all() or not abs(np.linalg.det(cell)) > 0.0:
        raise _fault(path, "must have a Lattice of some volume", repr(match[1][:60]))
    return cell


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _check(path: str, points: Array) -> None:
    if points.ndim != 2 or points.shape[1] != 3:
        raise _fault(path, "must hold positions of shape (n, 3)", points.shape)
    if points.dtype.kind not in "fiu":
        raise _fault(path, "must hold real numbers", points.dtype)
    if not MIN_POINTS <= len(points) <= MAX_POINTS:
        raise _fault(path, f"must hold from {MIN_POINTS} to {MAX_POINTS} blocks", len(points))
    bad = ~np.isfinite(points).all(axis=1)
    if bad.any():
        i = int(np.argmax(bad))
        raise _fault(path, "must hold finite numbers", f"{points[i].tolist()} as block {i}")


def _volume(path: str, points: Array, cell: Array | None) -> float:
    """The volume that the points occupy, in the units of the file."""
    if cell is not None:
        return abs(float(np.linalg.det(cell)))
    try:
        hull = ConvexHull(points)
    except QhullError:
        raise _fault(path, "must hold blocks that do not lie in one plane") from None
    n = len(points)
    return float(hull.volume) * (n + 1) / (n - len(hull.vertices) + 1)


def _check_distances(path: str, sample: PointSet) -> None:
    """Raise ConfigError if two blocks coincide, images of the periodic box included."""
    p = sample.points
    if sample.cell is not None:
        p = p @ np.linalg.inv(sample.cell) % 1.0 @ sample.cell
    near = KDTree(p).query_pairs(SAME_PLACE, output_type="ndarray")
    if len(near):
        i, j = near[0].tolist()
        raise _fault(path, "must hold each block once", f"blocks {i} and {j} in one place")
