"""The eigenvalues of χ⁻¹ as blocks are glued together: against the length L_n, at one strain."""

from matplotlib.axes import Axes

from rsrg.report.plots.glass_flow import VALUES, GlassFlow
from rsrg.report.style import length_axis

EIGENVALUES = r"eigenvalues of $\chi^{-1}$ ($1/\rho c_t^2$)"


def draw_flow(ax: Axes, flow: GlassFlow, j: int, k: int) -> None:
    """Draw them in reading j at strain k: the sum with its standard errors, and the formulas."""
    x = flow.lengths.values
    for source in flow.sources:
        values = flow.values(VALUES, source, reading=j, strain=k)
        style = flow.source_style(source)
        for (c, _), look in zip(flow.channels, flow.looks, strict=True):
            if source == "lattice":
                errors = flow.values(f"{VALUES}_stderr", source, reading=j, strain=k)
                ax.errorbar(x, values[:, c], yerr=errors[:, c], **look | style)
            else:
                ax.plot(x, values[:, c], **look | style)
    zero_line(ax)
    ax.set_ylim(*flow.limits())
    length_axis(ax, x)
    ax.set_xlabel(f"length $L_n$ ({flow.lengths.unit}), at strain e = {flow.strains[k]:.3g}")
    ax.set_ylabel(EIGENVALUES)


def zero_line(ax: Axes) -> None:
    """The line that an eigenvalue crosses where the glass fails, and a faint grid."""
    ax.axhline(0.0, color="black", linewidth=0.8)
    ax.grid(alpha=0.25)
