"""A run file, opened for reading: its status, its numbers, its table of critical strains."""

import json
import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from rsrg.config.schema import Config
from rsrg.config.stored import stored_config
from rsrg.config.trajectory import TrajectoryConfig
from rsrg.errors import NotARunError, RunFileError
from rsrg.physics.strain_text import strain_text
from rsrg.records import Records
from rsrg.results.critical_record import CriticalStrainRecord
from rsrg.results.derivable import derivable
from rsrg.results.name_index import name_index
from rsrg.results.run_html import run_html
from rsrg.results.shown_by import run_plots
from rsrg.results.stored_run import StoredRun
from rsrg.storage.atomic import given_path
from rsrg.storage.layout import ENTRIES, SOURCES
from rsrg.storage.run_file import Snapshot

if TYPE_CHECKING:
    from rsrg.report.plots.run_plots import RunPlots


class Run(StoredRun):
    """The results of a run file as it was when opened. It comes from `run`, `resume` or `open_run`.

    It is read-only and lies in memory, so the file may change or go. A run computes M by up to
    three sources: `lattice`, the sum over blocks; `continuum`, its exact limit for N0 → ∞; and
    `log`, the paper's formula (Eqs. 4.2 to 4.5).

    path: of the file. config: the Config that the run follows. `run["flow/chi"]` is a dataset as
    an xarray.DataArray, with the coordinates of its axes, and with units, scale, long_name and
    equation (of the paper) in its `attrs`; iterating gives the paths of all datasets. A run can be
    pickled and copied, and used as a context manager, at whose end it is closed.

    Example:
        One glass, three strains, and the sum over 27 blocks in each of 12 steps:

        >>> import pathlib, tempfile, rsrg
        >>> text = '''
        ... schema_version: 1
        ... materials: [{alpha: 0.7}]
        ... lengths: {start: 50 angstrom, sample: 1 mm}
        ... blocks: {n0: 3, count: volume}
        ... strain: {values: [0.0, 0.5, 2.0]}
        ... readings: [fixed/ellipsoid]
        ... sampling: {estimator: exact}
        ... '''
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "small.yaml")
        ...     _ = path.write_text(text)
        ...     config = rsrg.load_config(path)
        ...     run = rsrg.run(config, f"{folder}/small.h5")
        >>> run.config.steps(), run.sources()
        (12, ['lattice', 'continuum', 'log'])
        >>> weakest = run["flow/inverse_eigenvalues"].min("channel").sel(strain=0.5, step=12)
        >>> weakest.squeeze("reading").round(3).values.tolist(), weakest.attrs["scale"]
        ([-0.017], '1/(rho c_t^2)')
    """

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        if not isinstance(config := stored_config(snapshot), Config):
            trajectory = isinstance(config, TrajectoryConfig)
            what = "a trajectory" if trajectory else "an ensemble of exact super blocks"
            raise NotARunError(f"{self.path} holds {what} and no flow: see rsrg report")
        self.config: Config = config

    def sources(self) -> list[str]:
        """The sources of M that this run holds: some of lattice, continuum and log, in this order.

        Example:
            With the `run` of the example of `Run`:

            >>> run.sources()
            ['lattice', 'continuum', 'log']
        """
        return [
            s for s in SOURCES if f"flow/inverse_eigenvalues{SOURCES[s].suffix}" in self.snapshot
        ]

    @property
    def chunks_per_seed(self) -> list[tuple[int, int]]:
        """The seeds, and how many chunks each drew: several only where runs were pooled.

        Example:
            With the `run` of the example of `Run`, whose exact sum is one chunk:

            >>> run.chunks_per_seed
            [(0, 1)]
        """
        pooled = self.attributes.get("chunks_per_seed")
        if pooled is None:
            return [(self.config.sampling.seed, self.config.chunks())]
        return [(seed, chunks) for seed, chunks in json.loads(str(pooled))]

    def values(self, name: str, source: str = "lattice", **index: Any) -> Any:
        """The values of a dataset by one source of M, at chosen places of its named axes.

        name: as for the sum over blocks, such as "flow/chi" or "flow/inverse_eigenvalues".
        source: lattice, continuum or log.
        index: an index or slice for each axis to be selected, by its name: material, reading,
        strain, step. The other axes stay, in the order of the file. An axis that only other
        sources have is ignored: the log formula has no reading.

        Raises RunFileError for an unknown source or axis, or a missing dataset.

        Example:
            With the `run` of the example of `Run`, χ_xxxx in units of ρc_t² after the last
            step. At the second strain, e = 0.5, it is negative, because the glass has failed:

            >>> chi = run.values("flow/chi", material=0, reading=0, step=-1)
            >>> chi.shape, chi[:2, 0, 0].round(2).tolist()
            ((3, 6, 6), [3.33, -58.32])
        """
        name_index("source", source, list(SOURCES))
        path = f"{name}{SOURCES[source].suffix}"
        values = self.read(path)
        entries = [ENTRIES.get(f"{name}{s.suffix}") for s in SOURCES.values()]
        dims = list(dict.fromkeys(d for entry in entries if entry for d in entry.dims))
        if unknown := sorted(index.keys() - set(dims)):
            raise RunFileError(
                f"`index` must name dimensions of {name}: {', '.join(dims)}; "
                f"got {', '.join(unknown)}"
            )
        return values[tuple(index.get(d, slice(None)) for d in ENTRIES[path].dims)]

    def readings(self, source: str) -> list[str]:
        """The readings of V(e) for which a source has results of their own.

        A reading says whether blocks move with the strain, and which body they fill. The log
        formula has none, so its only name is "".

        Example:
            With the `run` of the example of `Run`:

            >>> run.readings("lattice"), run.readings("log")
            (['fixed/ellipsoid'], [''])
        """
        name_index("source", source, list(SOURCES))
        if "reading" not in ENTRIES[f"critical/strain{SOURCES[source].suffix}"].dims:
            return [""]
        return [str(r) for r in self.read("axes/reading")]

    def material_index(self, name: str | None) -> int:
        """The index of a glass on the axis `material`; that of the first where no name is given.

        Raises RunFileError, naming the glasses of the run, for an unknown one.

        Example:
            With the `run` of the example of `Run`:

            >>> run.material_index("alpha=0.7")
            0
        """
        materials = [str(m) for m in self.read("axes/material")]
        return 0 if name is None else name_index("material", name, materials, self.path)

    @property
    def derived(self) -> list[str]:  # as in OpenedFile
        """The paths of results that the file leaves out, as they follow from those in it.

        Example:
            With the `run` of the example of `Run`, χ follows from M, so the file has no χ:

            >>> "flow/chi" in run.derived, "flow/chi" in run.snapshot, "flow/chi" in run
            (True, False, True)
        """
        self._require_open()
        return self._derived

    @cached_property
    def _derived(self) -> list[str]:
        return derivable(self)

    def _derive(self, key: str) -> dict[str, Any]:
        from rsrg.results.derived import derive  # with the kernels, which start slowly

        return derive(self, key)

    @property
    def plot(self) -> "RunPlots":
        """The pictures of the run, drawn on matplotlib Axes: `run.plot.critical()` and others.

        Each takes `ax`, the Axes to draw on, and returns it.

        Example:
            With the `run` of the example of `Run`, the eigenvalues of χ⁻¹ against strain:

            >>> run.plot.critical().get_xlabel() != ""
            True
        """
        self._require_open()
        return run_plots(self)

    def _html(self) -> str:
        return run_html(self)

    def critical_strains(self) -> Records[CriticalStrainRecord]:
        """All critical strains within the strains of the config, each with its glass and its error.

        Returns a list of records with material, reading, source, channel, value (the strain e) and
        stderr (its standard error), ordered by source, material, reading and strain; a notebook
        shows it as a table, and pandas.DataFrame takes it as it is. With the
        update `second_order` there are none. Raises RunFileError unless the run is finished.

        Example:
            With the `run` of the example of `Run`, the first failure by each source:

            >>> first = {c.source: c for c in reversed(run.critical_strains())}
            >>> {source: round(first[source].value, 4) for source in run.sources()}
            {'lattice': 0.4711, 'continuum': 0.3267, 'log': 0.2942}
        """
        self.require_finished()
        records: Records[CriticalStrainRecord] = Records()
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
        vectors, errors = np.full((len(strains), 6), np.nan), np.zeros_like(strains)
        if f"critical/failing_strain{SOURCES[source].suffix}" in self.snapshot:
            vectors = self.values("critical/failing_strain", source, **at)
        if source == "lattice":
            errors = self.values("critical/strain_stderr", **at)
        return [
            CriticalStrainRecord(
                material, reading, source, str(c), float(e), float(s), strain_text(v)
            )
            for e, c, s, v in zip(strains, channels, errors, vectors, strict=True)
            if np.isfinite(e)
        ]


def open_single_run(path: str | os.PathLike[str]) -> Run:
    """Open the file of one run of a flow; otherwise as `open_run`.

    Raises NotARunError for merged runs, and for an ensemble of exact super blocks.
    """
    return Run(Snapshot(given_path(path)))
