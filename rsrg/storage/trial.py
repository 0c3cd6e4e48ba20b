"""Whether a folder can hold run files: written, synced, renamed, and locked."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rsrg.storage.atomic import DISK
from rsrg.storage.lock import try_lock

NAME = ".rsrg-trial"


@dataclass(frozen=True)
class Trial:
    """What came of a trial.

    refused: why the folder cannot be written, "" if it can. locks: whether locks work there.
    """

    refused: str
    locks: bool


def try_folder(folder: Path) -> Trial:
    """Do what saving a run does, with a small file that is removed again."""
    first, second = (folder / f"{NAME}.{os.getpid()}.{n}" for n in (1, 2))
    try:
        with DISK.create(first) as file:
            DISK.fill(file, b"trial")
            DISK.sync(file)
            locks = try_lock(file.fileno())
        DISK.replace(first, second)
        DISK.sync_folder(folder)
    except OSError as error:
        return Trial(error.strerror or str(error), False)
    finally:
        for path in (first, second):
            with suppress(OSError):
                path.unlink()
    return Trial("", locks)
