"""A run file of any kind, opened for reading: its status, its progress, its numbers."""

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rsrg.config.run_config import RunConfig
from rsrg.errors import NotARunError, RunFileError
from rsrg.formatting import shell_path
from rsrg.results.data_array import data_array, data_tree
from rsrg.results.shown_by import write_report
from rsrg.storage.layout import ENTRIES, FROM_CHUNK_MEANS
from rsrg.storage.run_file import MERGED, Snapshot
from rsrg.storage.sessions import sessions

if TYPE_CHECKING:
    import xarray


class StoredRun(ABC):
    """What all kinds of runs have: see `Run` for the attributes. Raises NotARunError for others."""

    config: RunConfig

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self.path = snapshot.path
        self._values: dict[str, Any] = {}
        if self.attributes.get("filetype") == MERGED:
            raise NotARunError(f"{self.path} is no run, but runs merged: open it with xarray")

    @property
    def snapshot(self) -> Snapshot:
        """The verified content of the file. Raises RunFileError where the run is closed.

        Example:
            With the `run` of the example of `Run`:

            >>> "coupling/M" in run.snapshot
            True
        """
        self._require_open()
        return self._snapshot

    def _require_open(self) -> None:
        if self._snapshot.closed:
            raise RunFileError(f"the run {self.path} is closed; rsrg.open_run opens it again")

    @property
    def attributes(self) -> dict[str, Any]:
        """The root attributes of the file.

        Example:
            With the `run` of the example of `Run`:

            >>> run.attributes["status"], int(run.attributes["schema_version"])
            ('finished', 3)
        """
        return self.snapshot.attributes

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
        snapshot, key = self.snapshot, name.strip("/")
        if name not in self:
            if key in ENTRIES:
                self.require_finished()
            snapshot.datasets(name, self.derived)
            raise RunFileError(f"{name} in {self.path} is a group; name a dataset in it")
        if key not in self._values:
            if key in snapshot:
                self._values[key] = snapshot.read(key)
            else:
                self._values |= self._derive(key)
        return self._values[key]

    @property
    def derived(self) -> list[str]:
        """The paths of results that the file leaves out, as they follow from those in it.

        Example:
            With the `run` of the example of `Run`, χ follows from M, so the file has no χ:

            >>> "flow/chi" in run.derived, "flow/chi" in run.snapshot, "flow/chi" in run
            (True, False, True)
        """
        return []

    def _derive(self, key: str) -> dict[str, Any]:
        """The values of a derived path, and of others that come along."""
        raise NotImplementedError

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
                f"at the end. Go on with it: rsrg resume {shell_path(self.path)}"
            )

    def to_xarray(self) -> "xarray.DataTree":
        """The run as an xarray DataTree with named axes, one node for each group of the run file.

        With all that `derived` lists but what takes seconds: `run["coupling/M_stderr"]`,
        `run["flow/chi_stderr"]` and `run["coupling/harmonics"]`.

        Example:
            With the `run` of the example of `Run`:

            >>> run.to_xarray()["flow/chi"].dims
            ('material', 'step', 'reading', 'strain', 'pair', 'pair_kl')
        """
        return data_tree(self, [name for name in self if name not in FROM_CHUNK_MEANS])

    def report(
        self, path: str | os.PathLike[str] | None = None, *, shared_script: bool = False
    ) -> Path:
        """Write a page in HTML that says what the run found, and whether to trust it.

        path: of the page; by default that of the run file, with the ending .html.
        shared_script: keep the script of the figures in a file beside the page, which many pages
        then share, in place of a copy in each.

        Returns the path of the page. Raises RunFileError for another ending; RsrgError where it
        cannot be written, or the extra `report` is not installed.

        Example:
            With the `run` of the example of `Run`:

            >>> with tempfile.TemporaryDirectory() as folder:
            ...     run.report(f"{folder}/small.html").name
            'small.html'
        """
        self._require_open()
        return write_report(self, path, shared_script)

    def close(self) -> None:
        """Give back the memory of the file's content. `path` and `config` stay; no number does.

        A `with` statement does it at its end. Any further use raises RunFileError.

        Example:
            With the `run` of the example of `Run`:

            >>> with run:
            ...     status = run.status
            >>> try:
            ...     run.status
            ... except rsrg.RunFileError as error:
            ...     print(str(error).replace(str(run.path), "small.h5"))
            the run small.h5 is closed; rsrg.open_run opens it again
        """
        self._values.clear()
        self._snapshot.close()

    def __enter__(self) -> Self:
        self._require_open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __getitem__(self, name: str) -> "xarray.DataArray":
        """A dataset as an array of xarray, by its path (see `data_array`)."""
        if not isinstance(name, str):
            raise RunFileError(f"a dataset must be named by its path, as flow/chi; got {name!r}")
        return data_array(self, name)

    def __contains__(self, name: object) -> bool:
        """Whether there is a dataset of this path, in the file or derived from it."""
        key = name.strip("/") if isinstance(name, str) else ""
        return key in ENTRIES and (key in self.snapshot or key in self.derived)

    def __iter__(self) -> Iterator[str]:
        """The paths of all datasets, those of the file and derived ones."""
        there = {*self.snapshot.names(""), *self.derived}
        return iter([name for name in ENTRIES if name in there])

    def __reduce__(self) -> tuple[Any, ...]:
        """For pickle and copy: the content of the file goes along, read again on arrival."""
        return type(self), (self.snapshot,)

    def __repr__(self) -> str:
        if self._snapshot.closed:
            return f"<{type(self).__name__} {self.path}: closed>"
        done, total = self.progress
        return f"<{type(self).__name__} {self.path}: {self.status}, {done} of {total} chunks>"

    def _repr_html_(self) -> str | None:
        """The run in a notebook; None, which leaves it to `repr`, once it is closed."""
        return None if self._snapshot.closed else self._html()

    @abstractmethod
    def _html(self) -> str:
        """What a notebook shows of a run that is open."""
