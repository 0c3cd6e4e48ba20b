"""One frame of a trajectory as blocks: read from its place, known by its hash, checked, scaled."""

from pathlib import Path

import numpy as np

from rsrg.config.blocks import PositionsSpec
from rsrg.config.frame_arrays import array_frame
from rsrg.config.frames import frame_hash
from rsrg.config.position_content import content_hash, content_of, fault
from rsrg.config.position_files import ARRAYS, parse
from rsrg.config.positions import scaled_sample
from rsrg.config.trajectory import FrameSpec
from rsrg.ensemble.point_set import PointSet
from rsrg.physics.arrays import Array


def read_frame(spec: FrameSpec) -> tuple[PointSet, float]:
    """The blocks of a frame, in block sizes, and the block size in units of the file.

    As `read_sample`: scaled so that each block has unit volume on average. Raises ConfigError
    naming the file, the rule and the value; also where the frame is another than it was.
    """
    try:
        points, cell, digest = _points(spec)
    except OSError as error:
        raise fault(spec.file, f"cannot be read: {error.strerror or error}") from None
    if digest != spec.sha256:
        rule = f"must not change while it is used; the sha256 of {spec.name} was {spec.sha256}"
        raise fault(spec.file, rule, digest)
    return scaled_sample(spec.file, points, cell, spec.box)


def _points(spec: FrameSpec) -> tuple[np.ndarray, Array | None, str]:
    """Positions and cell in units of the file, and the hash of what they were read from."""
    if not Path(spec.file).is_file():
        raise fault(spec.file, "must exist and be a file")
    if Path(spec.file).suffix.lower() in ARRAYS:
        points = array_frame(spec.file, spec.dataset, _number(spec))
        return points, None, frame_hash(points)
    if spec.length is None:
        content = content_of(spec.file)
        alone = PositionsSpec(file=spec.file, frame=_number(spec))
    else:
        content = _excerpt(spec.file, spec.start or 0, spec.length)
        alone = PositionsSpec(file=spec.file)
    digest = content_hash(content)
    if digest != spec.sha256:  # what else it is, no reader needs to tell
        return np.empty((0, 3)), None, digest
    return *parse(alone, content), digest


def _number(spec: FrameSpec) -> int | None:
    return spec.frame if isinstance(spec.frame, int) else None


def _excerpt(path: str, start: int, length: int) -> bytes:
    with Path(path).open("rb") as file:
        file.seek(start)
        return file.read(length)
