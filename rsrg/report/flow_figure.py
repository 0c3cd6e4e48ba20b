"""The picture of a run: eigenvalues of χ⁻¹ against strain and against L_n."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from rsrg.report.lengths import step_lengths
from rsrg.report.sign_text import unusual_flow
from rsrg.report.style import COLOURS, save
from rsrg.results.critical_record import lowest
from rsrg.results.run import Run

STYLES: dict[str, dict[str, Any]] = {
    "lattice": {"linestyle": "none", "marker": "o", "markersize": 3.5, "elinewidth": 1.0},
    "continuum": {"linestyle": "-", "linewidth": 1.4},
    "log": {"linestyle": ":", "linewidth": 1.8},
}
NAMES = {"lattice": "sum over blocks", "continuum": "exact continuum", "log": "log formula"}


def flow_figure(run: Run, path: Path, material: str | None = None) -> str:
    """Draw the flow of one glass (default: the first) into a PNG or SVG; returns the glass's name.

    One column per reading. Above: the eigenvalues of χ⁻¹ at the final length against strain. Below:
    the same against L_n, at the strain of the grid nearest to where the glass fails.
    Raises RunFileError unless the run is finished and holds that glass.
    """
    run.require_finished()
    view = _View(run, material)
    count = len(view.readings)
    figure = Figure(figsize=(1.2 + 3.9 * count, 7.4), layout="constrained")
    axes = figure.subplots(2, count, squeeze=False, sharey=True)
    for j, reading in enumerate(view.readings):
        view.against_strain(axes[0, j], j)
        view.against_length(axes[1, j], j)
        axes[0, j].set_title(reading)
    low, high = view.limits()
    axes[0, 0].set_ylim(low, high)
    for row in axes:
        row[0].set_ylabel(r"eigenvalues of $\chi^{-1}$   ($1/\rho c_t^2$)")
    figure.legend(handles=view.legend(), loc="outside lower center", ncols=4, fontsize="small")
    figure.suptitle(
        f"{view.material}{unusual_flow(run.config)}: {_message(run)}", wrap=True, parse_math=False
    )
    save(figure, path)
    return view.material


def _message(run: Run) -> str:
    if run.config.flow.update == "resummed":
        return "where an eigenvalue of χ⁻¹ crosses zero, χ jumps from +∞ to −∞"
    return "second order (3.3): where χ⁻¹ reaches zero, χ runs to +∞"


class _View:
    """The numbers of one glass, and how its channels are coloured."""

    def __init__(self, run: Run, material: str | None) -> None:
        self.run = run
        self.index = run.material_index(material)
        self.material = str(run.read("axes/material")[self.index])
        self.readings = [str(r) for r in run.read("axes/reading")]
        self.strains = run.read("axes/strain")
        self.sources = run.sources()
        self.channels = self._groups([str(c) for c in run.read("axes/channel")])

    def _read(self, name: str, source: str, **index: int) -> np.ndarray:
        """A dataset of the flow of this glass, channels last."""
        return np.asarray(self.run.values(f"flow/{name}", source, material=self.index, **index))

    def _groups(self, names: list[str]) -> list[tuple[int, str]]:
        """One channel for each set that coincides everywhere, named by all of them."""
        curves = [self._read("inverse_eigenvalues", source) for source in self.sources]
        groups: list[tuple[int, str]] = []
        for c, name in enumerate(names):
            for g, (first, label) in enumerate(groups):
                if all(np.allclose(v[..., c], v[..., first], rtol=1e-6) for v in curves):
                    groups[g] = (first, f"{label}, {name}")
                    break
            else:
                groups.append((c, name))
        return groups

    def limits(self) -> tuple[float, float]:
        """Zero and the start of the flow, with room; a steep curve may leave the frame."""
        ends = (self._read("inverse_eigenvalues", source, step=-1) for source in self.sources)
        lowest_end = min(float(values.min()) for values in ends)
        return max(1.1 * lowest_end, -0.75) - 0.05, 1.5

    def _draw(self, ax: Axes, x: np.ndarray, **index: int) -> None:
        """All channels of all sources, at a reading and a step or strain, against x."""
        for source in self.sources:
            values = self._read("inverse_eigenvalues", source, **index)
            for colour, (c, _) in zip(COLOURS, self.channels, strict=False):
                style = {"color": colour, **STYLES[source]}
                if source == "lattice":
                    errors = self._read("inverse_eigenvalues_stderr", source, **index)
                    ax.errorbar(x, values[..., c], yerr=errors[..., c], **style)
                else:
                    ax.plot(x, values[..., c], **style)
        ax.axhline(0.0, color="black", linewidth=0.8)
        ax.grid(alpha=0.25)

    def against_strain(self, ax: Axes, j: int) -> None:
        """At the final length."""
        self._draw(ax, self.strains, reading=j, step=-1)
        ax.set_xlabel(f"strain e, at the final length {step_lengths(self.run).text(-1)}")

    def against_length(self, ax: Axes, j: int) -> None:
        """At the strain nearest to where the glass fails."""
        k = self._failing_strain(self.readings[j])
        lengths = step_lengths(self.run)
        self._draw(ax, lengths.values, reading=j, strain=k)
        ax.set_xscale("log")
        ax.set_xlabel(f"length $L_n$ ({lengths.unit}), at strain e = {self.strains[k]:.3g}")

    def _failing_strain(self, reading: str) -> int:
        """Index of the strain nearest to the lowest crossing of any source; else the last."""
        records = [
            r
            for r in self.run.critical_strains()
            if r.material == self.material and r.reading in (reading, "")
        ]
        first = [r for r in records if r.source == self.sources[0]] or records
        record = lowest(first)
        return int(np.abs(self.strains - record.value).argmin()) if record else -1

    def legend(self) -> list[Line2D]:
        """One entry per source, then one per channel."""
        by_source = [
            Line2D(
                [],
                [],
                color="black",
                label=NAMES[s],
                **{k: v for k, v in STYLES[s].items() if k != "elinewidth"},
            )
            for s in self.sources
        ]
        by_channel = [
            Line2D([], [], color=colour, linewidth=4, label=name)
            for colour, (_, name) in zip(COLOURS, self.channels, strict=False)
        ]
        return by_source + by_channel
