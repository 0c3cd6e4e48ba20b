"""A file of rsrg, opened for reading: its datasets by path, with their axes and units."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rsrg.errors import RunFileError
from rsrg.results.data_array import data_array, data_tree
from rsrg.storage.entry import Entry
from rsrg.storage.layout import ENTRIES, FROM_CHUNK_MEANS
from rsrg.storage.run_file import Snapshot

if TYPE_CHECKING:
    import xarray


class OpenedFile(ABC):
    """What runs and merged runs have in common: see `Run` for the attributes."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self.path = snapshot.path
        self._values: dict[str, Any] = {}

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

    def read(self, name: str) -> Any:
        """The values of one dataset of the run file, by its path.

        name: such as "flow/chi"; `rsrg inspect FILE` lists all, with their axes and units.

        Returns an array of numbers or texts. Raises RunFileError if there is no such dataset.

        Example:
            With the `run` of the example of `Run`, the lengths L_n/L₁ after each step:

            >>> run.read("axes/length_ratio")[:3].tolist()
            [3.0, 9.0, 27.0]
        """
        if not isinstance(name, str):
            raise RunFileError(f"a dataset must be named by its path, as flow/chi; got {name!r}")
        snapshot, key = self.snapshot, name.strip("/")
        if name not in self:
            self._require_there(key)
            snapshot.datasets(name, self.derived)
            raise RunFileError(f"{name} in {self.path} is a group; name a dataset in it")
        if key not in self._values:
            if key in snapshot:
                self._values[key] = snapshot.read(key)
            else:
                self._values |= self._derive(key)
        return self._values[key]

    def _require_there(self, key: str) -> None:  # noqa: B027, most files have all at once
        """Raise RunFileError where a file of this kind has a dataset, but not yet."""

    def entry(self, name: str) -> Entry:
        """What a dataset is: its axes, unit, name in words and equation.

        Example:
            With the `run` of the example of `Run`:

            >>> run.entry("axes/length").long_name, run.entry("axes/length").unit
            ('block size L_n after n steps', 'm')
        """
        self._require_open()
        key = name.strip("/") if isinstance(name, str) else ""
        if key not in ENTRIES:
            raise RunFileError(f"a dataset must be named by its path, as flow/chi; got {name!r}")
        return ENTRIES[key]

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

    @property
    def closed(self) -> bool:
        """Whether it was closed, and has no more numbers to give.

        Example:
            With the `run` of the example of `Run`:

            >>> run.closed
            False
        """
        return self._snapshot.closed

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
        return key in self.snapshot.names(key) or key in self.derived

    def __iter__(self) -> Iterator[str]:
        """The paths of all datasets, those of the file and derived ones."""
        names = [*self.snapshot.names(""), *self.derived]
        layout = {name: k for k, name in enumerate(ENTRIES)}
        return iter(sorted(names, key=lambda name: layout.get(name, -1)))

    def __reduce__(self) -> tuple[Any, ...]:
        """For pickle and copy: the content of the file goes along, read again on arrival."""
        return type(self), (self.snapshot,)

    def __repr__(self) -> str:
        state = "closed" if self.closed else self.summary
        return f"<{type(self).__name__} {self.path}: {state}>"

    @property
    @abstractmethod
    def summary(self) -> str:
        """What the file holds, in a few words."""

    def _repr_html_(self) -> str | None:
        """The run in a notebook; None, which leaves it to `repr`, once it is closed."""
        return None if self._snapshot.closed else self._html()

    @abstractmethod
    def _html(self) -> str:
        """What a notebook shows of a run that is open."""
