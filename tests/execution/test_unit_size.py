"""Units of work: their length, and how busy they keep many workers, by a model of a cluster."""

import heapq
from collections import deque
from types import SimpleNamespace

import pytest

from rsrg.execution.dask_cluster import DaskCluster
from rsrg.execution.executor import UNITS_PER_WORKER
from rsrg.execution.unit_size import LONGEST, UnitSize

CASES = 124  # of a chunk of the quickstart


def cluster(workers):
    """Workers behind a Dask scheduler, as far as the size of units depends on them."""
    return SimpleNamespace(
        workers=workers,
        unit_seconds=DaskCluster.unit_seconds,
        handling_seconds=DaskCluster.handling_seconds,
    )


def measured(workers, chunk_seconds):
    size = UnitSize(cluster(workers), 1.0, CASES)
    size.took(chunk_seconds, CASES)
    return size


def test_units_take_as_long_as_they_should():
    assert measured(2, 0.009).chunks(10**6, CASES) == 111  # of 9 ms: a second
    assert measured(2, 30.0).chunks(10**6, CASES) == 1  # never less than a chunk


def test_the_shortest_time_counts_after_the_first_which_replaces_the_guess():
    size = UnitSize(cluster(2), 1e-9, CASES)
    size.took(10.0, CASES)  # while it compiles
    assert size.chunks(10**6, CASES) == 1
    size.took(0.01, CASES)
    size.took(0.02, CASES)  # beside a busy neighbour
    assert size.chunks(10**6, CASES) == 100


def test_chunks_of_few_cases_say_what_chunks_of_many_take():
    size = UnitSize(cluster(2), 1.0, CASES)
    size.took(0.01, 10)
    assert size.chunks(10**6, 1000) == 1
    assert size.chunks(10**6, 100) == 10


def test_units_become_smaller_towards_the_end():
    size = measured(4, 0.001)
    sizes = []
    left = 40_000
    while left:
        sizes.append(min(left, size.chunks(left, CASES)))
        left -= sizes[-1]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == 1000
    assert sizes[-2] == 24  # of a millisecond: 0.025 s, twenty times what handling one takes


@pytest.mark.parametrize("workers", [1, 100, 1000, 10_000, 10**6])
def test_no_stop_waits_for_a_long_unit(workers):
    for left in (10, 10**4, 10**12):
        assert measured(workers, 0.001).chunks(left, CASES) * 0.001 <= LONGEST


def efficiency(workers, chunk_seconds, chunks, units_of=None):
    """Share of the workers' time that goes into sums, in a model of a cluster.

    A scheduler handles units one after the other; each then goes to the worker that is free first.
    The run takes results in order, and keeps UNITS_PER_WORKER units a worker under way.
    """
    size = measured(workers, chunk_seconds)
    free, scheduler, under_way, ended = [0.0] * workers, 0.0, deque(), 0.0
    left = chunks
    while left:
        now = under_way.popleft() if len(under_way) == UNITS_PER_WORKER * workers else 0.0
        taken = min(left, units_of or size.chunks(left, CASES))
        scheduler = max(scheduler, now) + DaskCluster.handling_seconds
        end = max(heapq.heappop(free), scheduler) + taken * chunk_seconds
        heapq.heappush(free, end)
        under_way.append(end)
        ended, left = max(ended, end), left - taken
    return chunks * chunk_seconds / (workers * ended)


@pytest.mark.parametrize("chunk_seconds", [0.006, 0.009, 0.2])
@pytest.mark.parametrize("workers", [2, 50, 1000])
def test_a_cluster_is_busy(workers, chunk_seconds):
    """With a minute's work for each worker; the last tenth is what waits at begin and end."""
    chunks = int(60.0 * workers / chunk_seconds)
    assert efficiency(workers, chunk_seconds, chunks) > 0.9


def test_units_of_one_chunk_would_leave_a_thousand_workers_idle():
    """The model shows what it is for: 800 units a second of 9 ms keep 7 of 1,000 busy."""
    assert efficiency(1000, 0.009, 100_000, units_of=1) < 0.01
