"""How far the sum over blocks is from the formulas: in its standard errors, against L_n."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter, StrMethodFormatter

from rsrg.errors import RunFileError
from rsrg.report.plots.glass_flow import VALUES, GlassFlow
from rsrg.report.style import BLUE, MARKER_SIZE, ORANGE
from rsrg.results.axis_index import axis_index

LINEAR = 3.0  # standard errors: the axis is linear up to this, and logarithmic beyond
ROOM = 1.6  # beyond the largest deviation
LOOKS: dict[str, dict[str, Any]] = {
    "continuum": {"color": BLUE, "marker": "o", "linestyle": "-", "label": "exact continuum"},
    "log": {"color": ORANGE, "marker": "s", "linestyle": ":", "label": "log formula"},
}


def require_deviation(flow: GlassFlow) -> None:
    """Raise RunFileError where a run has no deviations: no sum, or one without an error."""
    if "flow/deviation_continuum" not in flow.run.snapshot:
        raise RunFileError(
            f"{flow.run.path} has no standard errors to count deviations in: its sum over blocks "
            "is an exact mean, or it holds formulas alone"
        )


def draw_deviation(ax: Axes, flow: GlassFlow, j: int, k: int, channel: str | None) -> str:
    """Draw (sum − formula)/standard error of one eigenvalue of χ⁻¹ in reading j at strain k.

    channel: None for that of the lowest eigenvalue of the sum at the final length. Returns its
    name. The bands are of one and two standard errors. Raises as `require_deviation`.
    """
    require_deviation(flow)
    run = flow.run
    end = flow.values(VALUES, "lattice", step=-1, reading=j, strain=k)
    c = int(np.argmin(end)) if channel is None else axis_index(run, "channel", channel)
    x = flow.lengths.values
    low, high = -LINEAR, LINEAR
    for source in (s for s in flow.sources if s in LOOKS):
        values = flow.values("flow/deviation", source, reading=j, strain=k)[:, c]
        ax.plot(x, values, markersize=MARKER_SIZE, **LOOKS[source])
        low, high = min(low, float(np.nanmin(values))), max(high, float(np.nanmax(values)))
    for width, grey in ((2.0, "0.9"), (1.0, "0.8")):
        ax.axhspan(-width, width, color=grey, linewidth=0.0, zorder=0)
    ax.axhline(0.0, color="black", linewidth=0.8)
    ax.set_yscale("symlog", linthresh=LINEAR)
    ax.set_ylim(ROOM * low, ROOM * high)
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_xscale("log")
    ax.set_xlabel(f"length $L_n$ ({flow.lengths.unit}), at strain e = {flow.strains[k]:.3g}")
    ax.set_ylabel("(sum − formula) / standard error")
    return str(run.read("axes/channel")[c])
