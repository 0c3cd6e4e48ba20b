"""Files of positions: NumPy and HDF5 arrays, and whatever ASE reads, with the box they are in."""

import io
import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from rsrg.config.blocks import PositionsSpec
from rsrg.config.frame_arrays import HDF5
from rsrg.config.position_content import fault
from rsrg.errors import RunFileError
from rsrg.physics.arrays import Array

MAX_POINTS = 1_000_000
ARRAYS = (".npy", *HDF5)
LAMMPS_DATA = re.compile(r"data\..*|.*\.(data|lmp|lammps)")  # no first line tells that format


def parse(spec: PositionsSpec, content: bytes) -> tuple[Array, Array | None]:
    """Points, (n, 3), and cell, (3, 3) or None for no periodic box, in the units of the file.

    content: of the file, from which alone they come. Raises ConfigError naming the file.
    """
    path, kind = spec.file, Path(spec.file).suffix.lower()
    if kind in ARRAYS and spec.frame is not None:
        raise fault(path, "must not come with a frame: it holds one array", f"@{spec.frame}")
    if kind not in HDF5 and spec.dataset is not None:
        raise fault(path, "must not come with a dataset: it is no HDF5 file", f":{spec.dataset}")
    if kind == ".npy":
        return _npy(path, content), None
    if kind in ARRAYS:
        return _h5(path, spec.dataset, content), None
    return _periodic(path, _atoms(path, spec.frame, content))


def _npy(path: str, content: bytes) -> Array:
    try:
        return np.asarray(np.lib.format.read_array(io.BytesIO(content), allow_pickle=False))
    except (ValueError, OSError, EOFError, MemoryError, SyntaxError) as error:
        raise fault(path, f"must be a .npy array of numbers: {_first_line(error)}") from None


def _h5(path: str, dataset: str | None, content: bytes) -> Array:
    from rsrg.storage.foreign import read_foreign

    if dataset is None:
        raise fault(path, "must come with the name of a dataset, as blocks.h5:positions")
    try:
        return read_foreign(content, dataset, 3 * MAX_POINTS)
    except RunFileError as error:
        raise fault(path, str(error)) from None


def _atoms(path: str, frame: int | None, content: bytes) -> Any:
    """The frame asked for, or the only one, as ASE's Atoms.

    ASE gets a copy in a folder of its own: what it reads is what the hash is of, and nothing else.
    """
    try:
        from ase.io import read
    except ImportError:
        rule = (
            "is read by ASE, which is not installed: pip install 'rsrg[ase]'; or give .npy or .h5"
        )
        raise fault(path, rule) from None
    which = slice(0, 2) if frame is None else slice(frame, frame + 1 or None)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, Path(path).name)
        copy.write_bytes(content)
        try:
            frames = read(str(copy), which, _format(copy), do_not_split_by_at_sign=True)
        except Exception as error:  # ASE's readers raise whatever a faulty file led them to
            reason = f"{type(error).__name__}: {_first_line(error)}".replace(f"{folder}/", "")
            hint = " (as an element: X is one that is none)" if isinstance(error, KeyError) else ""
            raise fault(path, f"must be a file that ASE can read: {reason}{hint}") from None
    if not frames:
        raise fault(path, "must hold the frame asked for", f"@{frame}")
    if len(frames) > 1:
        rule = f"holds several frames: name one, as {Path(path).name}@-1 for the last, @0 the first"
        raise fault(path, rule)
    return frames[0]


def _format(path: Path) -> str | None:
    """The format, where its name tells more than ASE knows."""
    return "lammps-data" if LAMMPS_DATA.fullmatch(path.name.lower()) else None


def _periodic(path: str, atoms: Any) -> tuple[Array, Array | None]:
    """The positions, and the cell where they are periodic."""
    if "lattice" in atoms.info:  # which ASE does not take for a cell
        raise fault(path, "must write `Lattice` with a capital L")
    periodic = atoms.pbc.tolist()
    if not any(periodic):
        return atoms.positions, None
    if not all(periodic):
        raise fault(path, "must be periodic along all three edges of its cell, or none", periodic)
    cell = np.array(atoms.cell)
    if not np.isfinite(cell).all() or not abs(np.linalg.det(cell)) > 0.0:
        raise fault(path, "must have a cell of some volume", cell.tolist())
    return atoms.positions, cell


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
