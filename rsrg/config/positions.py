"""Positions of blocks from a file: identified by its content, checked, and scaled."""

import io
import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial import ConvexHull, QhullError

from rsrg.config.blocks import PositionsSpec
from rsrg.config.position_checks import check_distances, check_gaps, check_points, check_span
from rsrg.config.position_content import content_hash, content_of, fault
from rsrg.config.position_files import parse
from rsrg.ensemble.point_set import PointSet
from rsrg.physics.arrays import Array
from rsrg.storage.atomic import replace_content

NAME_DIGITS = 12  # of the hash, in the name of a file of ours
LOG = logging.getLogger(__name__)


def pinned(spec: PositionsSpec, folder: Path) -> PositionsSpec:
    """The spec with the full path of its file and the hash of the file's present content.

    Raises ConfigError if the file is missing or invalid, or its content not that of the hash.
    """
    full = str((folder / spec.file).resolve())
    pinned_spec = spec.model_copy(update={"file": full, "sha256": content_hash(content_of(full))})
    if spec.sha256 not in (None, pinned_spec.sha256):
        raise fault(
            full,
            f"must be the file that the config names by its sha256 {spec.sha256}: it has changed",
            pinned_spec.sha256,
        )
    LOG.info("%s", sample_text(pinned_spec))
    return pinned_spec


@lru_cache(maxsize=2)
def read_sample(spec: PositionsSpec) -> PointSet:
    """The blocks of a pinned spec, in block sizes: scaled so that each has unit volume on average.

    The volume is that of the periodic box, where there is one. Of a finite sample it is estimated
    as |C| (n + 1)/(n − v + 1), C the convex hull of the n points and v its corners (Baldin & Reiß,
    Bernoulli 22, 2016: unbiased for Poisson points in a convex body).

    Raises ConfigError naming the file, the rule and the value.
    """
    path, content = spec.file, content_of(spec.file)
    if content_hash(content) != spec.sha256:
        raise fault(path, f"must not change while it is used; its sha256 was {spec.sha256}")
    points, cell = parse(spec, content)
    return scaled_sample(path, points, cell, spec.box)[0]


def scaled_sample(
    path: str, points: Array, cell: Array | None, box: tuple[float, float, float] | None
) -> tuple[PointSet, float]:
    """Blocks in block sizes as `read_sample` has them, and the block size in units of the file.

    points, cell: as the file holds them. box: that of the config. Raises ConfigError.
    """
    check_points(path, points)
    if box is not None:
        if cell is not None:
            raise fault(path, "must not be periodic by itself where the config gives a `box`")
        check_span(path, points, box)
        cell = np.diag(box)
    spacing = np.cbrt(_volume(path, points, cell) / len(points))
    sample = PointSet(points / spacing, None if cell is None else cell / spacing)
    if cell is not None:
        check_gaps(path, sample, np.linalg.norm(cell, axis=1))
    check_distances(path, sample)
    return sample, float(spacing)


def sample_text(spec: PositionsSpec) -> str:
    """What the blocks of a pinned spec are: how many, and in which box."""
    sample, name = read_sample(spec), Path(spec.file).name
    if sample.cell is None:
        return f"{len(sample.points)} blocks of {name}, a finite sample"
    edges = " × ".join(f"{edge:.4g}" for edge in np.linalg.norm(sample.cell, axis=1))
    given = f"of {name}" if spec.box is None else "of the config"
    return (
        f"{len(sample.points)} blocks of {name}, in the periodic box {given}: {edges} block sizes"
    )


def saved_array(value: Any, several: bool = False) -> Any:
    """The path of a file that holds the positions of an array; anything else as it is.

    The file, positions-HASH.npy in this folder, is named by its content: the same array is the
    same file. One of that name with other content was cut short, and is replaced. several: whether
    it may hold several frames, (frames, n, 3). Raises ConfigError where it cannot be written.
    """
    if not hasattr(value, "__array__") and not isinstance(value, list | tuple):
        return value
    points = np.asarray(value)
    for frame in points if several and points.ndim == 3 else [points]:
        check_points("of the array", frame)
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.ascontiguousarray(points, np.float64), allow_pickle=False)
    content = buffer.getvalue()
    path = Path(f"positions-{content_hash(content)[:NAME_DIGITS]}.npy")
    try:
        if not path.is_file() or path.read_bytes() != content:
            replace_content(path, content)
    except OSError as error:
        raise fault(str(path), f"cannot be written: {error.strerror or error}") from None
    return str(path.resolve())


def _volume(path: str, points: Array, cell: Array | None) -> float:
    """The volume that the points occupy, in the units of the file."""
    if cell is not None:
        return abs(float(np.linalg.det(cell)))
    try:
        hull = ConvexHull(points)
    except QhullError:
        raise fault(path, "must hold blocks that do not lie in one plane") from None
    n = len(points)
    return float(hull.volume) * (n + 1) / (n - len(hull.vertices) + 1)
