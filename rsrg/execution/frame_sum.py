"""The sum over the blocks of one frame of a trajectory, wherever it is computed."""

from dataclasses import dataclass

from rsrg.config.frame_reading import read_frame
from rsrg.config.trajectory import FrameDomain, FrameSpec
from rsrg.errors import ConfigError, FrameError
from rsrg.physics.arrays import Array
from rsrg.storage.provenance import host
from rsrg.sums.engines import LATTICE_FROM, pair_sum
from rsrg.sums.ewald.nufft import finufft
from rsrg.sums.threads import granted_threads


@dataclass(frozen=True)
class FrameSum:
    """moments: Q_abcd per block, (15,), in block sizes. spacing: a block size in file units."""

    moments: Array
    blocks: int
    spacing: float
    engine: str


def frame_sum(frame: str, domain: FrameDomain, tolerance: float | None, threads: int) -> FrameSum:
    """Read a frame and sum over its blocks, in so many threads; their number changes no bit.

    frame: a single FrameSpec as JSON. Raises FrameError, naming host and file, where the frame is
    missing, or is no longer what it was.
    """
    spec = FrameSpec.model_validate_json(frame)
    try:
        sample, spacing = read_frame(spec)
    except ConfigError as error:
        raise FrameError(f"{error} ({host()}, frame {spec.name})") from None
    points = sample.points if domain == "all" else sample.largest_ball()
    if len(points) < 2:
        raise FrameError(
            f"frame {spec.name} must have at least 2 blocks in its largest ball; got {len(points)}"
        )
    if tolerance is not None and len(points) >= LATTICE_FROM:
        finufft("a `tolerance`")  # without it, other bits would come of a slower sum
    with granted_threads(threads):
        choice = pair_sum(points, tolerance=tolerance)
        moments = choice.moments() / len(points)
    return FrameSum(moments, len(points), spacing, choice.engine)
