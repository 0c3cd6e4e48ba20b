"""Folders: where compiled kernels stay, and where runs are written."""

import os
from collections.abc import Iterator
from pathlib import Path

from rsrg.execution.doctor.check import Check
from rsrg.storage.trial import try_folder
from rsrg.sums.cache import kernel_folder
from rsrg.sums.kernel_files import SUFFIX

MOUNTS = Path("/proc/self/mountinfo")


def places() -> Iterator[Check]:
    """The checks of folders."""
    yield _kernels()
    yield _runs(Path("runs"))


def _kernels() -> Check:
    folder = kernel_folder()
    if folder is None:
        text = "no folder can be written: every process compiles them again, about 20 s of a run"
        return Check("kernels", text, "wrong", "set NUMBA_CACHE_DIR to a folder of your own")
    compiled = sum(1 for _ in folder.glob(f"*{SUFFIX}"))
    state = (
        f"{compiled} are compiled"
        if compiled
        else "none is compiled yet: the first run takes longer"
    )
    return Check("kernels", f"{state}; kept in {folder}")


def _runs(folder: Path) -> Check:
    """Whether runs can be written to a folder, or to the nearest one above it that exists."""
    try:
        full = folder.absolute()
        there = next(p for p in (full, *full.parents) if p.is_dir())
    except FileNotFoundError:
        return Check("runs", "the working folder is gone", "wrong", "change to one that exists")
    except PermissionError as error:
        text = f"{error.filename}: {error.strerror}"
        return Check("runs", text, "wrong", "work in a folder of your own")
    kind = _file_system(there)
    trial = try_folder(there)
    text = f"{there} ({kind or 'unknown file system'})"
    if trial.refused:
        return Check("runs", f"{text}: {trial.refused}", "wrong", "work in a folder of your own")
    if not trial.locks:
        advice = "never start two processes on one run file here"
        return Check("runs", f"{text} can be written, but has no locks", "wrong", advice)
    return Check("runs", f"{text} can be written, locks work")


def _file_system(folder: Path) -> str:
    """The kind of file system that a folder is on; "" where the system does not tell."""
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    kinds = {}
    for line in lines:
        left, _, right = line.partition(" - ")
        place = left.split()[4].replace("\\040", " ")
        if os.path.commonpath([place, folder]) == place:
            kinds[len(place)] = right.split()[0]
    return kinds[max(kinds)] if kinds else ""
