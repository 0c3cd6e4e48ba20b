"""How unequal blocks spread as they grow: the lowest eigenvalue of χ⁻¹ in a pool, against L."""

import matplotlib
import numpy as np
from matplotlib.axes import Axes

from rsrg.errors import RunFileError
from rsrg.report.lengths import generation_lengths
from rsrg.report.style import MARKERS, length_axis, marker_size
from rsrg.results.pool_results import PoolResults
from rsrg.results.run import Run

BAND = (0.05, 0.5, 0.95)  # quantiles: the band holds 90% of the blocks
STRAINS_SHOWN = 5


def require_quenched(run: Run) -> None:
    """Raise RunFileError unless a run follows a pool of unequal blocks."""
    if not run.config.flow.quenched:
        raise RunFileError(
            f"{run.path} is annealed: its blocks are all equal, and have no distribution. A run "
            "with `disorder: quenched` in its config has one"
        )


def shown_strains(run: Run) -> list[int]:
    """A few strains over the whole grid, by index."""
    count = len(run.read("axes/strain"))
    return (
        np.unique(np.linspace(0, count - 1, min(STRAINS_SHOWN, count)).round()).astype(int).tolist()
    )


def colours(count: int) -> list[tuple[float, ...]]:
    """A sequence of colours from dark to light, told apart by everybody and in grey."""
    return [matplotlib.colormaps["viridis"](x) for x in np.linspace(0.0, 0.88, count)]


def draw_disorder(ax: Axes, run: Run, pool: PoolResults, j: int, strains: list[int]) -> None:
    """Draw the median, and the band that holds 90% of the blocks, in reading j at some strains."""
    quantiles = list(run.read("axes/quantile"))
    low, middle, high = (quantiles.index(q) for q in BAND)
    values = pool.read("level_quantiles")[:, j, :, 0]
    lengths, e = generation_lengths(run), run.read("axes/strain")
    for n, (colour, k) in enumerate(zip(colours(len(strains)), strains, strict=True)):
        ax.plot(
            lengths.values, values[:, k, middle], color=colour, marker=MARKERS[n % len(MARKERS)],
            markersize=marker_size(), label=f"e = {e[k]:.3g}",
        )  # fmt: skip
        ax.fill_between(
            lengths.values, values[:, k, low], values[:, k, high], color=colour, alpha=0.15
        )
    ax.axhline(0.0, color="black", linewidth=0.8)
    ax.grid(alpha=0.25)
    first = float(values[0, :, high].max())
    ax.set_ylim(-1.2 * first, 1.4 * first)
    ax.set_ylabel(r"lowest eigenvalue of $\chi^{-1}$ ($1/\rho c_t^2$)")
    length_axis(ax, lengths.values)
    ax.set_xlabel(f"L ({lengths.unit})")
