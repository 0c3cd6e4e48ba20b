"""Files written completely or not at all, through the few calls that may fail on a bad disk.

A file is written to a temporary name beside it, synced, and renamed; the one before stays as
`.prev`. At every instant the name refers to a complete file, the old one or the new one.
"""

import errno
import glob
import os
import shutil
import stat
from contextlib import suppress
from itertools import chain, count
from pathlib import Path
from typing import BinaryIO

from rsrg.errors import RunFileError
from rsrg.formatting import shell_path

NO_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EBADF)  # of a folder: CIFS, vboxsf, some FUSE


class Disk:
    """Every call that changes a run's files. Tests replace it by one that fails."""

    def create(self, path: Path) -> BinaryIO:
        """An empty file, open for writing."""
        return path.open("wb")

    def fill(self, file: BinaryIO, content: bytes) -> None:
        """Hand the content to the operating system."""
        file.write(content)
        file.flush()

    def dress(self, file: BinaryIO, path: Path) -> None:
        """Give a new file the permissions and the group of the one it will replace, if it may."""
        with suppress(FileNotFoundError, PermissionError):
            before = path.stat()
            os.fchmod(file.fileno(), stat.S_IMODE(before.st_mode))
            os.fchown(file.fileno(), -1, before.st_gid)

    def sync(self, file: BinaryIO) -> None:
        """Wait until the content is on the disk."""
        os.fsync(file.fileno())

    def link(self, path: Path, link: Path) -> None:
        """Give a file a second name (hard link); copy it where the file system has no links."""
        try:
            os.link(path, link)
        except OSError:
            shutil.copy2(path, link)
            with link.open("rb") as copy:
                os.fsync(copy.fileno())

    def replace(self, path: Path, target: Path) -> None:
        """Rename atomically, replacing what was there."""
        path.replace(target)

    def sync_folder(self, folder: Path) -> None:
        """Wait until the new names are on the disk, where the file system can sync a folder."""
        try:
            descriptor = os.open(folder, os.O_RDONLY)
        except PermissionError:  # names may be written there, and not be read
            return
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in NO_SYNC:
                raise
        finally:
            os.close(descriptor)


DISK = Disk()


def save(path: Path, content: bytes) -> None:
    """Write the complete file, or leave what was there; the old one becomes `.prev`.

    Raises RunFileError where the folder or the disk refuses.
    """
    try:
        _write_whole(path, content, keep_previous=True)
    except OSError as error:
        raise RunFileError(_refused(path, error)) from error


def replace_text(path: Path, text: str) -> None:
    """Write a complete text file in UTF-8: as `replace_content`."""
    replace_content(path, text.encode("utf-8"))


def replace_content(path: Path, content: bytes) -> None:
    """Write a complete file, or leave what was there; the old one is not kept.

    Raises OSError where the folder or the disk refuses.
    """
    _write_whole(path, content, keep_previous=False)


def _write_whole(path: Path, content: bytes, keep_previous: bool) -> None:
    """Write to a temporary file, sync, and rename. Raises OSError, leaving no temporary file."""
    temporary = _beside(path, "tmp")
    try:
        with DISK.create(temporary) as file:
            DISK.fill(file, content)
            DISK.dress(file, path)
            DISK.sync(file)
        if keep_previous and path.exists():
            _keep_previous(path)
        DISK.replace(temporary, path)
        DISK.sync_folder(path.parent)
    except OSError:
        _remove(temporary)
        raise


def _refused(path: Path, error: OSError) -> str:
    message = f"cannot write the run file {path}: {error.strerror or error}"
    if not path.exists():
        return message
    again = f"rsrg resume {shell_path(path)}"
    return f"{message}; what was saved before is intact: repair that, then {again}"


def _keep_previous(path: Path) -> None:
    """Keep the present file as `.prev`; `path` is missing at no moment."""
    if previous(path).exists() and previous(path).samefile(path):
        return  # a save failed after this step: both names are one file, which no rename changes
    link = _beside(path, "prev")
    link.unlink(missing_ok=True)
    try:
        DISK.link(path, link)
        DISK.replace(link, previous(path))
    except OSError:
        _remove(link)
        raise


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.{ending}")


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def remove_leftovers(path: Path) -> None:
    """Remove temporary files that a killed process left. Only for the holder of the lock."""
    for ending in ("tmp", "prev"):
        for left in path.parent.glob(f".{glob.escape(path.name)}.[0-9]*.{ending}"):
            _remove(left)


def make_folder(path: Path) -> None:
    """Make the folder of a run file. Raises RunFileError where that is refused."""
    require_path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunFileError(_refused(path, error)) from error


def given_path(path: str | os.PathLike[str]) -> Path:
    """The path that a caller gives. Raises RunFileError where it can be none."""
    if not isinstance(path, str | os.PathLike) or not isinstance(os.fspath(path), str):
        raise RunFileError(f"a path must be a text or a pathlib.Path; got {path!r:.60}")
    if not os.fspath(path):
        raise RunFileError("a path must not be empty; got ''")
    require_path(Path(path))
    return Path(path)


def require_path(path: Path) -> None:
    """Raise RunFileError where this can be no path."""
    if "\0" in str(path):
        raise RunFileError(f"a path must not hold NUL; got {str(path)!r}")


def resolve_symlink(path: Path) -> Path:
    """The path that a symbolic link leads to: that file is locked and replaced."""
    require_path(path)
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def previous(path: Path) -> Path:
    """The path at which the checkpoint before the last is kept."""
    return path.with_name(path.name + ".prev")


def free_name(path: Path) -> Path:
    """A name beside a run file that is not taken: NAME.old, NAME.old-2, …"""
    names = (
        path.with_name(f"{path.name}.old{n}") for n in chain([""], (f"-{i}" for i in count(2)))
    )
    return next(name for name in names if not name.exists())


def set_aside(path: Path) -> Path:
    """Rename a run file to a free name; nothing is overwritten. Raises RunFileError if refused."""
    target = free_name(path)
    try:
        path.rename(target)
    except OSError as error:
        raise RunFileError(f"cannot rename {path} to {target}: {error.strerror}") from error
    return target
