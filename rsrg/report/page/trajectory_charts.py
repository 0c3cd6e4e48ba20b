"""The figures of a trajectory: M of every frame with its mean, and the norms of its parts."""

from typing import Any

import numpy as np

from rsrg.physics.pairs import PAIR_NAMES
from rsrg.report.html.chart import Chart, Control, take
from rsrg.report.html.numbers import Numbers
from rsrg.report.page.marks import symbol
from rsrg.report.style import COLOURS
from rsrg.results.trajectory_run import TrajectoryRun

GREY = {"$theme": "axis"}
FRAME_AXIS = {"title": {"text": "frame"}}


def trajectory_charts(run: TrajectoryRun, numbers: Numbers) -> list[Chart]:
    """Both, with a menu of glasses; their numbers are put on the page."""
    glasses = [Control("material", "Glass", [g.name for g in run.config.glasses()])]
    return [_components(run, numbers, glasses), _norms(run, numbers, glasses)]


def _components(run: TrajectoryRun, numbers: Numbers, glasses: list[Control]) -> Chart:
    """M_ijij of each frame, their means as lines, and what is within a standard error of these."""
    m, mean, error = (
        np.diagonal(run.read(f"trajectory/{name}"), axis1=-2, axis2=-1)
        for name in ("M", "mean", "mean_stderr")
    )
    error = np.where(np.isfinite(error), error, np.nan)  # of one frame it is not known
    numbers.add("frame", ("frame",), np.arange(m.shape[1]))
    numbers.add("M", ("material", "frame", "pair"), m)
    for name, values in (("mean", mean), ("low", mean - error), ("high", mean + error)):
        numbers.add(f"M_{name}", ("material", "pair"), values)
    traces = [t for k in range(len(PAIR_NAMES)) for t in _component(k, m.shape[1] - 1)]
    return Chart(
        key="frames-chart",
        title="M of every frame",
        caption="The components M_ijij of each frame, in 1/ρc_t², in the order of the trajectory. "
        "Dashed: their means over frames; shaded: within one standard error of these.",
        alt="Six components of M against the number of the frame, with the mean of each.",
        traces=[*traces, _entry("mean over frames", {"dash": "dash"})],
        layout={
            "xaxis": FRAME_AXIS,
            "yaxis": {"title": {"text": "M (1/ρc<sub>t</sub>²)"}},
        },
        controls=glasses,
        height=480,
    )


def _component(k: int, last: int) -> list[dict[str, Any]]:
    """The k-th of each frame, its mean and the band about that, up to the last frame."""
    name, colour = f"M_{PAIR_NAMES[k]}{PAIR_NAMES[k]}", COLOURS[k]
    mean, low, high = (take(f"M_{n}", material="material", pair=k) for n in ("mean", "low", "high"))
    shared: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "legendgroup": name,
        "showlegend": False,
    }
    return [
        {
            "type": "scatter", "mode": "lines+markers", "name": name, "legendgroup": name,
            "x": take("frame"), "y": take("M", material="material", pair=k),
            "line": {"color": colour, "width": 1}, "marker": {"symbol": symbol(k), "size": 6},
        },
        {
            **shared, "x": [0, last, last, 0], "y": [low, low, high, high], "fill": "toself",
            "fillcolor": f"{colour}28", "line": {"width": 0}, "hoverinfo": "skip",
        },
        {
            **shared, "x": [0, last], "y": [mean, mean], "name": f"mean of {name}",
            "line": {"color": colour, "width": 1.5, "dash": "dash"},
        },
    ]  # fmt: skip


def _norms(run: TrajectoryRun, numbers: Numbers, glasses: list[Control]) -> Chart:
    """The norms of the parts of M of each degree: of frames, of the mean, and by chance."""
    norm = run.read("trajectory/norm")
    chance = run.read("trajectory/chance_norm")
    numbers.add("norm", ("material", "frame", "degree"), norm)
    numbers.add("norm_mean", ("material", "degree"), run.read("trajectory/mean_norm"))
    numbers.add(
        "norm_chance", ("material", "degree"), np.where(np.isfinite(chance), chance, np.nan)
    )
    last = norm.shape[1] - 1
    traces: list[dict[str, Any]] = []
    for k, degree in enumerate(run.read("axes/degree")):
        name, line = f"degree {degree}", {"color": COLOURS[k], "width": 1.5}
        traces.append({
            "type": "scatter", "mode": "lines+markers", "name": name, "legendgroup": name,
            "x": take("frame"), "y": take("norm", material="material", degree=k),
            "line": {"color": COLOURS[k], "width": 1}, "marker": {"symbol": symbol(k), "size": 6},
        })  # fmt: skip
        for of, dash in LINES.items():
            y = take(f"norm_{of}", material="material", degree=k)
            traces.append({
                "type": "scatter", "mode": "lines", "x": [0, last], "y": [y, y],
                "name": f"{NAMES[of]}, {name}", "legendgroup": name, "showlegend": False,
                "line": {**line, "dash": dash},
            })  # fmt: skip
    entries = [_entry(NAMES[of], {"dash": dash}) for of, dash in LINES.items()]
    return Chart(
        key="norms-chart",
        title="How large M is, by degree",
        caption="Frobenius norm of the parts of M of each frame, in 1/ρc_t². Dashed: that of their "
        "mean over frames; dotted: what that is by chance where the mean is zero.",
        alt="Norm of the parts of M of degree 2 and 4 against the number of the frame, with the "
        "norm of the mean and what chance makes of it.",
        traces=[*traces, *entries],
        layout={
            "xaxis": FRAME_AXIS,
            "yaxis": {"title": {"text": "|M| (1/ρc<sub>t</sub>²)"}, "rangemode": "tozero"},
        },
        controls=glasses,
        height=400,
    )


LINES = {"mean": "dash", "chance": "dot"}
NAMES = {"mean": "of the mean", "chance": "by chance"}


def _entry(name: str, line: dict[str, Any]) -> dict[str, Any]:
    """What a kind of line stands for, in a neutral colour."""
    return {
        "type": "scatter", "x": [None], "y": [None], "mode": "lines", "name": name,
        "line": {"color": GREY, "width": 1.5, **line}, "hoverinfo": "skip",
    }  # fmt: skip
