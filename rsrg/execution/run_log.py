"""The log beside a run file, `NAME.log`: what happened in each session, a line each, in UTC."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

LOG = logging.getLogger("rsrg.execution")
LOG_INTERVAL = 30.0  # s between two lines on progress
FORMAT = "%(asctime)s %(levelname)s %(message)s"


class _Quiet(logging.FileHandler):
    """A log file that never stops its run: a line that cannot be written is left out."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Ignore the error: where the disk is full or gone, the run itself reports it."""


class _Line(logging.Formatter):
    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """UTC, ISO 8601."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds")

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line, with line breaks in the message replaced."""
        return " ".join(super().format(record).splitlines())


@contextmanager
def run_log(path: Path) -> Iterator[None]:
    """Append the records of the logger `rsrg` to the run's log; no log where that is refused."""
    logger = logging.getLogger("rsrg")
    level = logger.level
    try:
        handler = _Quiet(path.with_suffix(".log"), encoding="utf-8")
    except OSError as error:
        LOG.warning("no log is kept: %s", error)
        yield
        return
    handler.setFormatter(_Line(FORMAT))
    handler.setLevel(logging.INFO)
    logger.addHandler(handler)
    if not logger.isEnabledFor(logging.INFO):
        logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.removeHandler(handler)
        with suppress(OSError):  # lines that a full disk did not take
            handler.close()
