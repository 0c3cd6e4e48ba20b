"""Memory for whole vectors."""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.sums.jit import kernel

LINE = 8  # doubles in a cache line


@kernel
def aligned(size: int) -> Array:
    """Room for so many doubles from the start of a cache line on: across two, vectors are slow."""
    room = np.empty(size + LINE)
    skip = -(room.ctypes.data // 8) % LINE
    return room[skip : skip + size]
