"""A file of merged runs, opened for reading: what was varied, and each of the runs."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rsrg.errors import NotARunError, RunFileError
from rsrg.formatting import counted
from rsrg.records import MAX_ROWS, Records
from rsrg.results.critical_record import CriticalStrainRecord
from rsrg.results.member_record import RECORD
from rsrg.results.member_run import FOR_CRITICAL_STRAINS
from rsrg.results.member_runs import MemberRuns
from rsrg.results.opened_file import OpenedFile
from rsrg.results.run import Run
from rsrg.results.run_html import merged_html
from rsrg.results.shown_by import merged_plots, write_merged_report
from rsrg.storage.entry import Entry
from rsrg.storage.layout import ENTRIES
from rsrg.storage.run_file import MERGED, Snapshot

if TYPE_CHECKING:
    from rsrg.report.plots.merged_plots import MergedPlots


@dataclass(frozen=True)
class MemberCriticalStrain(CriticalStrainRecord):
    """A critical strain of one of several runs. parameters: the values of what they vary in."""

    run: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)

    def table_row(self) -> dict[str, str]:
        """Its row in a table: texts by heading."""
        varied = {key: str(value) for key, value in self.parameters.items()}
        return (varied or {"run": self.run}) | super().table_row()


class MergedRuns(OpenedFile):
    """The runs of a file that `merge` made, as it was when opened. It comes from `open_run`.

    It is read-only and lies in memory, so the file may change or go. `merged["critical/strain"]` is
    a dataset of all runs as an xarray.DataArray, with what they were swept over as named dimensions
    in front of its own, and NaN where a run has no such number; iterating gives the paths of all
    datasets. It can be pickled and copied, and used as a context manager, at whose end it is
    closed.

    path: of the file. runs: each of the merged runs by the name of its file, as a Run; pooled seeds
    of one config are one. Its path leads through the merged file, as `merged.h5/8b0cb9a73347.h5`,
    and `open_run` and all commands that look at runs take it.

    Example:
        The exact sum over 27 and over 64 blocks:

        >>> import tempfile, rsrg
        >>> config = {
        ...     "schema_version": 1,
        ...     "materials": [{"alpha": 0.7}],
        ...     "lengths": {"start": "50 angstrom", "sample": "1 mm"},
        ...     "blocks": {"n0": 3, "count": "volume"},
        ...     "strain": {"values": [0.0, 0.5, 2.0]},
        ...     "readings": ["fixed/ellipsoid"],
        ...     "sampling": {"estimator": "exact"},
        ... }
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = rsrg.sweep({"base": config, "product": {"blocks.n0": [3, 4]}}, f"{folder}/runs")
        ...     _ = rsrg.merge(f"{folder}/runs", f"{folder}/merged.h5")
        ...     merged = rsrg.open_run(f"{folder}/merged.h5")
        >>> merged.parameters
        {'n0': [3, 4]}
        >>> first = merged["critical/strain"].sel(reading="fixed/ellipsoid", crossing=1)
        >>> first.dims, first.sel(material="alpha=0.7").values.round(3).tolist()
        (('n0', 'material'), [0.471, 0.604])
        >>> run = merged.sel(n0=3)
        >>> run.config.blocks.n0, run.critical_strains()[0].channel
        (3, 'xx+yy+zz')
    """

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        if self.attributes.get("filetype") != MERGED:
            raise NotARunError(f"{self.path} holds no merged runs")
        self.runs = MemberRuns(self)

    @property
    def members(self) -> dict[str, dict[str, Any]]:
        """The parameters of each run by its name: the values of what the runs vary in.

        Example:
            With the `merged` of the example of `MergedRuns`:

            >>> list(merged.members.values())
            [{'n0': 3}, {'n0': 4}]
        """
        return {name: dict(record.parameters) for name, record in self.runs.records.items()}

    @property
    def parameters(self) -> dict[str, list[Any]]:
        """What the runs vary in, by name, and the values that it takes.

        Example:
            With the `merged` of the example of `MergedRuns`:

            >>> merged.parameters
            {'n0': [3, 4]}
        """
        values: dict[str, list[Any]] = {}
        for parameters in self.members.values():
            for key, value in parameters.items():
                values.setdefault(key, []).append(value)
        return {key: list(dict.fromkeys(column)) for key, column in values.items()}

    @property
    def sizes(self) -> dict[str, int]:
        """Every swept dimension, by name, with its length.

        Example:
            With the `merged` of the example of `MergedRuns`:

            >>> merged.sizes
            {'n0': 2}
        """
        swept = [
            dims[: len(dims) - len(ENTRIES[name].dims)]
            for name in self
            if name in ENTRIES and (dims := self.entry(name).dims)
        ]
        return {dim: len(self.read(f"axes/{dim}")) for dim in max(swept, key=len, default=())}

    def sel(self, **parameters: Any) -> Run:
        """The one run with these values of its parameters.

        Raises RunFileError, saying what there is, where no run or more than one has them.

        Example:
            With the `merged` of the example of `MergedRuns`:

            >>> merged.sel(n0=4).config.blocks.n0
            4
        """
        for key in parameters.keys() - self.parameters.keys():
            known = ", ".join(self.parameters) or "none"
            raise RunFileError(f"a parameter must be one of {known}; got {key!r} ({self.path})")
        asked = parameters.items()
        names = [name for name, own in self.members.items() if asked <= own.items()]
        if len(names) == 1:
            return self.runs[names[0]]
        text = ", ".join(f"{key} = {value}" for key, value in asked) or "no parameter"
        values = "; ".join(f"{k}: {', '.join(map(str, v))}" for k, v in self.parameters.items())
        raise RunFileError(
            f"the parameters must name one run; {counted(len(names), 'run')} have {text} "
            f"({self.path} has {values})"
        )

    def critical_strains(self) -> Records[MemberCriticalStrain]:
        """All critical strains of all runs, each with the parameters of its run.

        Returns a list of records, as `Run.critical_strains` does, with `run`, the name of the run,
        and `parameters` beside; a notebook shows it as a table with a column for each parameter.

        Example:
            With the `merged` of the example of `MergedRuns`, those by the sum over blocks:

            >>> for c in merged.critical_strains():
            ...     if c.source == "lattice":
            ...         print(c.parameters, c.channel, round(c.value, 3))
            {'n0': 3} xx+yy+zz 0.471
            {'n0': 4} xx+yy+zz 0.604
        """
        return Records(r for name in self.runs for r in self._critical_strains(name))

    def _critical_strains(self, name: str) -> Iterator[MemberCriticalStrain]:
        with self.runs.read(name, FOR_CRITICAL_STRAINS) as run:
            for r in run.critical_strains():
                yield MemberCriticalStrain(**vars(r), run=name, parameters=self.members[name])

    def entry(self, name: str) -> Entry:
        """What a dataset is: its axes, those it was swept over in front; unit and name in words.

        Example:
            With the `merged` of the example of `MergedRuns`:

            >>> merged.entry("critical/strain").dims
            ('n0', 'material', 'reading', 'crossing')
        """
        return self.snapshot.entry(name)

    @property
    def plot(self) -> "MergedPlots":
        """The picture of merged runs, drawn on matplotlib Axes: `merged.plot.critical()`.

        It takes `ax`, the Axes to draw on, and returns it; and `against`, a parameter.

        Example:
            With the `merged` of the example of `MergedRuns`, first critical strains against N0:

            >>> merged.plot.critical(against="n0").get_xlabel()
            'n0'
        """
        self._require_open()
        return merged_plots(self)

    def report(
        self, path: str | os.PathLike[str] | None = None, *, shared_script: bool = False
    ) -> Path:
        """Write a page in HTML: first failures against what was varied, and a table of all runs.

        path: of the page; by default that of the merged file, with the ending .html.
        shared_script: keep the script of the figures in a file beside the page.

        Returns the path of the page. Raises as `Run.report`.

        Example:
            With the `merged` of the example of `MergedRuns`:

            >>> with tempfile.TemporaryDirectory() as folder:
            ...     merged.report(f"{folder}/merged.html").name
            'merged.html'
        """
        self._require_open()
        return write_merged_report(self, path, shared_script)

    @property
    def summary(self) -> str:
        """How many runs were merged, and over what they were swept, in a few words.

        Example:
            With the `merged` of the example of `MergedRuns`:

            >>> merged.summary
            '2 runs, n0 2'
        """
        sizes = " × ".join(f"{name} {size}" for name, size in self.sizes.items())
        runs = counted(len(self.read("axes/member")), "run")
        return ", ".join(filter(None, [runs, sizes]))

    def _html(self) -> str:
        if RECORD not in self.snapshot:
            return merged_html(self, {})
        names = list(self.runs)[:MAX_ROWS]
        return merged_html(
            self, {name: self.runs.read(name, FOR_CRITICAL_STRAINS) for name in names}
        )
