"""The log beside a run file, `NAME.log`: what happened in each session, a line each, in UTC."""

import fcntl
import logging
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

LOG = logging.getLogger("rsrg.execution")
LOG_INTERVAL = 30.0  # s between two lines on progress
FORMAT = "%(asctime)s %(levelname)s %(message)s"


class _Quiet(logging.FileHandler):
    """A log file that never stops its run: a line that cannot be written is left out."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Ignore the error: where the disk is full or gone, the run itself reports it."""


def _append_all(log: Path) -> None:
    """Let standard output and error append, too, where a shell sent them into this same file.

    After `> NAME.log` both would write over its lines else.
    """
    for stream in (1, 2):
        with suppress(OSError):  # it is closed
            if os.path.samestat(os.fstat(stream), log.stat()):
                flags = fcntl.fcntl(stream, fcntl.F_GETFL)
                fcntl.fcntl(stream, fcntl.F_SETFL, flags | os.O_APPEND)


class _Line(logging.Formatter):
    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """UTC, ISO 8601."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds")

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line, with line breaks in the message replaced."""
        return " ".join(super().format(record).splitlines())


class RunLog:
    """The log of one session of a run: what is told to it, the logger `rsrg.execution` hears, too.

    No other run writes to the file, and no setting of a logger is changed for it. Without a path,
    or where a file is refused, the logger alone hears.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.file: logging.Handler = logging.NullHandler()
        self.lines = logging.Logger(LOG.name, logging.INFO)  # known to nobody else
        if path is not None:
            try:
                file = _Quiet(path.with_suffix(".log"), encoding="utf-8")
            except OSError as error:
                LOG.warning("no log is kept: %s", error)
            else:
                self.file = file
                _append_all(Path(file.baseFilename))
        self.file.setFormatter(_Line(FORMAT))
        self.lines.addHandler(self.file)

    def write(self, level: int, message: str, *values: object) -> None:
        """Write a line; level: such as logging.INFO."""
        self.lines.log(level, message, *values)
        LOG.log(level, message, *values)

    def close(self) -> None:
        """Close the file."""
        with suppress(OSError):  # lines that a full disk did not take
            self.file.close()
