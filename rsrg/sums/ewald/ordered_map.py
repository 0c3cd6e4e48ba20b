"""Independent tasks on several threads, whose results come in the order of the tasks."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from rsrg.sums.jit import threads

T = TypeVar("T")
R = TypeVar("R")


def ordered_map(task: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """task(item) for each item, computed on `threads()` threads, in the order of the items.

    At most 2 `threads()` results wait at a time. A sum in this order is bitwise the same for any
    number of threads, as long as the items do not depend on it. Tasks gain from threads only while
    they release the interpreter's lock.
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
