"""How far the sum over blocks is from the formulas: in its standard errors, against L_n."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from rsrg.errors import RunFileError
from rsrg.report.deviation_axis import LINEAR, tick_powers
from rsrg.report.plots.glass_flow import VALUES, GlassFlow
from rsrg.report.style import BLUE, ORANGE, length_axis, marker_size
from rsrg.results.axis_index import axis_index
from rsrg.results.run import Run
from rsrg.results.source_names import SOURCE_NAMES

ROOM = 1.6  # beyond the largest deviation
LOOKS: dict[str, dict[str, Any]] = {
    "continuum": {"color": BLUE, "marker": "o", "linestyle": "-"},
    "log": {"color": ORANGE, "marker": "s", "linestyle": ":"},
}


def has_deviation(run: Run) -> bool:
    """Whether a run has deviations: not without a sum, nor where the sum has no error."""
    return "flow/deviation_continuum" in run


def require_deviation(flow: GlassFlow) -> None:
    """Raise RunFileError where a run has no deviations."""
    if not has_deviation(flow.run):
        raise RunFileError(
            f"{flow.run.path} has no standard errors to count deviations in: its sum over blocks "
            "is an exact mean, or it holds formulas alone"
        )


def draw_deviation(ax: Axes, flow: GlassFlow, j: int, k: int, channel: str | None) -> str:
    """Draw (sum − formula)/standard error of one eigenvalue of χ⁻¹ in reading j at strain k.

    channel: None for that of the lowest eigenvalue of the sum at the final length, or at the last
    one before χ ran away. Returns its name. The bands are of one and two standard errors. Steps
    whose sum has no error, as that of unstrained blocks, are left out. Raises as
    `require_deviation`.
    """
    require_deviation(flow)
    run = flow.run
    c = _lowest(flow, j, k) if channel is None else axis_index(run, "channel", channel)
    x = flow.lengths.values
    low, high = -LINEAR, LINEAR
    for source in (s for s in flow.sources if s in LOOKS):
        values = flow.values("flow/deviation", source, reading=j, strain=k)[:, c]
        known = np.isfinite(values)
        look = LOOKS[source] | {"label": SOURCE_NAMES[source].name}
        ax.plot(x[known], values[known], markersize=marker_size(), **look)
        low, high = min([low, *values[known]]), max([high, *values[known]])
    for width, grey in ((2.0, "0.9"), (1.0, "0.8")):
        ax.axhspan(-width, width, color=grey, linewidth=0.0, zorder=0)
    ax.axhline(0.0, color="black", linewidth=0.8)
    _error_axis(ax, ROOM * low, ROOM * high)
    length_axis(ax, x)
    ax.set_xlabel(f"length $L_n$ ({flow.lengths.unit}), at strain e = {flow.strains[k]:.3g}")
    ax.set_ylabel("deviation (standard errors)")
    return str(run.read("axes/channel")[c])


def _lowest(flow: GlassFlow, j: int, k: int) -> int:
    """The channel of the lowest eigenvalue of the sum at the last length that has one."""
    values = flow.values(VALUES, "lattice", reading=j, strain=k)
    known = values[np.isfinite(values).all(axis=-1)]
    return int(np.argmin(known[-1])) if len(known) else 0


def _error_axis(ax: Axes, low: float, high: float) -> None:
    """An axis that is linear about zero and logarithmic beyond, with few ticks."""
    decades = int(np.log10(max(-low, high)))
    ax.set_yscale("symlog", linthresh=LINEAR, linscale=max(1.0, 0.3 * decades))
    ax.set_ylim(low, high)
    powers = [10.0**k for k in tick_powers(max(-low, high))]
    ticks = [-p for p in powers] + [-1.0, 0.0, 1.0] + powers
    ax.set_yticks(ticks, [_tick(t) for t in ticks])
    ax.set_yticks([], minor=True)
    ax.set_ylim(low, high)  # ticks widen it


def _tick(value: float) -> str:
    """`−1`, `10`, `10⁴`."""
    if abs(value) <= 100.0:
        return f"{value:.0f}".replace("-", "−")
    return f"${'-' if value < 0.0 else ''}10^{{{np.log10(abs(value)):.0f}}}$"
