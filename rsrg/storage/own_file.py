"""Whether a file beside a run is one that rsrg wrote, and so may write again."""

from pathlib import Path

HEAD = 4096  # bytes at the beginning of a file in which its maker stands


def is_foreign(path: Path, mark: str) -> bool:
    """Whether a file is there that lacks the mark of what rsrg writes.

    A file that cannot be read cannot be written either, which the writing then tells.
    """
    try:
        with path.open("rb") as file:
            return mark.encode() not in file.read(HEAD)
    except OSError:
        return False
