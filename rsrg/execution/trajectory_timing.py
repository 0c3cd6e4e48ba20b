"""What a trajectory takes: engine, memory and time, judged before it begins."""

import logging
from math import pi
from pathlib import Path

import numpy as np

from rsrg.config.position_files import ARRAYS
from rsrg.config.trajectory import TrajectoryConfig
from rsrg.errors import ConfigError
from rsrg.execution.trajectory_plan import TrajectoryPlan
from rsrg.formatting import size_text
from rsrg.sums.cost import direct_seconds
from rsrg.sums.direct import direct_bytes
from rsrg.sums.engines import LATTICE_FROM, choose_engine
from rsrg.sums.ewald.ewald import choose_plan
from rsrg.sums.ewald.nufft import finufft
from rsrg.sums.limits import memory_limit
from rsrg.sums.threads import available_threads

# Of a block that is read and checked, measured on a Zen 5 core, and what it takes in memory.
ARRAY_SECONDS, TEXT_SECONDS = 1.9e-6, 3.6e-6
ARRAY_BYTES, TEXT_BYTES = 120, 400
BLOCK_BYTES = 160  # of a block in memory while a sum goes on: as read, scaled, and in the ball
LOG = logging.getLogger(__name__)
BALL = pi / 6.0  # of a cube, the largest ball in it
FRAME_BYTES = 8 * (15 + 2) + 1000  # of a frame in the run file: moments, and its place as text


def trajectory_plan(config: TrajectoryConfig, threads: int | None = None) -> TrajectoryPlan:
    """How large a trajectory is, in so many threads; by default one for each processor.

    The sum is judged by random points, as many as in the largest frame.
    """
    threads = min(threads or available_threads(), available_threads())
    counts = [frame.blocks or 0 for frame in config.positions]
    most, share = max(counts), BALL if config.domain == "sphere" else 1.0
    summed = max(2, round(share * most))
    points = np.random.default_rng(0).random((summed, 3))
    choice = choose_engine(points, "auto", config.tolerance)
    if choice.engine == "ewald" and config.tolerance is not None:
        ewald = choose_plan(points, config.tolerance)
        seconds, sum_bytes = ewald.seconds, ewald.memory_bytes
    else:
        seconds, sum_bytes = direct_seconds(summed), direct_bytes(summed)
    arrays = all(Path(f.file).suffix.lower() in ARRAYS for f in config.positions)
    reading, read = (ARRAY_SECONDS, ARRAY_BYTES) if arrays else (TEXT_SECONDS, TEXT_BYTES)
    frame_bytes = max(read * most, sum_bytes + BLOCK_BYTES * most)
    glasses = len(config.materials)
    return TrajectoryPlan(
        frames=len(counts),
        blocks=(min(counts), most),
        summed=summed,
        engine=choice.engine,
        threads=threads,
        frame_bytes=frame_bytes,
        memory_bytes=min(threads, len(counts)) * frame_bytes,
        file_bytes=len(counts) * (FRAME_BYTES + glasses * 8 * 38),
        seconds=len(counts) * (seconds + reading * most) / threads,
        faster=choice.faster,
    )


def require_trajectory(config: TrajectoryConfig, threads: int | None = None) -> None:
    """Raise ConfigError where frames side by side exceed the memory; PhysicsError without finufft.

    It warns of sums that go pair by pair for long. threads: as in `trajectory_plan`.
    """
    if (
        config.tolerance is not None
        and max(f.blocks or 0 for f in config.positions) >= LATTICE_FROM
    ):
        finufft(f"`tolerance` with frames of {LATTICE_FROM:,} blocks or more")
    planned = trajectory_plan(config, threads)
    if planned.faster:
        LOG.warning("%s", planned.faster)
    if planned.fits:
        return
    limit = memory_limit()
    fitting = max(1, int(limit.bytes // planned.frame_bytes)) if limit else 1
    raise ConfigError(
        [
            f"frames side by side must fit into memory: {planned.threads} threads with "
            f"{size_text(planned.frame_bytes)} each need {size_text(planned.memory_bytes)}, and "
            f"{limit}; --threads {fitting} takes less"
        ]
    )
