"""A run file, opened for reading: its status, its numbers, its table of critical strains."""

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rsrg.config.schema import Config
from rsrg.config.stored import stored_config
from rsrg.ensemble.blocks import CHUNK
from rsrg.errors import NotARunError, RsrgError, RunFileError
from rsrg.storage.layout import ENTRIES, SOURCES
from rsrg.storage.run_file import MERGED, Snapshot
from rsrg.storage.sessions import sessions

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True)
class CriticalStrainRecord:
    """A critical strain: of which glass, in which reading, by which source, with its error.

    source: lattice (the sum), continuum (exact limit) or log (the paper's formula, which has no
    reading). value: the strain e. stderr: 0 where the coupling is an exact function.
    """

    material: str
    reading: str
    source: str
    channel: str
    value: float
    stderr: float


class Run:
    """A run file as it was when opened; read-only. Use `rsrg.open_run`."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.path = snapshot.path
        self._values: dict[str, Any] = {}
        self.attributes = snapshot.attributes
        if self.attributes.get("filetype") == MERGED:
            raise NotARunError(f"{self.path} is no run, but runs merged: open it with xarray")
        self.config: Config = stored_config(snapshot)

    @property
    def status(self) -> str:
        """running, stopped, failed or finished."""
        return str(self.attributes["status"])

    @property
    def progress(self) -> tuple[int, int]:
        """Chunks done, and chunks in all."""
        done = self.read("checkpoint/chunks_done")
        formula = self.config.sampling.estimator == "formula"
        total = 0 if formula else len(done) * self.config.chunks()
        if self.config.flow.quenched:
            pool = self.read("checkpoint/pool_chunks_done")
            chunks = self.config.flow.blocks // CHUNK
            return int(done.sum() + pool.sum()), total + len(pool) * chunks
        return int(done.sum()), total

    @property
    def provenance(self) -> list[dict[str, str]]:
        """A record of each session of work: when, where, software, engine, why it ended."""
        return sessions(self.snapshot)

    def read(self, name: str) -> Any:
        """The values of a dataset, such as "flow/chi". Raises RunFileError if it is not there."""
        key = name.strip("/")
        if key not in ENTRIES or key not in self.snapshot:
            self.snapshot.datasets(name)
            raise RunFileError(f"{name} in {self.path} is a group; name a dataset in it")
        if key not in self._values:
            self._values[key] = self.snapshot.read(key)
        return self._values[key]

    def sources(self) -> list[str]:
        """Which of lattice, continuum and log this run holds."""
        return [s for s in SOURCES if f"flow/chi{SOURCES[s].suffix}" in self.snapshot]

    def values(self, name: str, source: str = "lattice", **index: Any) -> Any:
        """A dataset of one source of M, some of its named dimensions selected by index or slice.

        `run.values("flow/inverse_eigenvalues", source="log", material=0, reading=1, step=-1)`.
        name: without the ending of the source. A dimension that this source's dataset lacks is
        ignored: the log formula has no reading. What is not selected stays, in the file's order.

        Raises RunFileError for an unknown source, a dimension of no source, or a missing dataset.
        """
        if source not in SOURCES:
            raise RunFileError(f"`source` must be one of {', '.join(SOURCES)}; got {source!r}")
        path = f"{name}{SOURCES[source].suffix}"
        values = self.read(path)
        entries = [ENTRIES.get(f"{name}{s.suffix}") for s in SOURCES.values()]
        unknown = index.keys() - {d for entry in entries if entry for d in entry.dims}
        if unknown:
            raise RunFileError(f"{name} has no dimension {', '.join(sorted(unknown))}")
        return values[tuple(index.get(d, slice(None)) for d in ENTRIES[path].dims)]

    def readings(self, source: str) -> list[str]:
        """The readings that a source of M tells apart: of the log formula, one without a name."""
        if "reading" not in ENTRIES[f"critical/strain{SOURCES[source].suffix}"].dims:
            return [""]
        return [str(r) for r in self.read("axes/reading")]

    def material_index(self, name: str | None) -> int:
        """Where a glass is on the axis of materials; the first where none is named.

        Raises RunFileError, naming those there are, for an unknown one.
        """
        materials = [str(m) for m in self.read("axes/material")]
        if name is not None and name not in materials:
            raise RunFileError(
                f"`material` must be one of {', '.join(materials)}; got {name!r} ({self.path})"
            )
        return 0 if name is None else materials.index(name)

    def require_finished(self) -> None:
        """Raise RunFileError, saying how far it is, unless the run is finished."""
        if self.status != "finished":
            done, total = self.progress
            raise RunFileError(
                f"{self.path} is {self.status}: {done} of {total} chunks; its results are written "
                f"at the end. Go on with it: rsrg resume {self.path}"
            )

    def critical_strains(self) -> list[CriticalStrainRecord]:
        """All critical strains on the strain grid, by material, reading, source, then strain.

        Raises RunFileError unless the run is finished.
        """
        self.require_finished()
        records = []
        for source in self.sources():
            for i, material in enumerate(self.read("axes/material")):
                for j, reading in enumerate(self.readings(source)):
                    at: dict[str, Any] = {"material": i, "reading": j}
                    records += self._records(source, at, str(material), reading)
        return records

    def _records(
        self, source: str, at: dict[str, Any], material: str, reading: str
    ) -> list[CriticalStrainRecord]:
        strains = self.values("critical/strain", source, **at)
        channels = self.values("critical/channel", source, **at)
        errors = np.zeros_like(strains)
        if source == "lattice":
            errors = self.values("critical/strain_stderr", **at)
        return [
            CriticalStrainRecord(material, reading, source, str(c), float(e), float(s))
            for e, c, s in zip(strains, channels, errors, strict=True)
            if np.isfinite(e)
        ]

    def to_xarray(self) -> "xarray.DataTree":
        """The run as an xarray DataTree with named axes, one node per group.

        Raises RsrgError if the extra `xarray` is not installed.
        """
        try:
            import h5netcdf  # noqa: F401
            import xarray
        except ImportError:
            raise RsrgError(
                "to_xarray needs the extra `xarray`: pip install xarray h5netcdf"
            ) from None
        return xarray.open_datatree(io.BytesIO(self.snapshot.content()), engine="h5netcdf").load()

    def close(self) -> None:
        """Let the memory go."""
        self.snapshot.close()

    def __repr__(self) -> str:
        done, total = self.progress
        return f"<Run {self.path}: {self.status}, {done} of {total} chunks>"


def open_run(path: str | os.PathLike[str]) -> Run:
    """Open a run file for reading, also while the run is going on.

    Raises RunFileError if it is missing, damaged or not a run file.
    """
    return Run(Snapshot(Path(path)))
