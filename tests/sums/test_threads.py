"""Threads of the sums: how many, in what order, and what becomes of an error in one."""

import os
from threading import Barrier, get_ident

import numpy as np
import pytest

from rsrg.sums import threads
from rsrg.sums.threads import (
    available_threads,
    granted_threads,
    ordered_map,
    share_rows,
    threads_of_a_sum,
)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity")
def test_no_more_threads_than_processors_this_process_may_use():
    before = os.sched_getaffinity(0)
    assert 1 <= available_threads() <= len(before)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert available_threads() == 1
    finally:
        os.sched_setaffinity(0, before)


@pytest.mark.parametrize(("quota", "count"), [(0.5, 1), (1.5, 2), (1e6, None), (None, None)])
def test_no_more_threads_than_the_quota_of_any_group(monkeypatch, quota, count):
    monkeypatch.setattr(threads, "_quota", lambda: None)
    without = available_threads()
    monkeypatch.setattr(threads, "_quota", lambda: quota)
    assert available_threads() == min(count or without, without)


@pytest.mark.parametrize("threads", [1, 3])
def test_ordered_map(processors, threads):
    processors(threads)
    assert list(ordered_map(lambda i: i * i, range(50))) == [i * i for i in range(50)]
    with pytest.raises(ZeroDivisionError):
        list(ordered_map(lambda i: 1 // (i - 20), range(50)))


def test_tasks_run_side_by_side(processors):
    """Three that wait for one another."""
    processors(3)
    barrier, seen = Barrier(3), []

    def task(i):
        barrier.wait()
        seen.append(get_ident())
        return i

    assert list(ordered_map(task, range(3))) == [0, 1, 2]
    assert len(set(seen)) == 3


def test_tasks_that_are_sums_themselves(processors):
    """More of them than threads: none waits for the threads of the others."""
    processors(2)

    def task(i):
        return sum(ordered_map(lambda k: k * i, range(9)))

    assert list(ordered_map(task, range(8))) == [36 * i for i in range(8)]


def test_a_forked_child_has_threads_of_its_own(processors):
    processors(2)
    assert sum(ordered_map(int, range(5))) == 10
    child = os.fork()
    if child == 0:
        os._exit(sum(ordered_map(int, range(6))))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 15


@pytest.mark.parametrize("threads", [1, 2, 16])
def test_rows_are_shared_and_added_in_their_order(processors, threads):
    """Numbers whose sum depends on the order of addition."""
    processors(threads)
    numbers = np.random.default_rng(1).normal(size=(37, 15)) * 10.0 ** np.arange(-18, 19)[:, None]
    rows = np.full_like(numbers, np.nan)

    def fill(first, stride):
        rows[first::stride] = numbers[first::stride]

    total = share_rows(fill, rows, 1.0)
    expected = np.zeros(15)
    for row in numbers:
        expected += row
    np.testing.assert_array_equal(total, expected)


def test_a_row_that_nobody_fills_is_no_number(processors):
    processors(2)
    assert np.isnan(share_rows(lambda first, stride: None, np.full((4, 15), np.nan), 1.0)).all()


@pytest.mark.parametrize("threads", [1, 2])
def test_an_interrupt_ends_a_sum_after_the_shares_under_way(processors, threads):
    """Of a sum of 100 s, which is a thousand shares, a few are filled at most."""
    processors(threads)
    rows, filled = np.zeros((5000, 15)), []

    def fill(first, stride):
        filled.append(first)
        assert stride == 1000
        if first == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        share_rows(fill, rows, 100.0)
    assert max(filled) <= 3 + 2 * threads + 1


def test_threads_granted_to_a_sum(processors):
    """Never more than there are; nothing remains of it behind the block."""
    processors(4)
    assert threads_of_a_sum() == 4
    with granted_threads(3):
        assert threads_of_a_sum() == 3
        with granted_threads(1):
            workers = set(ordered_map(lambda i: get_ident(), range(5)))
            assert threads_of_a_sum() == 1
            assert workers == {get_ident()}
    with granted_threads(9):
        assert threads_of_a_sum() == 4
