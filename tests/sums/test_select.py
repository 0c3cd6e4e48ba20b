"""Which keys are the n smallest, in which order, against a stable sort."""

import numpy as np
import pytest

from rsrg.sums.kernels.quartics import LANES
from rsrg.sums.kernels.select import order_nearest
from rsrg.sums.kernels.within import select_between

LIMIT = 1000.0


def whole(keys):
    """Keys as whole vectors, filled up with infinity."""
    return np.append(keys, np.full(-len(keys) % LANES, np.inf))


def ordered(keys, n, limit=LIMIT):
    """What order_nearest says and writes."""
    order = np.full(len(whole(keys)) + LANES, 2**31, np.uint32)
    inside = order_nearest(whole(keys), len(whole(keys)), limit, n, order)
    return inside, order[: max(n, inside)].astype(np.int64)


@pytest.mark.parametrize("size", [1, 7, 8, 9, 100])
@pytest.mark.parametrize(("low", "high"), [(-1.0, 3.0), (3.0, 6.0), (3.0, 3.0), (-1.0, 99.0)])
def test_between(size, low, high):
    numbers = np.random.default_rng(size).integers(0, 10, size).astype(float)
    out = np.full(size + 3 + 2 * LANES, 77, np.uint32)
    end = select_between(whole(numbers), len(whole(numbers)), low, high, out, 3)
    expected = np.flatnonzero((numbers > low) & (numbers <= high))
    np.testing.assert_array_equal(out[3:end], expected)
    np.testing.assert_array_equal(out[:3], 77)


def clouds():
    """Keys of many kinds: with the n-th where it is looked for, far off, and among many equal."""
    rng = np.random.default_rng(1)
    uniform = np.floor(LIMIT * (8.0 * rng.random(300)) ** (2 / 3))  # the count grows like r³
    return {
        "uniform": uniform,
        "tied": np.floor(rng.random(500) * 30.0) * 50.0,
        "all equal": np.full(64, LIMIT),
        "all inside": np.floor(rng.random(40) * 10.0),
        "all outside": LIMIT + 1.0 + np.floor(1e9 * rng.random(40)),
        "two clumps": np.repeat([1.0, 1e6], 40),
        "at zero": np.zeros(20),
    }


@pytest.mark.parametrize("kind", clouds())
def test_the_nearest_are_those_of_a_stable_sort(kind):
    keys = clouds()[kind]
    sort = np.argsort(keys, kind="stable")
    count = int((keys <= LIMIT).sum())
    for n in range(1, len(keys) + 1):
        inside, order = ordered(keys, n)
        assert inside == count
        np.testing.assert_array_equal(np.sort(order[:n]), np.sort(sort[:n]))
        np.testing.assert_array_equal(np.sort(order[:inside]), np.sort(sort[:inside]))


def test_the_order_is_one():
    """Indices rise up to where the two sets differ, and keys rise from there on."""
    keys = clouds()["tied"]
    for n in (150, 200, 250, 300):
        inside, order = ordered(keys, n)
        first, last = min(n, inside), max(n, inside)
        rest = keys[order[first:last]]
        assert np.all(np.diff(rest) >= 0)
        assert first < last


def test_all_inside():
    keys = clouds()["tied"]
    inside, order = ordered(keys, 0)
    np.testing.assert_array_equal(order[:inside], np.flatnonzero(keys <= LIMIT))
