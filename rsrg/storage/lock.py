"""One process at a time on a run file; readers need no lock.

The lock is a file `NAME.lock` beside the run file that names its holder, and a lock of the
operating system on it. The latter ends with its process in any case; so where it is free and the
file names a process of this host, that process is gone. For another host this cannot be known,
because the file system may not share its locks. Where a file system has no locks, rsrg checks
whether the named process still runs.
"""

import errno
import fcntl
import json
import os
import shlex
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from rsrg.errors import RunFileError
from rsrg.formatting import shell_path
from rsrg.storage.atomic import resolve_symlink

WITHOUT_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS)
NAMING_TIME = 0.1  # s within which a process that made the file writes its name into it
MAX_BYTES = 10_000
Sleep = Callable[[float], None]


@dataclass(frozen=True)
class Holder:
    """The process that holds a lock.

    born: start of the process, in ticks since boot, because process numbers are reused. since:
    when it took the lock, ISO 8601.
    """

    host: str
    pid: int
    born: str
    since: str

    @classmethod
    def of_this_process(cls, since: str) -> "Holder":
        """This process, as the holder of a lock since a time (ISO 8601)."""
        return cls(socket.gethostname(), os.getpid(), _born(os.getpid()), since)

    def alive(self) -> bool:
        """Whether this process still runs, if it is one of this host."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except OSError:  # it runs, under another user
            pass
        return _born(self.pid) == self.born

    def known_alive(self) -> bool | None:
        """Whether it still runs; None for a process of another host, where that is unknown."""
        return self.alive() if self.host == socket.gethostname() else None

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since}"


def _born(pid: int) -> str:
    """Start of a process in ticks since boot; "" where there is no /proc."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return status.rpartition(")")[2].split()[19]


def lock_path(path: Path) -> Path:
    """The lock file of a run file."""
    return path.with_name(path.name + ".lock")


def named_holder(path: Path) -> Holder | None:
    """The holder that the lock of a run file names, or None. For readers: takes no lock."""
    return _read(lock_path(resolve_symlink(path)))


def remove_dead_lock(path: Path, since: str, sleep: Sleep) -> None:
    """Remove the lock of a process of this host that is gone, if that is possible.

    since, sleep: as in `locked`.
    """
    holder = named_holder(path)
    if holder is not None and holder.known_alive() is False:
        with suppress(RunFileError), locked(path, since, sleep):
            pass


@contextmanager
def locked(path: Path, since: str, sleep: Sleep) -> Iterator[str]:
    """Hold the lock of a run file. Yields a note if a dead process held it before, else "".

    since: the time now, ISO 8601, which is written to the lock file. sleep: a function that waits
    for some seconds, while another process may be writing its name.

    Raises RunFileError if another process holds it, naming host, process and time; if it may
    still be held on another host; or if the folder refuses.
    """
    place = lock_path(path)
    try:
        descriptor, certain = _open_locked(path, place, sleep)
    except OSError as error:
        raise RunFileError(f"cannot lock the run file {path}: {error.strerror}") from error
    try:
        note = _enter_name(descriptor, certain, path, place, since, sleep)
        try:
            yield note
        finally:
            with suppress(OSError):  # the folder may be gone
                place.unlink()
    finally:
        os.close(descriptor)


def _open_locked(path: Path, place: Path, sleep: Sleep) -> tuple[int, bool]:
    """The lock file, locked by this process, and whether the file system supports locks."""
    while True:
        descriptor = os.open(place, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            certain = try_lock(descriptor)
            if os.path.samestat(os.fstat(descriptor), place.stat()):
                return descriptor, certain
        except FileNotFoundError:  # its holder has just removed it
            pass
        except BlockingIOError:
            os.close(descriptor)
            raise _busy(path, _wait_for_name(place, sleep)) from None
        except OSError:
            os.close(descriptor)
            raise
        os.close(descriptor)


def try_lock(descriptor: int) -> bool:
    """Lock the file; False where the file system cannot. BlockingIOError if another holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in WITHOUT_LOCKS:
            return False
        raise
    return True


def _enter_name(
    descriptor: int, certain: bool, path: Path, place: Path, since: str, sleep: Sleep
) -> str:
    """Write this process into the lock file, if the process named there is known to be gone."""
    this, former = Holder.of_this_process(since), _read(place)
    if former is not None and former.host != this.host:
        raise RunFileError(
            f"{path} is locked by {former}; whether that still runs cannot be seen from "
            f"{this.host}. If it surely does not: rm {shlex.quote(os.fspath(place))}"
        )
    if former is not None and not certain and former.alive():
        raise _busy(path, former)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(asdict(this)).encode(), 0)
    if not certain:
        sleep(NAMING_TIME)
        if (winner := _read(place)) != this:
            raise _busy(path, winner)
    return "" if former is None else f"took over the lock of {former}, which is gone"


def _busy(path: Path, holder: Holder | None) -> RunFileError:
    who = "another process" if holder is None else str(holder)
    return RunFileError(
        f"{path} is being worked on by {who}; one process at a time. "
        f"Look at it meanwhile: rsrg inspect {shell_path(path)}"
    )


def _wait_for_name(place: Path, sleep: Sleep) -> Holder | None:
    """The holder, after waiting a moment for it to write its name."""
    for _ in range(10):
        if (holder := _read(place)) is not None:
            return holder
        sleep(NAMING_TIME / 10)
    return None


def _read(place: Path) -> Holder | None:
    """The holder that a lock file names; None where it names none or is invalid."""
    try:
        with place.open("rb") as file:
            data = json.loads(file.read(MAX_BYTES))
        holder = Holder(str(data["host"]), int(data["pid"]), str(data["born"]), str(data["since"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return holder if holder.pid > 0 else None
