"""How the error of M fell with the draws, what controls saved, whether chunks are independent."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from rsrg.report.html.chart import Chart, take
from rsrg.report.page.marks import level_line, symbol
from rsrg.report.page.view import View
from rsrg.report.style import COLOURS
from rsrg.results.convergence import Convergence, convergence


def convergence_charts(view: View) -> Iterator[Chart]:
    """Three figures of a run that draws; none where M is exact."""
    if "lattice" not in view.sources:
        return
    first = view.first_failure(0, 0)
    k = len(view.strains) - 1 if first is None else view.nearest(first)
    result = convergence(view.run, 0, k)
    if result is None:
        return
    yield _error_against_draws(view, result)
    yield _saved(view, result)
    yield _autocorrelation(view)


def _error_against_draws(view: View, result: Convergence) -> Chart:
    traces: list[dict[str, Any]] = []
    for j, reading in enumerate(view.readings):
        style = {"marker": {"symbol": symbol(j), "size": 8}}
        for name, values, dash in (
            ("plain", result.plain, "dot"),
            ("with controls", result.controlled, "solid"),
        ):
            traces.append({
                "type": "scatter", "mode": "lines+markers", "name": f"{reading}, {name}",
                "x": result.draws.tolist(), "y": _positive(values[j]), **style,
                "line": {"color": COLOURS[j % len(COLOURS)], "dash": dash},
            })  # fmt: skip
    sampling = view.run.config.sampling
    of_coupling = sampling.target_quantity != "critical_strain"
    target = sampling.target_error if of_coupling else None
    return Chart(
        key="draws",
        title="Error of M against draws",
        caption=f"Largest standard error of a component of M (1/ρc_t²), {view.glasses[0]}, at "
        f"e = {result.strain:.4g}. Independent draws fall as 1/√draws. Dotted: the same draws "
        "without controls.",
        alt="Largest standard error of the coupling against the number of draws per step, with and "
        "without control variates, for each reading; both fall as one over the square root.",
        traces=traces,
        layout={
            "xaxis": {"title": {"text": "draws per step"}, "type": "log", "dtick": 1},
            "yaxis": {
                "title": {"text": "standard error of M (1/ρc<sub>t</sub>²)"}, "type": "log",
                "exponentformat": "power", "dtick": 1,
            },
            "shapes": [level_line(target, "dash")] if target else [],
        },
    )  # fmt: skip


def _positive(values: np.ndarray) -> list[float | None]:
    """For a logarithmic axis: what is rounding alone is left out."""
    return [float(v) if v > 1e-14 else None for v in values]


def _saved(view: View, result: Convergence) -> Chart:
    traces = [
        {
            "type": "bar", "name": name, "x": view.readings, "y": _positive(values),
            "text": [f"{v:.3g}" for v in values], "textposition": "outside",
            "marker": {"color": COLOURS[i], "pattern": {"shape": ("", "/", "x")[i % 3]}},
            "cliponaxis": False,
        }
        for i, (name, values) in enumerate(result.saved.items())
    ]  # fmt: skip
    return Chart(
        key="saved",
        title="What controls saved",
        caption="How many times more draws plain sampling would need for the same error: variance "
        "of M without controls over the variance with them, one added to another.",
        alt="Bars of variance reduction for each reading, as control variates are added.",
        traces=traces,
        layout={
            "barmode": "group",
            "xaxis": {"title": {"text": "reading"}},
            "yaxis": {"title": {"text": "times fewer draws"}, "type": "log", "dtick": 1},
            "margin": {"t": 40},
        },
        height=380,
    )


def _autocorrelation(view: View) -> Chart:
    tau = view.run.read("coupling/autocorrelation")
    for k, name in enumerate(("tau", "tau_stderr")):
        view.numbers.add(name, ("reading", "strain"), tau[..., k])
    traces = [
        {
            "type": "scatter", "mode": "markers", "name": reading, "x": take("strain"),
            "y": take("tau", reading=j),
            "error_y": {"type": "data", "array": take("tau_stderr", reading=j), "width": 2},
            "marker": {"color": COLOURS[j % len(COLOURS)], "symbol": symbol(j)},
        }
        for j, reading in enumerate(view.readings)
    ]  # fmt: skip
    return Chart(
        key="autocorrelation",
        title="Are chunks of draws independent?",
        caption="Autocorrelation time of chunk means: 1 if each chunk says something new, which "
        "error bars suppose.",
        alt="Autocorrelation time of the chunk means against strain for each reading, with errors; "
        "one means independent.",
        traces=traces,
        layout={
            "xaxis": {"title": {"text": "strain e"}},
            "yaxis": {"title": {"text": "autocorrelation time (chunks)"}, "rangemode": "tozero"},
            "shapes": [level_line(1.0)],
        },
        height=340,
    )
