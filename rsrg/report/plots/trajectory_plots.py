"""The plots of a trajectory, as methods: `run.plot.coupling()` and `run.plot.norm()`."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from rsrg.physics.pairs import PAIR_NAMES
from rsrg.report.plots.axes import plane_axes
from rsrg.report.plots.flow import zero_line
from rsrg.report.style import COLOURS, MARKERS, marker_size
from rsrg.results.trajectory_run import TrajectoryRun

ROOM = 1.25  # above the curves, for the legend
GREY = "0.3"  # in the legend, of what components have in common
MANY = 100  # frames, beyond which lines without markers are clearer


class TrajectoryPlots:
    """Plots of a finished trajectory. Each method draws one, into `ax` or a new figure.

    material: a glass, by default the first. The backend and the rcParams of matplotlib stay.
    """

    def __init__(self, run: TrajectoryRun) -> None:
        self._run = run

    def coupling(self, ax: Axes | None = None, *, material: str | None = None) -> Axes:
        """The components M_ijij of every frame, and their means with bands of a standard error.

        Raises RunFileError unless the run is finished and has that glass.
        """
        run, i = self._run, self._index(material)
        m = np.diagonal(run.read("trajectory/M")[i], axis1=-2, axis2=-1)
        mean, error = (
            np.diagonal(run.read(f"trajectory/{name}")[i]) for name in ("mean", "mean_stderr")
        )
        ax = plane_axes(ax)
        zero_line(ax)
        for k, pair in enumerate(PAIR_NAMES):
            look = self._look(k, len(m))
            ax.plot(m[:, k], **look, label=f"$M_{{{pair}{pair}}}$", alpha=0.6)
            ax.axhline(mean[k], color=look["color"])
            if np.isfinite(error[k]):
                low, high = mean[k] - error[k], mean[k] + error[k]
                ax.axhspan(low, high, color=look["color"], alpha=0.2, linewidth=0.0)
        ax.plot([], [], color=GREY, label="mean over frames")
        if np.isfinite(error).any():
            ax.fill_between([], [], color=GREY, alpha=0.3, label="its standard error")
        return self._framed(ax, i, r"$M$ of a frame ($1/\rho c_t^2$)")

    def norm(self, ax: Axes | None = None, *, material: str | None = None) -> Axes:
        """The Frobenius norm of M of every frame, by degree, and that of the mean of M.

        Raises RunFileError unless the run is finished and has that glass.
        """
        run, i = self._run, self._index(material)
        norms, mean = run.read("trajectory/norm")[i], run.read("trajectory/mean_norm")[i]
        chance = run.read("trajectory/chance_norm")[i]
        ax = plane_axes(ax)
        for k, degree in enumerate(run.read("axes/degree")):
            look = self._look(k, len(norms))
            ax.plot(norms[:, k], **look, label=f"a frame, degree {degree}")
            ax.axhline(mean[k], color=look["color"], label=f"the mean, degree {degree}")
            if np.isfinite(chance[k]):
                ax.axhline(
                    chance[k],
                    color=look["color"],
                    linestyle=":",
                    label=f"by chance, degree {degree}",
                )
        ax.set_ylim(0.0, ROOM * ax.get_ylim()[1])
        return self._framed(ax, i, r"$|M|$ of a frame ($1/\rho c_t^2$)")

    def _index(self, material: str | None) -> int:
        self._run.require_finished()
        return self._run.material_index(material)

    def _look(self, k: int, frames: int) -> dict[str, Any]:
        marker = MARKERS[k] if frames <= MANY else ""
        return {
            "color": COLOURS[k],
            "marker": marker,
            "markersize": marker_size(),
            "linewidth": 0.8,
        }

    def _framed(self, ax: Axes, i: int, label: str) -> Axes:
        ax.set_xlabel("frame")
        ax.set_ylabel(label)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_title(self._run.config.glasses()[i].name, parse_math=False)
        ax.legend(fontsize=8, ncols=2)
        return ax
