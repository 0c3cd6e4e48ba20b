"""Death, a full disk and a broken one at each call that changes files, one after another."""

import errno
import os
import signal
import tempfile
from itertools import product
from pathlib import Path
from typing import Any, BinaryIO

from small_runs import bits, child, ended, load_kernels, save_often, small_config

from rsrg.errors import RunFileError
from rsrg.execution.engine import resume, run
from rsrg.storage import atomic

CODES = {"disk full": errno.ENOSPC, "I/O error": errno.EIO, "read-only": errno.EROFS}


class Broken(atomic.Disk):
    """A disk that from its nth call on refuses, having written half; or kills its process."""

    def __init__(self, nth: int, code: int | None) -> None:
        self.nth, self.code, self.calls = nth, code, 0

    def _call(self, file: BinaryIO | None = None, content: bytes = b"") -> None:
        self.calls += 1
        if self.calls <= self.nth:
            return
        if file is not None:
            file.write(content[: len(content) // 2])
            file.flush()
        if self.code is None:
            os.kill(os.getpid(), signal.SIGKILL)
        raise OSError(self.code, os.strerror(self.code or 0))

    def create(self, path: Path) -> BinaryIO:
        """As `Disk` does, if it does."""
        self._call()
        return super().create(path)

    def fill(self, file: BinaryIO, content: bytes) -> None:
        """As `Disk` does, if it does."""
        self._call(file, content)
        super().fill(file, content)

    def sync(self, file: BinaryIO) -> None:
        """As `Disk` does, if it does."""
        self._call()
        super().sync(file)

    def link(self, path: Path, link: Path) -> None:
        """As `Disk` does, if it does."""
        self._call()
        super().link(path, link)

    def replace(self, path: Path, target: Path) -> None:
        """As `Disk` does, if it does."""
        self._call()
        super().replace(path, target)

    def sync_folder(self, folder: Path) -> None:
        """As `Disk` does, if it does."""
        self._call()
        super().sync_folder(folder)


def work_on(path: Path, nth: int, code: int | None, calls: Path) -> None:
    """A run on a disk that breaks; how many calls it came to. Errors must be rsrg's own."""
    save_often(1e6)
    atomic.DISK = broken = Broken(nth, code)
    try:
        resume(path) if path.exists() else run(small_config(), path)
    except RunFileError:
        calls.write_text("refused")
    else:
        calls.write_text(str(broken.calls))


def measure(every: int) -> dict[str, Any]:
    """Break each call of a run by each means, or every `every`-th of these; resume, and compare."""
    found = {"calls": 0, "broken": 0, "bad": 0}
    load_kernels(small_config())
    with tempfile.TemporaryDirectory() as name:
        whole, calls = Path(name) / "whole.h5", Path(name) / "calls"
        ended(child(work_on, whole, 10**9, None, calls))
        found["calls"], wanted = int(calls.read_text()), bits(whole)
        breaks = list(product((None, *CODES.values()), range(found["calls"])))
        for code, nth in breaks[::every]:
            found["broken"] += 1
            found["bad"] += not _survives(Path(name) / f"{code}-{nth}", nth, code, wanted)
    return found


def _survives(folder: Path, nth: int, code: int | None, wanted: dict[str, bytes]) -> bool:
    folder.mkdir()
    path, calls = folder / "run.h5", folder / "calls"
    first = ended(child(work_on, path, nth, code, calls))
    as_promised = first == -signal.SIGKILL if code is None else calls.read_text() == "refused"
    again = ended(child(work_on, path, 10**9, None, calls))
    names = {p.name for p in folder.iterdir()}
    clean = names <= {"run.h5", "run.h5.prev", "run.log", "calls"}
    return as_promised and first != 1 and again == 0 and clean and bits(path) == wanted
