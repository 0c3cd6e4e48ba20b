"""The run files of a folder, and the HDF5 files beside them that are not ours."""

from collections.abc import Sequence
from pathlib import Path

from rsrg.formatting import shell_path
from rsrg.storage.foreign_file import is_foreign_hdf5
from rsrg.storage.run_file import SUFFIXES


def run_files(folder: Path) -> list[Path]:
    """All files that are named as run files, less those that are plainly of other programs."""
    return [path for path in _hdf5_files(folder) if not is_foreign_hdf5(path)]


def left_out(paths: Sequence[Path]) -> str:
    """How many files of folders are left out, as a sentence; "" for none."""
    foreign = [f for p in paths if p.is_dir() for f in _hdf5_files(p) if is_foreign_hdf5(f)]
    if not foreign:
        return ""
    names = ", ".join(path.name for path in foreign[:3])
    more = f" and {len(foreign) - 3} more" if len(foreign) > 3 else ""
    return f"left out, as rsrg did not write them: {names}{more}"


def in_subfolders(paths: Sequence[Path]) -> str:
    """Which folders inside these hold run files, as a sentence; "" for none."""
    inside = [f for p in paths if p.is_dir() for f in sorted(p.iterdir()) if run_files(f)]
    if not inside:
        return ""
    return f"runs are in {', '.join(map(str, inside))}: rsrg status {shell_path(inside[0])}"


def _hdf5_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if p.suffix in SUFFIXES and not p.is_dir())
