"""The picture of a quenched run: how χ⁻¹ is distributed, which blocks fail, at which strain."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rsrg.report.lengths import generation_lengths
from rsrg.report.plots.disorder import colours, draw_disorder, shown_strains
from rsrg.report.sign_text import unusual_flow
from rsrg.report.style import BLUE, MARKERS, length_axis, own_look, save
from rsrg.results.pool_results import PoolResults
from rsrg.results.run import Run


@own_look
def disorder_figure(run: Run, path: Path, material: str | None = None) -> str:
    """Draw the pool of one glass (default: the first) into a PNG, SVG or PDF; returns its name.

    One row per reading, four panels: the lowest eigenvalue of χ⁻¹ against L; the share of failed
    blocks against strain; the relative variance of χ⁻¹ against L; critical strains against L.
    Raises RunFileError unless the run is finished and holds that glass.
    """
    run.require_finished()
    view = _View(run, material)
    figure = Figure(figsize=(15.5, 0.8 + 3.5 * len(view.readings)), layout="constrained")
    axes = figure.subplots(len(view.readings), 4, squeeze=False)
    for j, reading in enumerate(view.readings):
        for panel, draw in enumerate((view.lowest, view.failed, view.width, view.critical_strains)):
            draw(axes[j, panel], j)
            axes[j, panel].grid(alpha=0.25)
        axes[j, 0].set_title(reading, loc="left", fontweight="bold")
    flow = run.config.flow
    figure.suptitle(
        f"{view.name}: {flow.blocks} unequal blocks, first ones {flow.initial.kind}, "
        f"{flow.update.replace('_', ' ')}, N0 = {run.config.blocks.n0}"
        f"{unusual_flow(run.config)}",
        parse_math=False,
    )
    save(figure, path)
    return view.name


class _View:
    """The panels of one glass."""

    def __init__(self, run: Run, material: str | None) -> None:
        self.run, self.pool = run, PoolResults(run, material)
        self.name = str(run.read("axes/material")[self.pool.index])
        self.readings = [str(r) for r in run.read("axes/reading")]
        self.strains = run.read("axes/strain")
        self.lengths = generation_lengths(run)
        self.sizes = self.lengths.values
        self.generations = range(len(self.sizes))
        self.some = shown_strains(run)

    def _read(self, name: str, j: int) -> np.ndarray:
        """(generations, ...) of this glass and a reading."""
        return self.pool.read(name)[:, j]

    def lowest(self, ax: Axes, j: int) -> None:
        """Median, and the band that holds 90% of the blocks."""
        draw_disorder(ax, self.run, self.pool, j, self.some)

    def failed(self, ax: Axes, j: int) -> None:
        """One curve for each generation."""
        share, error = self._read("failed", j), self._read("failed_stderr", j)
        for colour, n in zip(colours(len(self.sizes)), self.generations, strict=True):
            ax.errorbar(
                self.strains, share[n], yerr=error[n], color=colour, linewidth=1.2,
                marker=MARKERS[n % len(MARKERS)], markersize=3.5, label=self.lengths.text(n),
            )  # fmt: skip
        ax.set_ylim(-0.04, 1.04)
        ax.set_xlabel("strain e")
        ax.set_ylabel("share of blocks that have failed")
        ax.legend(fontsize="x-small", title="L", title_fontsize="x-small", framealpha=0.5)

    def width(self, ax: Axes, j: int) -> None:
        """Only while few blocks have failed; and what independent blocks would do."""
        values, errors = (
            self._read("relative_variance", j),
            self._read("relative_variance_stderr", j),
        )
        wide = self.pool.wide[:, j]
        shades = colours(len(self.some))
        for colour, marker, k in zip(shades, MARKERS, self.some, strict=False):
            good = wide[:, k]
            ax.errorbar(
                self.sizes[good], values[good, k], yerr=errors[good, k], color=colour,
                marker=marker, markersize=3.5, linewidth=1.2, label=f"e = {self.strains[k]:.3g}",
            )  # fmt: skip
        start = np.flatnonzero(wide[:, 0])
        if len(start):
            first = start[0]
            ideal = values[first, 0] * (self.sizes[first:] / self.sizes[first]) ** -3.0
            ax.plot(self.sizes[first:], ideal, "k:", linewidth=1.0, label="averaging, $L^{-3}$")
            ax.set_ylim(bottom=values[first, 0] / 300.0)
        ax.set_yscale("log")
        ax.set_ylabel(r"relative variance of $\chi^{-1}$")
        ax.legend(fontsize="x-small")
        self._length_axis(ax)

    def critical_strains(self, ax: Axes, j: int) -> None:
        """Median and quartiles of the critical strains of the blocks; the rest are off the grid."""
        equal = {
            side: self.pool.annealed_critical_strains(side)[:, j] for side in self.pool.endings
        }
        none = ": none" if all(np.isnan(e).all() for e in equal.values()) else ""
        for n, (side, annealed) in enumerate(equal.items()):
            near, middle, far = self.pool.critical_quartiles(side)[:, j].T
            beyond = 1.5 * self.pool.end(side)
            near, far = (np.where(np.isinf(v), beyond, v) for v in (near, far))
            ax.fill_between(self.sizes, near, far, color=BLUE, alpha=0.2)
            known = np.isfinite(middle)
            words = ("blocks: median, quartiles", f"equal blocks (annealed){none}")
            blocks, single = words if n == 0 else (None, None)
            ax.plot(
                self.sizes[known], middle[known], color=BLUE, marker="o", markersize=4,
                label=blocks,
            )  # fmt: skip
            ax.plot(self.sizes[1:], annealed, "k^", markersize=4.5, label=single)
        ends = [0.0, *(1.05 * self.pool.end(side) for side in equal)]
        ax.set_ylim(min(ends), max(ends))
        ax.set_ylabel("critical strain e")
        ax.legend(fontsize="x-small")
        self._length_axis(ax)

    def _length_axis(self, ax: Axes) -> None:
        length_axis(ax, self.sizes)
        ax.set_xlabel(f"L ({self.lengths.unit})")
