"""Where compiled kernels are kept from one process to the next.

Numba's own disk cache takes a kernel as long as the file that defines it is unchanged; it does not
notice a change in another file whose kernels or constants were compiled into it. Here every kernel
is kept in a folder that is named by a hash of all sources of `rsrg.sums`, the compiler's options in
`jit` among them. After any change a process starts with an empty folder. Where no folder can be
written, each process compiles its kernels.
"""

import hashlib
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Event
from typing import Any

from rsrg.sums.compiler import numba
from rsrg.sums.kernel_files import KernelFiles

SOURCES = Path(__file__).parent
FOLDER = "rsrg-kernels"  # holds one folder for each version of the sources
HASH_LENGTH = 16  # hexadecimal digits
KEPT_VERSIONS = 8  # of the sources, whose kernels stay on disk: the most recently used

log = logging.getLogger(__name__)
_warned = Event()


def source_hash() -> str:
    """A hash of the names and contents of all source files of `rsrg.sums`."""
    digest = hashlib.sha256()
    for path in sorted(SOURCES.rglob("*.py")):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(SOURCES)} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:HASH_LENGTH]


def _roots() -> Iterator[Path]:
    """NUMBA_CACHE_DIR where it is set, then the package, then the user's cache folder."""
    if numba.config.CACHE_DIR:
        yield Path(numba.config.CACHE_DIR).absolute()
    yield SOURCES / "__pycache__"
    if os.environ.get("XDG_CACHE_HOME"):
        yield Path(os.environ["XDG_CACHE_HOME"]).absolute()
    with suppress(RuntimeError):  # a user without a home
        yield Path.home() / ".cache"


def open_folder(root: Path, version: str) -> Path:
    """The folder in `root` for kernels of this version of the sources, made if it is new.

    Raises OSError where it cannot be written.
    """
    folder = root / FOLDER / version
    new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)  # the time of the last use; fails where the folder cannot be written
    if new:
        _delete_old_folders(root / FOLDER)
    return folder


def _delete_old_folders(versions: Path) -> None:
    """Leave the kernels of the KEPT_VERSIONS last used versions; others compile theirs again."""
    with suppress(FileNotFoundError):  # another process deletes them, too
        folders = versions.glob("[0-9a-f]" * HASH_LENGTH)  # nothing that is not ours
        by_use = sorted(folders, key=lambda f: f.stat().st_mtime, reverse=True)
        for folder in by_use[KEPT_VERSIONS:]:
            shutil.rmtree(folder, ignore_errors=True)


@cache
def kernel_folder() -> Path | None:
    """The folder for the kernels of this process; None where none can be written."""
    version = source_hash()
    for root in _roots():
        try:
            return open_folder(root, version)
        except OSError:
            continue
    return None


def compiled(function: Callable[..., Any], **options: Any) -> Any:
    """`function` compiled by numba with these options, from the disk cache where there is one."""
    kernel = numba.njit(function, **options)
    kernel._cache = KernelFiles(function, kernel_folder(), warn_uncached)
    return kernel


def warn_uncached(reason: str = "no folder can be written") -> None:
    """Log, once in a process, that kernels are not kept."""
    if not _warned.is_set():
        _warned.set()
        log.warning(
            "compiled kernels cannot be kept (%s): each process compiles them again, about 20 s; "
            "set NUMBA_CACHE_DIR to a folder with 10 MB of space",
            reason,
        )
