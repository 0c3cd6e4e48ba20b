"""Asking a run to stop: a signal ends it at the next chunk, a second Ctrl-C at once."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

EXIT_SECOND_INTERRUPT = 130
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)  # USR1: what sbatch --signal sends
ECHO = 0.05  # s; wrappers such as timeout(1) deliver one interrupt twice, microseconds apart


class StopRequest:
    """Set once something asked the run to stop; `reason` says what."""

    def __init__(self) -> None:
        self.reason: str | None = None
        self.asked_at = 0.0


@contextmanager
def stop_on_signals(notify: Callable[[str], None]) -> Iterator[StopRequest]:
    """A request that STOP_SIGNALS set. `notify` is told once, with the signal's name.

    Outside the main thread, where Python takes no handlers, signals are left alone.
    """
    request = StopRequest()

    def handle(number: int, frame: FrameType | None) -> None:
        if request.reason is not None:
            if number == signal.SIGINT and time.monotonic() - request.asked_at > ECHO:
                os._exit(EXIT_SECOND_INTERRUPT)
            return
        request.asked_at = time.monotonic()
        request.reason = signal.Signals(number).name
        notify(request.reason)

    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    before = [signal.signal(number, handle) for number in STOP_SIGNALS]
    try:
        yield request
    finally:
        for number, handler in zip(STOP_SIGNALS, before, strict=True):
            signal.signal(number, handler)
