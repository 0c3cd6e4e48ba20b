"""The files of compiled kernels: each holds one, behind a checksum.

Numba's own would do, were it not that a power cut leaves files that are empty, cut short, or full
of zeros, and numba runs whatever machine code it reads.
"""

import hashlib
import pickle
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from rsrg.sums.compiler import numba

SUFFIX = ".kernel"
DIGEST = hashlib.sha256().digest_size  # bytes


class KernelFiles:
    """What numba asks for a function's compiled versions: a cache in the place of its own.

    folder: belongs to one version of the sources (see `cache`); None where nothing can be kept.
    on_refusal: called, with the reason if there is a file, each time that a version is not kept.
    """

    def __init__(
        self, function: Callable[..., Any], folder: Path | None, on_refusal: Callable[..., None]
    ) -> None:
        self.name = f"{function.__module__}.{function.__qualname__}"
        self.folder, self.on_refusal = folder, on_refusal

    @property
    def cache_path(self) -> str | None:
        """The folder, for numba's statistics."""
        return None if self.folder is None else str(self.folder)

    def load_overload(self, types: Any, target: Any) -> Any:
        """The version for these types of arguments; None where none is kept."""
        target.refresh()
        key = self._key(types, target.codegen())
        if self.folder is None or (content := _read(self.folder / self._file(key))) is None:
            return None
        stored, parts = pickle.loads(content)
        if stored != key:
            return None
        return numba.core.compiler.CompileResult._rebuild(target, *parts)

    def save_overload(self, types: Any, version: Any) -> None:
        """Keep a version for later processes; where that fails, this one still has it."""
        if version.library.has_dynamic_globals:  # addresses in this process
            return
        if self.folder is None:
            self.on_refusal()
            return
        key = self._key(types, version.codegen)
        content = numba.core.serialize.dumps((key, version._reduce()))
        try:
            _write(self.folder / self._file(key), content)
        except OSError as error:
            self.on_refusal(f"{self.folder}: {error.strerror}")

    def flush(self) -> None:
        """Forget nothing: as long as no source changes, what is kept stays right."""

    def _key(self, types: Any, codegen: Any) -> tuple[Any, ...]:
        software = (numba.__version__, sys.implementation.cache_tag)
        return (*software, self.name, types, codegen.magic_tuple())

    def _file(self, key: tuple[Any, ...]) -> str:
        digest = hashlib.sha256(repr(key).encode()).hexdigest()[:16]
        return re.sub(r"[<>]", "", f"{self.name}-{digest}{SUFFIX}")


def _read(path: Path) -> bytes | None:
    """What `_write` wrote; None where there is no file, or not the whole of it."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, content = content[:DIGEST], content[DIGEST:]
    return content if hashlib.sha256(content).digest() == digest else None


def _write(path: Path, content: bytes) -> None:
    """Write a file with its checksum in front, whole or not at all. Raises OSError."""
    temporary = path.with_name(f"{path.name}.{uuid4().hex}")
    try:
        temporary.write_bytes(hashlib.sha256(content).digest() + content)
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise
