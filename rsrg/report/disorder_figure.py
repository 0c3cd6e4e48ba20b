"""The picture of a quenched run: how χ⁻¹ is distributed, who fails, at which strain."""

from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from rsrg.formatting import length
from rsrg.report.style import save, sizes
from rsrg.results.run import Run

matplotlib.use("agg")
SHOWN = 5  # curves in a panel
FEW = 0.01  # share of failed blocks from which a variance of χ⁻¹ says nothing


def disorder_figure(run: Run, path: Path, material: str | None = None) -> str:
    """Draw the pool of one glass (default: the first) into a PNG, SVG or PDF; returns its name.

    One row per reading, four panels: the lowest eigenvalue of χ⁻¹ against L; the share of failed
    blocks against strain; the relative variance of χ⁻¹ against L; critical strains against L.
    Raises RunFileError unless the run is finished and holds that glass.
    """
    run.require_finished()
    view = _Pool(run, run.material_index(material))
    figure = Figure(figsize=(15.5, 0.8 + 3.5 * len(view.readings)), layout="constrained")
    axes = figure.subplots(len(view.readings), 4, squeeze=False)
    for j, reading in enumerate(view.readings):
        for panel, draw in enumerate((view.lowest, view.failed, view.width, view.critical)):
            draw(axes[j, panel], j)
            axes[j, panel].grid(alpha=0.25)
        axes[j, 0].set_title(reading, loc="left", fontweight="bold")
    flow = run.config.flow
    figure.suptitle(
        f"{view.name}: {flow.blocks} unequal blocks, first ones {flow.initial.kind}, "
        f"{flow.update.replace('_', ' ')}, N0 = {run.config.blocks.n0}",
        parse_math=False,
    )
    save(figure, path)
    return view.name


def _colours(count: int) -> list[tuple[float, ...]]:
    return [matplotlib.colormaps["viridis"](x) for x in np.linspace(0.0, 0.88, count)]


class _Pool:
    """The numbers of one glass's pool."""

    def __init__(self, run: Run, index: int) -> None:
        self.run, self.index = run, index
        self.name = str(run.read("axes/material")[index])
        self.readings = [str(r) for r in run.read("axes/reading")]
        self.strains = run.read("axes/strain")
        self.sizes, self.unit = sizes(run)
        self.generations = range(len(self.sizes))
        shown = np.linspace(0, len(self.strains) - 1, min(SHOWN, len(self.strains)))
        self.some = np.unique(shown.round().astype(int))

    def _read(self, name: str, j: int) -> np.ndarray:
        """(generations, ...) of this glass and a reading."""
        return self.run.read(f"pool/{name}")[self.index][:, j]

    def lowest(self, ax: Axes, j: int) -> None:
        """Median, and the band that holds 90% of the blocks."""
        quantiles = list(self.run.read("axes/quantile"))
        low, middle, high = (quantiles.index(q) for q in (0.05, 0.5, 0.95))
        values = self._read("level_quantiles", j)[:, :, 0]
        for colour, k in zip(_colours(len(self.some)), self.some, strict=True):
            ax.plot(self.sizes, values[:, k, middle], color=colour, marker="o", markersize=3.5)
            ax.fill_between(
                self.sizes, values[:, k, low], values[:, k, high], color=colour, alpha=0.15
            )
        ax.axhline(0.0, color="black", linewidth=0.8)
        first = float(values[0, :, high].max())
        ax.set_ylim(-1.2 * first, 1.4 * first)
        ax.set_ylabel(r"lowest eigenvalue of $\chi^{-1}$ ($1/\rho c_t^2$)")
        self._length_axis(ax)

    def failed(self, ax: Axes, j: int) -> None:
        """One curve for each generation."""
        share, error = self._read("failed", j), self._read("failed_stderr", j)
        for colour, n in zip(_colours(len(self.sizes)), self.generations, strict=True):
            ax.errorbar(
                self.strains, share[n], yerr=error[n], color=colour, marker="o", markersize=3.5,
                linewidth=1.2, label=self._size(n),
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
        failed = self._read("failed", j)
        for colour, k in zip(_colours(len(self.some)), self.some, strict=True):
            good = np.logical_and.accumulate(failed[:, k] < FEW) & (values[:, k] > 1e-20)
            ax.errorbar(
                self.sizes[good], values[good, k], yerr=errors[good, k], color=colour, marker="o",
                markersize=3.5, linewidth=1.2, label=f"e = {self.strains[k]:.3g}",
            )  # fmt: skip
        start = np.flatnonzero((values[:, 0] > 1e-20) & (failed[:, 0] < FEW))
        if len(start):
            first = start[0]
            ideal = values[first, 0] * (self.sizes[first:] / self.sizes[first]) ** -3.0
            ax.plot(self.sizes[first:], ideal, "k:", linewidth=1.0, label="averaging, $L^{-3}$")
            ax.set_ylim(bottom=values[first, 0] / 300.0)
        ax.set_yscale("log")
        ax.set_ylabel(r"relative variance of $\chi^{-1}$")
        ax.legend(fontsize="x-small")
        self._length_axis(ax)

    def critical(self, ax: Axes, j: int) -> None:
        """Median and quartiles of the critical strains of the blocks; the rest are off the grid."""
        strains = self._read("critical_strain", j)
        beyond = np.where(np.isnan(strains), np.inf, strains)
        low, middle, high = np.quantile(beyond, (0.25, 0.5, 0.75), axis=-1, method="nearest")
        end = self.strains[-1]
        capped = [np.minimum(v, 1.5 * end) for v in (low, middle, high)]
        ax.fill_between(self.sizes, capped[0], capped[2], color="#0072B2", alpha=0.2)
        known = np.isfinite(middle)
        ax.plot(
            self.sizes[known], middle[known], color="#0072B2", marker="o", markersize=4,
            label="blocks: median, quartiles",
        )  # fmt: skip
        levels = self.run.read("flow/inverse_eigenvalues")[self.index, :, j].min(axis=-1)
        annealed = [_first_zero(self.strains, row) for row in levels]
        label = "equal blocks (annealed)" + (": none" if np.isnan(annealed).all() else "")
        ax.plot(self.sizes[1:], annealed, "k^", markersize=4.5, label=label)
        ax.set_ylim(min(0.0, float(self.strains[0])), 1.05 * end)
        ax.set_ylabel("critical strain e")
        ax.legend(fontsize="x-small")
        self._length_axis(ax)

    def _length_axis(self, ax: Axes) -> None:
        ax.set_xscale("log")
        ax.set_xlim(0.8 * self.sizes[0], 1.25 * self.sizes[-1])
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.set_xlabel(f"L ({self.unit})")

    def _size(self, n: int) -> str:
        return length(self.sizes[n]) if self.unit == "m" else f"{self.sizes[n]:.3g} L₁"


def _first_zero(strains: np.ndarray, values: np.ndarray) -> float:
    """Where values fall below zero first, straight lines between strains; NaN if nowhere."""
    after = int(np.argmax(values < 0.0))
    if not values[after] < 0.0 or after == 0:
        return float(strains[0]) if values[after] < 0.0 else np.nan
    low, high = values[after - 1], values[after]
    share = low / (low - high)
    return float(strains[after - 1] + share * (strains[after] - strains[after - 1]))
