"""Asking a run to stop: a signal ends it at the next chunk, a second Ctrl-C at once."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from rsrg.execution.clock import CLOCK

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)  # USR1: what sbatch --signal sends
ECHO = 0.05  # s; wrappers such as timeout(1) deliver one interrupt twice, microseconds apart


@dataclass
class StopRequest:
    """Set once something asked the run to stop. reason: what; requested_at: when (monotonic)."""

    reason: str | None = None
    requested_at: float = 0.0


@contextmanager
def stop_on_signals(request: StopRequest, notify: Callable[[str], None]) -> Iterator[None]:
    """Have STOP_SIGNALS set a request. `notify` is called once, with the signal's name.

    A second SIGINT raises KeyboardInterrupt in the main thread. Outside the main thread, where
    Python takes no handlers, signals are left alone.
    """

    def handle(number: int, frame: FrameType | None) -> None:
        if request.reason is not None:
            if number == signal.SIGINT and CLOCK.monotonic() - request.requested_at > ECHO:
                raise KeyboardInterrupt
            return
        request.requested_at = CLOCK.monotonic()
        request.reason = signal.Signals(number).name
        notify(request.reason)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = [signal.signal(number, handle) for number in STOP_SIGNALS]
    try:
        yield
    finally:
        for number, handler in zip(STOP_SIGNALS, before, strict=True):
            signal.signal(number, handler)
