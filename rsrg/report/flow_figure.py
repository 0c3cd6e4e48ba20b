"""The picture of a run: eigenvalues of χ⁻¹ against strain and against L_n."""

from pathlib import Path
from textwrap import fill

from matplotlib.figure import Figure

from rsrg.report.plots.critical import draw_critical
from rsrg.report.plots.flow import draw_flow
from rsrg.report.plots.glass_flow import GlassFlow
from rsrg.report.sign_text import unusual_flow
from rsrg.report.style import own_look, save
from rsrg.results.ran_away import ran_away
from rsrg.results.run import Run

PER_INCH = 11  # letters of a title


@own_look
def flow_figure(run: Run, path: Path, material: str | None = None) -> str:
    """Draw the flow of a glass (default: the first) as PNG, SVG or PDF; returns the glass's name.

    One column per reading. Above: the eigenvalues of χ⁻¹ at the final length against strain. Below:
    the same against L_n, at the strain of the grid nearest to where the glass fails.
    Raises RunFileError unless the run is finished and holds that glass.
    """
    flow = GlassFlow(run, material)
    count = len(flow.readings)
    figure = Figure(figsize=(1.2 + 3.9 * count, 7.4), layout="constrained")
    axes = figure.subplots(2, count, squeeze=False, sharey=True)
    for j, reading in enumerate(flow.readings):
        draw_critical(axes[0, j], flow, j)
        draw_flow(axes[1, j], flow, j, flow.strain_index(j, None))
        axes[0, j].set_title(reading)
    for ax in axes[:, 1:].flat:
        ax.set_ylabel("")
    figure.legend(handles=flow.legend(), loc="outside lower center", ncols=4, fontsize="small")
    title = f"{flow.material}{unusual_flow(run.config)}: {_message(run)}"
    figure.suptitle(fill(title, int(PER_INCH * figure.get_figwidth())), parse_math=False)
    save(figure, path)
    return flow.material


def _message(run: Run) -> str:
    if run.config.flow.update == "resummed":
        return "where an eigenvalue of χ⁻¹ crosses zero, χ jumps from +∞ to −∞"
    text = "second order (3.3): where χ⁻¹ reaches zero, χ runs to +∞"
    gone = any(ran_away(run, source).any() for source in run.sources())
    return f"{text}; from there on it is left out" if gone else text
