"""The plots of a run, as methods: `run.plot.flow()` and the others."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from mpl_toolkits.mplot3d import Axes3D

from rsrg.physics.arguments import as_list
from rsrg.report.plots.axes import plane_axes, space_axes
from rsrg.report.plots.blocks import draw_blocks
from rsrg.report.plots.critical import draw_critical
from rsrg.report.plots.deviation import draw_deviation, require_deviation
from rsrg.report.plots.disorder import draw_disorder, require_quenched, shown_strains
from rsrg.report.plots.flow import draw_flow
from rsrg.report.plots.glass_flow import GlassFlow, Names
from rsrg.report.plots.legend import add_legend
from rsrg.results.axis_index import nearest_strain
from rsrg.results.pool_results import PoolResults
from rsrg.results.run import Run


class RunPlots:
    """Plots of one finished run. Each method draws one, into `ax` or a new figure; returns Axes.

    What may be chosen, by keyword: material, a glass (default: the first); reading, of V(e)
    (default: the first); strain e, the nearest of the grid (default: where the glass fails); source
    of M, one or several of lattice, continuum and log (default: all); channel, by its name. The
    backend and the rcParams of matplotlib stay as they are.
    """

    def __init__(self, run: Run) -> None:
        self._run = run

    def flow(
        self,
        ax: Axes | None = None,
        *,
        material: str | None = None,
        reading: str | None = None,
        strain: float | None = None,
        source: Names = None,
        channel: Names = None,
    ) -> Axes:
        """The eigenvalues of χ⁻¹ against the length L_n, at one strain.

        The sum over blocks has bars of one standard error; the exact continuum and the paper's log
        formula are lines. Where an eigenvalue crosses zero, the glass fails. Raises RunFileError
        unless the run is finished and holds what is chosen.
        """
        flow = GlassFlow(self._run, material, source, channel)
        j = flow.reading_index(reading)
        k = flow.strain_index(j, strain)
        ax = plane_axes(ax)
        draw_flow(ax, flow, j, k)
        return _framed(ax, flow, j)

    def critical(
        self,
        ax: Axes | None = None,
        *,
        material: str | None = None,
        reading: str | None = None,
        source: Names = None,
        channel: Names = None,
    ) -> Axes:
        """The eigenvalues of χ⁻¹ at the final length against strain.

        Bands are of one standard error; strains at which χ ran away (second order) are left out.
        The first crossing of zero on each side of e = 0 is marked, with its standard error and the
        strain that fails.
        Raises RunFileError unless the run is finished and holds what is chosen.
        """
        flow = GlassFlow(self._run, material, source, channel)
        j = flow.reading_index(reading)
        ax = plane_axes(ax)
        draw_critical(ax, flow, j)
        return _framed(ax, flow, j)

    def deviation(
        self,
        ax: Axes | None = None,
        *,
        material: str | None = None,
        reading: str | None = None,
        strain: float | None = None,
        source: Names = None,
        channel: str | None = None,
    ) -> Axes:
        """How many standard errors lie between the sum and the formulas, against L_n.

        Of the eigenvalue of χ⁻¹ of one channel (default: the lowest at the final length), with
        bands of one and two standard errors. Raises RunFileError unless the run is finished, draws
        its blocks at random, and holds what is chosen.
        """
        flow = GlassFlow(self._run, material, source)
        require_deviation(flow)
        j = flow.reading_index(reading)
        k = flow.strain_index(j, strain)
        ax = plane_axes(ax)
        name = draw_deviation(ax, flow, j, k, channel)
        ax.legend(title="formula")
        ax.set_title(f"{flow.material}, {flow.readings[j]}, {name}", parse_math=False)
        return ax

    def blocks(
        self,
        ax: Axes3D | None = None,
        *,
        reading: str | None = None,
        strain: float | None = None,
        draw: int = 0,
    ) -> Axes3D:
        """The blocks of one draw of the first step, inside their body, in three dimensions.

        The default strain is where the first glass fails. Raises RsrgError unless `ax` is 3-D,
        RunFileError unless the run is finished and holds what is chosen.
        """
        flow = GlassFlow(self._run)
        j = flow.reading_index(reading)
        e = float(flow.strains[flow.strain_index(j, strain)])
        ax = space_axes(ax)
        draw_blocks(ax, self._run, flow.readings[j], e, draw)
        ax.set_title(f"{flow.readings[j]}, e = {e:.3g}")
        return ax

    def disorder(
        self,
        ax: Axes | None = None,
        *,
        material: str | None = None,
        reading: str | None = None,
        strain: float | Sequence[float] | None = None,
    ) -> Axes:
        """How the lowest eigenvalue of χ⁻¹ is distributed over unequal blocks, against L.

        Median, and the band that holds 90% of the blocks, at one or several strains (default: five
        over the whole grid). Raises RunFileError unless the run is finished, quenched, and holds
        what is chosen.
        """
        run = self._run
        flow = GlassFlow(run, material)
        require_quenched(run)
        j = flow.reading_index(reading)
        if strain is None:
            strains = shown_strains(run)
        else:
            strains = sorted({nearest_strain(run, e) for e in as_list(strain)})
        ax = plane_axes(ax)
        draw_disorder(ax, run, PoolResults(run, material), j, strains)
        ax.legend(title="strain")
        ax.set_title(f"{flow.material}, {flow.readings[j]}", parse_math=False)
        return ax


def _framed(ax: Axes, flow: GlassFlow, j: int) -> Axes:
    """With a title, and a legend."""
    add_legend(ax, flow.legend())
    ax.set_title(f"{flow.material}, {flow.readings[j]}", parse_math=False)
    return ax
