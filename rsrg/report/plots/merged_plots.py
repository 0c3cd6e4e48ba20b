"""The plots of merged runs, as methods: `merged.plot.critical()`."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from rsrg.errors import RunFileError
from rsrg.report.plots.axes import plane_axes
from rsrg.report.plots.legend import add_legend
from rsrg.report.style import COLOURS, marker_size
from rsrg.results.axis_index import axis_index
from rsrg.results.critical_record import first_failure
from rsrg.results.merged_runs import MemberCriticalStrain, MergedRuns
from rsrg.results.source_names import SOURCE_NAMES

LOOKS = {"lattice": "o", "continuum": "s", "log": "^"}


class MergedPlots:
    """Plots of merged runs. Each method draws one, into `ax` or a new figure; returns Axes.

    The backend and the rcParams of matplotlib stay as they are.
    """

    def __init__(self, merged: MergedRuns) -> None:
        self._merged = merged

    def critical(
        self,
        ax: Axes | None = None,
        *,
        against: str | None = None,
        material: str | None = None,
        reading: str | None = None,
    ) -> Axes:
        """The first critical strain of each run against one of their parameters, by each source.

        against: a parameter that is a number; by default the first that varies. material, reading:
        by default the first. Bars are of one standard error; a run in which the glass does not
        fail has no marker. Raises RunFileError for what the runs do not have.
        """
        merged = self._merged
        key = _number(merged, against)
        glass, place = _named(merged, "material", material), _named(merged, "reading", reading)
        records = merged.critical_strains()
        ax = plane_axes(ax)
        handles: list[Line2D] = []
        for number, source in enumerate(LOOKS):
            chosen = [
                r
                for r in records
                if (r.material, r.source) == (glass, source) and r.reading in ("", place)
            ]
            if chosen:
                handles.append(_draw(ax, chosen, key, source, COLOURS[number]))
        ax.set_xlabel(key)
        ax.set_ylabel("first critical strain e")
        ax.set_title(f"{glass}, {place}", parse_math=False)
        if handles:
            add_legend(ax, handles)
        return ax


def _named(merged: MergedRuns, axis: str, wanted: str | None) -> str:
    """A glass or reading of the runs; the first where none is named."""
    index = 0 if wanted is None else axis_index(merged, axis, wanted)
    return str(merged.read(f"axes/{axis}")[index])


def _number(merged: MergedRuns, wanted: str | None) -> str:
    """The parameter to draw against. Raises RunFileError where there is none that is a number."""
    numbers = [
        key
        for key, values in merged.parameters.items()
        if all(isinstance(value, int | float) for value in values)
    ]
    if wanted is None and numbers:
        return numbers[0]
    if wanted is None or wanted not in numbers:
        raise RunFileError(
            f"`against` must be a parameter of numbers, of which the runs vary in "
            f"{', '.join(numbers) or 'none'}; got {wanted!r} ({merged.path})"
        )
    return wanted


def _draw(
    ax: Axes, records: Sequence[MemberCriticalStrain], key: str, source: str, color: str
) -> Line2D:
    """The first failure of each run; returns what stands in the legend."""
    first = [
        (run[0].parameters[key], failure.value, failure.stderr)
        for run in _by_run(records)
        if (failure := first_failure(run)) is not None
    ]
    x, y, error = zip(*sorted(first), strict=True)
    look: dict[str, Any] = {
        "marker": LOOKS[source], "color": color, "linestyle": "none", "markersize": marker_size(),
        "markerfacecolor": color if source == "lattice" else "none",
    }  # fmt: skip
    ax.errorbar(x, y, yerr=error if source == "lattice" else None, capsize=2.0, **look)
    return Line2D([], [], label=SOURCE_NAMES[source].name, **look)


def _by_run(records: Sequence[MemberCriticalStrain]) -> list[list[MemberCriticalStrain]]:
    runs: dict[str, list[MemberCriticalStrain]] = {}
    for record in records:
        runs.setdefault(record.run, []).append(record)
    return list(runs.values())
