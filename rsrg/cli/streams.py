"""Standard output and error that never end a command: what cannot be shown is left out."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


class LastingStream:
    """A text stream whose writes never raise: after the first that fails it writes to nowhere.

    Characters that its encoding lacks become `?`. error: of the first write that failed; None so
    far, or where only the reader has gone (`| head`).
    """

    def __init__(self, stream: Any) -> None:
        self.error: OSError | None = None
        self._stream = stream
        with suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="replace")

    def write(self, text: str) -> int:
        """Write a text, or leave it out."""
        with self._lasting():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Pass on what was written, or leave it out."""
        with self._lasting():
            self._stream.flush()

    @contextmanager
    def _lasting(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno != errno.EPIPE:
                self.error = self.error or error
            self._turn_away()
        except ValueError:  # the stream was closed
            self._turn_away()

    def _turn_away(self) -> None:
        """From now on write to nowhere, what the stream still holds too."""
        with suppress(OSError, ValueError, AttributeError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def lasting_streams() -> Iterator[LastingStream]:
    """Make both streams last, also where they are closed; gives that of standard output."""
    before = sys.stdout, sys.stderr
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123, a device
        out, err = (LastingStream(nowhere if stream is None else stream) for stream in before)
        sys.stdout, sys.stderr = out, err
        try:
            yield out
        finally:
            for stream in (out, err):
                stream.flush()
            sys.stdout, sys.stderr = before
