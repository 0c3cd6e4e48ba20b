"""The eigenvalues of χ⁻¹ at the final length, against strain; and where the first crosses zero."""

from matplotlib.axes import Axes

from rsrg.formatting import with_error
from rsrg.report.plots.flow import EIGENVALUES, zero_line
from rsrg.report.plots.glass_flow import VALUES, GlassFlow
from rsrg.report.plots.legend import legend_size
from rsrg.report.style import marker_size
from rsrg.results.critical_record import CriticalStrainRecord

MARKERS_SHOWN = 21  # of a curve, so that they can be told apart


def draw_critical(ax: Axes, flow: GlassFlow, j: int) -> None:
    """Draw them in reading j, with bands of one standard error, and mark the first crossings."""
    for source in flow.sources:
        values = flow.values(VALUES, source, step=-1, reading=j)
        style = flow.source_style(source) | {"markevery": -(-len(values) // MARKERS_SHOWN)}
        for (c, _), look in zip(flow.channels, flow.looks, strict=True):
            ax.plot(flow.strains, values[:, c], **look | style)
            if source == "lattice":
                error = flow.values(f"{VALUES}_stderr", source, step=-1, reading=j)[:, c]
                low, high = values[:, c] - error, values[:, c] + error
                ax.fill_between(flow.strains, low, high, color=look["color"], alpha=0.25, lw=0.0)
    zero_line(ax)
    ax.set_ylim(*flow.limits())
    for crossings in flow.first_crossings(j):
        _mark(ax, crossings, turn=float(0.5 * (flow.strains[0] + flow.strains[-1])))
    ax.set_xlabel(f"strain e, at length {flow.lengths.text(-1)}")
    ax.set_ylabel(EIGENVALUES)


def _mark(ax: Axes, crossings: list[CriticalStrainRecord], turn: float) -> None:
    """Mark a critical strain with its standard error, and name the strains that fail there.

    turn: the strain from which on the text stands on the left.
    """
    e, stderr = crossings[0].value, crossings[0].stderr
    ax.errorbar(
        e, 0.0, xerr=stderr, marker="o", markersize=1.5 * marker_size(), markerfacecolor="white",
        color="black", capsize=2.0, zorder=5,
    )  # fmt: skip
    ax.vlines(e, ax.get_ylim()[0], 0.0, color="black", lw=0.8, ls="--")
    to_the_right = e < turn
    strains = sorted({r.failing_strain or r.channel for r in crossings})
    ax.annotate(
        f"e = {with_error(e, stderr)}\n{', '.join(strains)}",
        (e, 0.02),
        xycoords=("data", "axes fraction"),
        xytext=(4.0 if to_the_right else -4.0, 0.0),
        textcoords="offset points",
        horizontalalignment="left" if to_the_right else "right",
        verticalalignment="bottom",
        fontsize=legend_size(),
        parse_math=False,
        bbox={"facecolor": "white", "alpha": 0.7, "linewidth": 0.0, "pad": 1.0},
    )
