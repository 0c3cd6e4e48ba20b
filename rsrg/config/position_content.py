"""Files of positions as bytes: a file is the same wherever it lies, as long as its SHA-256 is."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from rsrg.config.blocks import PositionsSpec
from rsrg.config.trajectory import FrameSpec
from rsrg.errors import ConfigError

MAX_BYTES = 200_000_000


def fault(path: str, rule: str, got: object = None) -> ConfigError:
    """The error for a file of positions: its name, the rule, and what it has instead."""
    shown = "" if got is None else f"; got {got}"
    return ConfigError([f"`positions` file {path} {rule}{shown}"])


def content_of(path: str) -> bytes:
    """The bytes of a file. Raises ConfigError where it is missing, too large, or refused."""
    try:
        if not Path(path).is_file():
            raise fault(path, "must exist and be a file")
        size = Path(path).stat().st_size
        if size > MAX_BYTES:
            raise fault(path, f"must be at most {MAX_BYTES // 10**6} MB", f"{size} bytes")
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise fault(path, f"cannot be read: {error}") from None


def content_hash(content: bytes) -> str:
    """SHA-256, 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def found_again(spec: PositionsSpec, folder: Path) -> PositionsSpec:
    """The spec of a stored run with the present path of its file, if that has moved.

    folder: of the run file. Where a project has moved as a whole, the file lies below one of the
    folders above the run file as it did before: the last parts of its old path lead there. A file
    that is nowhere, or has another content, leaves the spec as it is.
    """
    if spec.sha256 is None or Path(spec.file).is_file():
        return spec
    for path in _places(spec.file, folder):
        with suppress(ConfigError):  # another file of that name: too large, or not to be read
            if content_hash(content_of(str(path))) == spec.sha256:
                return spec.model_copy(update={"file": str(path)})
    return spec


def frames_found_again(frames: tuple[FrameSpec, ...], folder: Path) -> tuple[FrameSpec, ...]:
    """The frames of a stored run with the present paths of their files, as `found_again`.

    Whether a file has the content that it had, each frame shows when it is read.
    """
    moved = {
        file: str(next(_places(file, folder), file))
        for file in dict.fromkeys(frame.file for frame in frames)
        if not Path(file).is_file()
    }
    return tuple(
        f.model_copy(update={"file": moved[f.file]}) if f.file in moved else f for f in frames
    )


def _places(file: str, folder: Path) -> Iterator[Path]:
    """Where a file may lie now: its last parts below the folder of a run, or folders above it."""
    parts, here = Path(file).parts[1:], folder.resolve()
    for k in range(len(parts)):
        for above in (here, *here.parents):
            if (path := above.joinpath(*parts[k:])).is_file():
                yield path
