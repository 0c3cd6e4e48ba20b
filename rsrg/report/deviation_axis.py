"""An axis of deviations in standard errors: linear about zero, logarithmic beyond."""

import numpy as np

LINEAR = 3.0  # standard errors: the axis is linear up to this, and logarithmic beyond
MOST_POWERS = 4  # of ten among the ticks, to each side


def tick_powers(largest: float) -> list[int]:
    """The exponents of the powers of ten among the ticks, for deviations of up to `largest`."""
    decades = int(np.log10(largest))
    return list(range(1, decades + 1, max(1, -(-decades // MOST_POWERS))))
