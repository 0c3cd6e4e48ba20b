"""Stopping a run: a signal ends it after the present chunk, a second Ctrl-C at once."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from rsrg.execution.clock import CLOCK

STOP_SIGNALS = (  # Ctrl-C; a terminal that is closed; what batch systems send before they kill
    *(signal.SIGINT, signal.SIGHUP),
    *(signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU),
)
ECHO = 0.05  # s; wrappers such as timeout(1) deliver one interrupt twice, microseconds apart


@dataclass
class StopRequest:
    """A request to stop a run. reason: such as SIGTERM; requested_at: on the monotonic clock."""

    reason: str | None = None
    requested_at: float = 0.0


@contextmanager
def stop_on_signals(request: StopRequest, notify: Callable[[str], None]) -> Iterator[None]:
    """Within this context, STOP_SIGNALS set the request, and call `notify` once with their name.

    A second SIGINT raises KeyboardInterrupt in the main thread. Outside the main thread, where
    Python allows no handlers, signals keep their usual effect. So does a signal whose handler is
    not Python's, as it could not be given back; and one that is ignored, as nohup does with SIGHUP.
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
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    ours = [number for number in STOP_SIGNALS if before[number] not in (None, signal.SIG_IGN)]
    for number in ours:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number in ours:
            if signal.getsignal(number) is handle:  # else another took its place meanwhile
                signal.signal(number, before[number])
