"""A run file of any kind, opened for reading: its status, its progress, its numbers."""

import io
from abc import ABC
from typing import TYPE_CHECKING, Any

from rsrg.config.run_config import RunConfig
from rsrg.errors import NotARunError, RsrgError, RunFileError
from rsrg.storage.layout import ENTRIES
from rsrg.storage.run_file import MERGED, Snapshot
from rsrg.storage.sessions import sessions

if TYPE_CHECKING:
    import xarray


class StoredRun(ABC):
    """What all kinds of runs have: see `Run` for the attributes. Raises NotARunError for others."""

    config: RunConfig

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.path = snapshot.path
        self._values: dict[str, Any] = {}
        self.attributes = snapshot.attributes
        if self.attributes.get("filetype") == MERGED:
            raise NotARunError(f"{self.path} is no run, but runs merged: open it with xarray")

    @property
    def status(self) -> str:
        """How far the run came: running, stopped, failed or finished.

        Example:
            With the `run` of the example of `Run`:

            >>> run.status
            'finished'
        """
        return str(self.attributes["status"])

    @property
    def preliminary(self) -> str:
        """Which part of a run these results are of; "" where they are of all of it, or none are.

        Example:
            With the `run` of the example of `Run`, which is finished:

            >>> run.preliminary
            ''
        """
        return str(self.attributes.get("preliminary", ""))

    @property
    def has_results(self) -> bool:
        """Whether the results are there: of a finished run, or preliminary ones.

        Example:
            With the `run` of the example of `Run`:

            >>> run.has_results
            True
        """
        return self.status == "finished" or self.preliminary != ""

    @property
    def progress(self) -> tuple[int, int]:
        """Chunks done, and chunks in all: a chunk is a fixed number of draws, or one exact mean.

        Example:
            With the `run` of the example of `Run`, one exact mean for each of 12 steps:

            >>> run.progress
            (12, 12)
        """
        totals = self.config.chunk_totals()
        done = sum(int(self.read(name).sum()) for name in totals)
        return done, sum(totals.values())

    @property
    def provenance(self) -> list[dict[str, str]]:
        """A record of each session of work on the run: when, where, software, engine, why it ended.

        Example:
            With the `run` of the example of `Run`:

            >>> [session["reason"] for session in run.provenance]
            ['finished']
        """
        return sessions(self.snapshot)

    def read(self, name: str) -> Any:
        """The values of one dataset of the run file, by its path.

        name: such as "flow/chi"; `rsrg inspect FILE` lists all, with their axes and units.

        Returns an array of numbers or texts. Raises RunFileError if there is no such dataset.

        Example:
            With the `run` of the example of `Run`, the lengths L_n/L₁ after each step:

            >>> run.read("axes/length_ratio")[:3].tolist()
            [3.0, 9.0, 27.0]
        """
        key = name.strip("/")
        if key not in ENTRIES or key not in self.snapshot:
            self.snapshot.datasets(name)
            raise RunFileError(f"{name} in {self.path} is a group; name a dataset in it")
        if key not in self._values:
            self._values[key] = self.snapshot.read(key)
        return self._values[key]

    def require_finished(self) -> None:
        """Raise RunFileError, saying how far the run is, unless its results are there.

        Example:
            With the `run` of the example of `Run`, which is finished:

            >>> run.require_finished()
        """
        if not self.has_results:
            done, total = self.progress
            raise RunFileError(
                f"{self.path} is {self.status}: {done} of {total} chunks; its results are written "
                f"at the end. Go on with it: rsrg resume {self.path}"
            )

    def to_xarray(self) -> "xarray.DataTree":
        """The run as an xarray DataTree with named axes, one node for each group of the run file.

        Raises RsrgError if the extra `xarray` is not installed.

        Example:
            With the `run` of the example of `Run`:

            >>> run.to_xarray()["flow/chi"].dims
            ('material', 'step', 'reading', 'strain', 'pair', 'pair_kl')
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
        """Give back the memory of the file's content. The run cannot be read after that.

        Example:
            With the `run` of the example of `Run`:

            >>> run.close()
        """
        self.snapshot.close()

    def __repr__(self) -> str:
        done, total = self.progress
        return f"<Run {self.path}: {self.status}, {done} of {total} chunks>"
