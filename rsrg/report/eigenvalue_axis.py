"""What figures of eigenvalues of χ⁻¹ do alike: which channels are one curve, and the axis."""

from collections.abc import Sequence

import numpy as np


def channel_groups(curves: Sequence[np.ndarray], count: int) -> list[tuple[int, list[int]]]:
    """The channels that coincide everywhere: the first of each set, and all of it.

    curves: eigenvalues by each source of M, channels last. count: of channels.
    """
    groups: list[tuple[int, list[int]]] = []
    for c in range(count):
        for first, members in groups:
            if all(_coincide(v[..., c], v[..., first]) for v in curves):
                members.append(c)
                break
        else:
            groups.append((c, [c]))
    return groups


def _coincide(a: np.ndarray, b: np.ndarray) -> bool:
    return np.allclose(a, b, rtol=1e-6, equal_nan=True)


def eigenvalue_limits(start: float, ends: Sequence[np.ndarray]) -> tuple[float, float]:
    """Of an axis of eigenvalues: zero and the start of the flow; a steep curve may leave it.

    start: the largest eigenvalue before the flow. ends: all at its end, by each source, NaN for
    unknown.
    """
    lowest = min(float(v.min(initial=0.0, where=np.isfinite(v))) for v in ends)
    low = max(1.1 * min(lowest, 0.0), -1.5 * start) - 0.1 * start
    return float(low), float(3.0 * start)
