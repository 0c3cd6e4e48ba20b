"""What the plots of one glass show: its numbers, and how its channels and sources look."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.lines import Line2D

from rsrg.physics.arguments import as_list
from rsrg.report.critical_table import SHOWN_AS_ONE
from rsrg.report.eigenvalue_axis import channel_groups, eigenvalue_limits
from rsrg.report.lengths import step_lengths
from rsrg.report.style import COLOURS, MARKERS, marker_size
from rsrg.results.axis_index import axis_index, nearest_strain
from rsrg.results.critical_record import CriticalStrainRecord, first_failure, first_failures
from rsrg.results.name_index import name_index
from rsrg.results.ran_away import values_of_flow
from rsrg.results.run import Run
from rsrg.results.source_names import SOURCE_NAMES

Names = str | Sequence[str] | None  # one, several, or all
DASHES = {"lattice": "none", "continuum": "-", "log": ":"}
VALUES = "flow/inverse_eigenvalues"


class GlassFlow:
    """The flow of one glass of a finished run, for some sources of M and some channels.

    channels: index and name of each group of channels that coincide everywhere. The look of a group
    does not depend on which others are shown.
    """

    def __init__(
        self, run: Run, material: str | None = None, source: Names = None, channel: Names = None
    ) -> None:
        """None: the first glass, all sources, all channels.

        Raises RunFileError unless the run is finished and holds what is named.
        """
        run.require_finished()
        self.run, self.index = run, run.material_index(material)
        self.material = str(run.read("axes/material")[self.index])
        self.readings = [str(r) for r in run.read("axes/reading")]
        self.strains, self.lengths = run.read("axes/strain"), step_lengths(run)
        self.sources = _chosen_sources(run, source)
        names = [str(c) for c in run.read("axes/channel")]
        groups = channel_groups([self.values(VALUES, s) for s in run.sources()], len(names))
        wanted = {axis_index(run, "channel", name) for name in _listed(channel)}
        shown = [g for g, (_, members) in enumerate(groups) if wanted & {*members} or not wanted]
        self.channels = [
            (first, ", ".join(names[c] for c in members))
            for first, members in (groups[g] for g in shown)
        ]
        self.looks: list[dict[str, Any]] = [
            {"color": COLOURS[g % len(COLOURS)], "marker": MARKERS[g % len(MARKERS)]} for g in shown
        ]

    def values(self, name: str, source: str, **index: int) -> np.ndarray:
        """A dataset by one source, of this glass, at some of its indices; channels last.

        NaN where χ has run away.
        """
        return values_of_flow(self.run, name, source, material=self.index, **index)

    def reading_index(self, reading: str | None) -> int:
        """The index of a reading; the first where none is named. Raises as `axis_index`."""
        return 0 if reading is None else axis_index(self.run, "reading", reading)

    def first_crossings(self, j: int) -> list[list[CriticalStrainRecord]]:
        """The first failure on each side of e = 0, by the first source in a reading.

        Of the channels shown: those of a list fail together; no list where nothing fails.
        """
        shown = {name for _, names in self.channels for name in names.split(", ")}
        records = [
            r for r in self._records(j) if r.source == self.sources[0] and r.channel in shown
        ]
        return [
            [r for r in records if abs(r.value - first.value) < SHOWN_AS_ONE]
            for first in first_failures(records).values()
        ]

    def strain_index(self, j: int, strain: float | None) -> int:
        """The strain of the grid nearest to this one.

        None: nearest to the first failure in this reading, of the first source that has
        one; the last strain if none has. Raises as `nearest_strain`.
        """
        if strain is not None:
            return nearest_strain(self.run, strain)
        records = self._records(j)
        first = [r for r in records if r.source == self.sources[0]]
        record = first_failure(first or records)
        return int(np.abs(self.strains - record.value).argmin()) if record else -1

    def _records(self, j: int) -> list[CriticalStrainRecord]:
        return [
            r
            for r in self.run.critical_strains()
            if r.material == self.material
            and r.source in self.sources
            and r.reading in (self.readings[j], "")
        ]

    def limits(self) -> tuple[float, float]:
        """Of an axis of eigenvalues: zero and the start of the flow; a steep curve may leave it."""
        origin = int(np.abs(self.strains).argmin())
        at = {"material": self.index, "step": 0, "strain": origin}
        start = self.run.values(VALUES, self.sources[0], **at).max()
        ends = [self.values(VALUES, s, step=-1) for s in self.sources]
        return eigenvalue_limits(float(start), ends)

    def source_style(self, source: str) -> dict[str, Any]:
        """Markers for the sum; lines for the formulas, with markers where no sum is shown."""
        if source == "lattice":
            return {"linestyle": "none", "markersize": marker_size()}
        line: dict[str, Any] = {"linestyle": DASHES[source]}
        if "lattice" in self.sources:
            return line | {"marker": "none"}
        return line | {"markersize": marker_size(), "markerfacecolor": "none"}

    def legend(self) -> list[Line2D]:
        """One entry for each source, then one for each group of channels."""
        grey: dict[str, Any] = {"color": "0.25", "marker": "o"}
        by_source = [
            Line2D([], [], label=SOURCE_NAMES[s].name, **grey | self.source_style(s))
            for s in self.sources
        ]
        by_channel = [
            Line2D([], [], linestyle="none", label=label, **look)
            for (_, label), look in zip(self.channels, self.looks, strict=True)
        ]
        return by_source + by_channel


def _listed(names: Names) -> list[str]:
    return [] if names is None else as_list(names)


def _chosen_sources(run: Run, source: Names) -> list[str]:
    """Those of the run that are named, in the order of the run; all where none is."""
    have, wanted = run.sources(), _listed(source)
    for name in wanted:
        name_index("source", name, have, run.path)
    return [s for s in have if s in wanted or not wanted]
