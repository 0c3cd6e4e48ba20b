"""Loading goes outwards from no strain."""

import numpy as np
import pytest

from rsrg.physics.loading import (
    along,
    first_marked_on_sides,
    first_on_sides,
    outward,
    side_of,
    sides_of,
)


def test_outward():
    assert outward([-0.3, 0.2, np.nan, 0.1, -0.1]) == [3, 4, 1, 0]  # 0.1 before −0.1
    assert outward([np.nan, np.nan]) == []


@pytest.mark.parametrize(
    ("strains", "sides"),
    [
        ([0.0, 0.5], ["e > 0"]),
        ([-0.5, 0.0], ["e < 0"]),
        ([-0.5, 0.0, 0.5], ["e > 0", "e < 0"]),
        ([0.0], ["e > 0"]),
        ([-0.5, 0.5], ["e > 0", "e < 0"]),
    ],
)
def test_sides(strains, sides):
    assert sides_of(strains) == sides


def test_first_on_each_side():
    strains = [-0.47, 0.46, 0.9, np.nan, -0.6]
    assert first_on_sides(strains) == {"e > 0": 1, "e < 0": 0}
    assert list(first_on_sides(strains)) == ["e > 0", "e < 0"]  # the nearest first
    assert first_on_sides([-0.2, 0.3]) == {"e < 0": 0, "e > 0": 1}
    assert list(first_on_sides([-0.2, 0.3])) == ["e < 0", "e > 0"]
    assert side_of(0.0) == "e > 0"


def test_first_marked_on_each_side():
    strains = np.array([-0.4, -0.2, 0.0, 0.3, 0.6])
    assert first_marked_on_sides(strains, np.array([1, 1, 0, 1, 1], dtype=bool)) == [1, 3]
    assert first_marked_on_sides(strains, strains < -0.3) == [0]
    assert first_marked_on_sides(strains, strains > 1.0) == []


def test_along_a_side():
    strains = np.array([-0.4, -0.2, 0.0, 0.3, 0.6])
    assert along(strains, "e > 0") == [2, 3, 4]
    assert along(strains, "e < 0") == [2, 1, 0]
    assert along([0.5, 1.0], "e < 0") == []
