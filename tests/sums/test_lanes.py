"""The sums of bodies side by side, against the twin of each body alone."""

import numpy as np
import pytest

from rsrg.sums.jit import kernel
from rsrg.sums.kernels.lane_configurations import list_by_size
from rsrg.sums.kernels.lanes import lane_moments, place_lane
from rsrg.sums.kernels.quartics import LANES, MOMENTS

from .twins import pair_moments_twin


@kernel
def enter_sums(positions, size, first, sums):
    """The kernel, called from another as it has to be."""
    lane_moments(positions, size, first, sums)


def lane_sums(positions, first):
    """Of positions (size, 3, LANES): the sums over all pairs, (sizes from first on, 15, LANES)."""
    size = len(positions)
    sums = np.full((size - first + 1, MOMENTS, LANES), np.nan)
    enter_sums(positions.ravel(), size, first, sums.ravel())
    return 2.0 * sums


@pytest.mark.parametrize(("size", "first"), [(2, 1), (8, 8), (27, 20), (130, 130)])
def test_twin(size, first):
    positions = np.random.default_rng(size).normal(size=(size, 3, LANES))
    sums = lane_sums(positions, first)
    for row, lane in np.ndindex(len(sums), LANES):
        expected = pair_moments_twin(positions[: first + row, :, lane])
        scale = max(np.abs(expected).max(), 1e-300)
        # size² terms in another order
        np.testing.assert_allclose(sums[row, :, lane], expected, rtol=0, atol=1e-13 * scale)


def test_lanes_and_later_points_change_nothing():
    """Bitwise: a body in any lane, beside whatever there is, and before whatever follows."""
    rng = np.random.default_rng(3)
    body = rng.normal(size=(20, 3))
    alone = np.zeros((20, 3, LANES))
    alone[:, :, 2] = body
    expected = lane_sums(alone, 20)[0, :, 2]
    for lane in range(LANES):
        crowd = rng.normal(size=(30, 3, LANES))
        crowd[:, 0, (lane + 3) % LANES] = np.nan
        crowd[:20, :, lane] = body
        np.testing.assert_array_equal(lane_sums(crowd, 20)[0, :, lane], expected)


def test_place_lane():
    rng = np.random.default_rng(4)
    points, map_ = rng.normal(size=(3, 40)), rng.normal(size=(3, 4))
    chosen = np.array([3, 1, 39], np.uint32)
    positions = np.full((5, 3, LANES), 7.0)
    place_lane(points, map_, chosen, 6, positions.reshape(-1))
    expected = np.full((5, 3, LANES), 7.0)
    expected[:3, :, 6] = (map_[:, :3] @ points[:, chosen] + map_[:, 3:]).T
    np.testing.assert_allclose(positions, expected, rtol=0, atol=1e-14)  # sums of four, below 10


def test_list_by_size():
    size = np.array([5, 3, 5, 2, 3])
    listed = np.empty(5, np.int64)
    list_by_size(size, listed)
    np.testing.assert_array_equal(listed, np.argsort(size, kind="stable"))
