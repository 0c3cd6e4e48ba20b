"""Independent parts of one sum on several threads, whose results come in the order of the parts."""

import math
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TypeVar

from rsrg.physics.arrays import Array
from rsrg.sums.control_group import cpu_quota

T = TypeVar("T")
R = TypeVar("R")

SHARES = 4  # that each thread takes on average: one that is held up leaves some to the others
SHARE_SECONDS = 0.1  # of a share at most, as expected: a Ctrl-C waits for those under way
THREADS_FROM = 2e-3  # core seconds of a sum; below, starting the threads costs more than they save


_quota = cache(cpu_quota)  # of all groups above this process; loky looks at the uppermost alone
_granted: ContextVar[int | None] = ContextVar("granted", default=None)  # None: all processors


def available_threads() -> int:
    """How many processors this process may use, by its affinity and by the quota of its group."""
    from loky import cpu_count

    count, quota = int(cpu_count()), _quota()
    return count if quota is None else min(count, max(1, math.ceil(quota)))


@contextmanager
def granted_threads(most: int) -> Iterator[None]:
    """Sums within take so many threads at most: where others are computed beside them."""
    token = _granted.set(most)
    try:
        yield
    finally:
        _granted.reset(token)


def threads_of_a_sum() -> int:
    """How many threads a sum takes: one for each processor, or those granted to it."""
    most, granted = available_threads(), _granted.get()
    return most if granted is None else min(most, granted)


def ordered_map(
    task: Callable[[T], R], items: Iterable[T], threads: int | None = None
) -> Iterator[R]:
    """task(item) for each item, computed in threads, in the order of the items.

    At most two results a thread wait at a time. A sum in this order is bitwise the same for any
    number of threads, as long as the items do not depend on it. Tasks gain from threads only while
    they release the interpreter's lock. A Ctrl-C ends it after the tasks under way. threads: by
    default those of a sum.
    """
    threads = threads or threads_of_a_sum()
    if threads == 1:
        yield from map(task, items)
        return
    waiting: deque[Future[R]] = deque()
    try:
        for item in items:
            waiting.append(_pool(threads).submit(_alone, task, item))
            if len(waiting) > 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        wait([future for future in waiting if not future.cancel()])


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    """So many threads, which stay: spreading new ones over processors takes a system 40 ms."""
    return ThreadPoolExecutor(threads, thread_name_prefix="rsrg-sum")


os.register_at_fork(after_in_child=_pool.cache_clear)  # the child has none of the threads


def _alone(task: Callable[[T], R], item: T) -> R:
    """A task whose own sums take no other threads: they would wait for one another."""
    with granted_threads(1):
        return task(item)


def share_rows(fill: Callable[[int, int], None], rows: Array, seconds: float) -> Array:
    """Σ over the rows of an array, in their order, that threads fill side by side.

    fill(first, stride): writes the rows first, first + stride, … seconds: on one core, roughly.
    What a row holds, and so the sum, does not depend on the number of threads.
    """
    if seconds < THREADS_FROM:
        fill(0, 1)
    else:
        shares = max(SHARES * threads_of_a_sum(), math.ceil(seconds / SHARE_SECONDS))
        shares = min(len(rows), shares)
        deque(ordered_map(lambda first: fill(first, shares), range(shares)), maxlen=0)
    return rows.sum(axis=0)
