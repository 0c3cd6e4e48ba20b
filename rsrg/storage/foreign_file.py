"""HDF5 files of other programs, told from run files by their first bytes alone."""

from pathlib import Path

SIGNATURE = b"\x89HDF\r\n\x1a\n"  # a run file has its checksum there, before the HDF5 file


def is_foreign_hdf5(path: Path) -> bool:
    """Whether a file is HDF5 from its first byte on, as no run file is. A damaged one is not."""
    try:
        with path.open("rb") as file:
            return file.read(len(SIGNATURE)) == SIGNATURE
    except OSError:
        return False
