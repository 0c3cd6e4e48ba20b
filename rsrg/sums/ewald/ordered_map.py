"""Independent tasks on several threads, their results in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from rsrg.sums.jit import threads

T = TypeVar("T")
R = TypeVar("R")


def ordered_map(task: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """task(item) for each item, computed on `threads()` threads, given back in the order of items.

    Few results wait at a time. What is added up in this order is bitwise the same for any number
    of threads, as long as the items do not depend on it. The tasks must let go of the GIL.
    """
    if threads() == 1:
        yield from map(task, items)
        return
    waiting: deque[Future[R]] = deque()
    with ThreadPoolExecutor(threads()) as pool:
        for item in items:
            waiting.append(pool.submit(task, item))
            if len(waiting) > 2 * threads():
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
