"""How large a super block is: N0, and the radius of the body that N0³ blocks fill."""

import numpy as np

from rsrg.physics.arguments import is_integer, shown
from rsrg.physics.errors import PhysicsError
from rsrg.physics.readings import Reading

LARGEST_N0 = 10**15  # a mistake beyond it; up to it N0³ and ln N0 are numbers


def check_n0(n0: int) -> int:
    """N0 itself, if an integer of at least 2. Raises PhysicsError otherwise."""
    if not is_integer(n0) or n0 < 2:
        raise PhysicsError(f"`n0` must be an integer ≥ 2; got {shown(n0)}")
    if n0 > LARGEST_N0:
        raise PhysicsError(f"`n0` must be an integer of at most {LARGEST_N0:.0e}; got {shown(n0)}")
    return int(n0)


def body_radius(n0: int, determinant: float, reading: Reading) -> float:
    """Radius, in block sizes, of the ball that the body comes from: R₀ (ellipsoid) or R (sphere).

    The body has the volume of N0³ blocks, each of volume V (see Reading.block_volume).
    """
    volume = n0**3 * reading.block_volume(determinant)
    if reading.domain == "ellipsoid":
        volume /= determinant
    return float(np.cbrt(3.0 * volume / (4.0 * np.pi)))
