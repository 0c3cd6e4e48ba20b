"""Whether positions can stand for blocks: enough of them, no two in one place, a box that fits."""

import numpy as np
from scipy.spatial import KDTree

from rsrg.config.position_content import fault
from rsrg.config.position_files import MAX_POINTS
from rsrg.ensemble.point_set import PointSet
from rsrg.physics.arrays import Array

MIN_POINTS = 8
# Block sizes. For a pair nearer than this 1/r³ > 10⁶, more than all other pairs of any super block
# together, so that no error bar would mean anything. Atoms of a glass are 50 times farther apart.
NEAREST = 0.01
# Block sizes. Random points leave a slab of 2 × 2 × 2 and more empty in one of e⁸ cases or fewer.
WIDEST_GAP = 2.0
ROUNDING = 1e-6  # of an edge: files hold six digits or more
AXES = ("first", "second", "third")


def check_points(path: str, points: Array) -> None:
    """Raise ConfigError unless points are (n, 3) finite real numbers, not too few or too many."""
    if points.ndim != 2 or points.shape[1] != 3:
        raise fault(path, "must hold positions of shape (n, 3)", points.shape)
    if points.dtype.kind not in "fiu":
        raise fault(path, "must hold real numbers", points.dtype)
    if not MIN_POINTS <= len(points) <= MAX_POINTS:
        raise fault(path, f"must hold from {MIN_POINTS} to {MAX_POINTS} blocks", len(points))
    bad = ~np.isfinite(points).all(axis=1)
    if bad.any():
        i = int(np.argmax(bad))
        raise fault(path, "must hold finite numbers", f"{points[i].tolist()} as block {i}")


def check_span(path: str, points: Array, box: tuple[float, ...]) -> None:
    """Raise ConfigError where points reach beyond a box that was given for them."""
    span = np.ptp(points, axis=0)
    if (span > np.multiply(box, 1.0 + ROUNDING)).any():
        rule = (
            f"must lie within one periodic `box` of edges {_list(box)}, or the box is too small "
            "and would put blocks into others"
        )
        raise fault(path, rule, f"a span of {_list(span)}")


def check_gaps(path: str, sample: PointSet, edges: Array) -> None:
    """Raise ConfigError where the periodic box of a sample leaves a slab empty.

    edges: the lengths of the box's edges, in the units of the file.
    """
    if sample.cell is None:
        return
    inverse: Array = np.linalg.inv(sample.cell).astype(np.float64)
    heights = 1.0 / np.linalg.norm(inverse, axis=0)
    for k, places in enumerate(_fractions(sample.points, inverse).T):
        ordered = np.sort(places)
        gap = heights[k] * np.diff(ordered, append=ordered[0] + 1.0).max()
        if gap > WIDEST_GAP:
            rule = (
                f"must fill its periodic box of edges {_list(edges)}, which is too large along the "
                f"{AXES[k]}: blocks leave less than {WIDEST_GAP:g} block sizes empty"
            )
            raise fault(path, rule, f"{gap:.3g}")


def check_distances(path: str, sample: PointSet) -> None:
    """Raise ConfigError, naming both, where two blocks or images of them are too near."""
    near = _near_pairs(sample)
    if near:
        i, j = near[0]
        distance = _distance(sample, i, j)
        rule = f"must hold each block once, {NEAREST:g} block sizes or more from all others"
        through = " through the periodic box" if sample.cell is not None else ""
        raise fault(path, rule, f"blocks {i} and {j}, {distance:.2g} apart{through}")


def _near_pairs(sample: PointSet) -> list[tuple[int, int]]:
    """The pairs nearer than NEAREST, ordered."""
    if sample.cell is None:
        return sorted(KDTree(sample.points).query_pairs(NEAREST))
    inverse: Array = np.linalg.inv(sample.cell).astype(np.float64)
    tree = KDTree(_fractions(sample.points, inverse), boxsize=np.ones(3))
    reach = NEAREST * float(np.linalg.norm(inverse, 2))  # as large in fractions of the box, at most
    pairs = tree.query_pairs(reach)
    return sorted((i, j) for i, j in pairs if _distance(sample, i, j) < NEAREST)


def _distance(sample: PointSet, i: int, j: int) -> float:
    d = sample.points[i] - sample.points[j]
    if sample.cell is not None:
        fractions = d @ np.linalg.inv(sample.cell)
        d = (fractions - np.rint(fractions)) @ sample.cell
    return float(np.linalg.norm(d))


def _fractions(points: Array, inverse: Array) -> Array:
    """Coordinates in units of the box, each from 0 to below 1."""
    fractions = points @ inverse % 1.0
    return np.asarray(np.where(fractions < 1.0, fractions, 0.0))  # −1e-17 % 1 is 1


def _list(values: Array | tuple[float, ...]) -> str:
    return " × ".join(f"{v:.4g}" for v in values)
