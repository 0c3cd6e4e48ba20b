"""Files of positions as bytes: a file is the same wherever it lies, as long as its SHA-256 is."""

import hashlib
from pathlib import Path

from rsrg.config.blocks import PositionsSpec
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
    parts, here = Path(spec.file).parts[1:], folder.resolve()
    for k in range(len(parts)):
        for above in (here, *here.parents):
            path = above.joinpath(*parts[k:])
            if path.is_file() and content_hash(content_of(str(path))) == spec.sha256:
                return spec.model_copy(update={"file": str(path)})
    return spec
