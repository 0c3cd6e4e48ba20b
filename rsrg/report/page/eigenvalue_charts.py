"""χ⁻¹ against strain, and against length."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from rsrg.physics.criticality import first_negative
from rsrg.physics.loading import along, first_on_sides, sides_of
from rsrg.report.eigenvalue_axis import eigenvalue_limits
from rsrg.report.html.chart import Chart, Choice, band, take
from rsrg.report.page.axes import length_axis
from rsrg.report.page.marks import level_line, symbol
from rsrg.report.page.view import View
from rsrg.report.style import COLOURS
from rsrg.results.source_names import SOURCE_NAMES

DASHES = {"continuum": "solid", "log": "dot"}
AXIS = "eigenvalues of χ⁻¹ (1/ρc<sub>t</sub>²)"


def eigenvalue_charts(view: View) -> Iterator[Chart]:
    """Both figures, after their numbers are put on the page."""
    _add_numbers(view)
    yield _against_strain(view)
    yield _against_length(view)


def _add_numbers(view: View) -> None:
    """Eigenvalues at the end against strain, along the flow at the strains of the slider."""
    numbers = view.numbers
    chosen, other = [c for c, _ in view.channels], view.other_sign
    numbers.add("strain", ("strain",), view.strains)
    numbers.add("length", ("step",), view.lengths.values)
    for source in view.sources:
        values = _with_readings(view, view.flow("inverse_eigenvalues", source), source)
        ends = None if other is None else _of_other(view, source)[..., chosen]
        _add(view, source, values[..., chosen], ends)
    if "lattice" in view.sources:
        errors = view.flow("inverse_eigenvalues_stderr")[..., chosen]
        _add(view, "stderr", errors, None if other is None else other.stderr[..., chosen])
    for source in view.sources:
        own = _failures(view, source)
        both = [own] if other is None else [own, _first_zeros(view, source)]
        numbers.add(f"failure_{source}", ("sign", "side", "material", "reading"), np.stack(both))


END = ("material", "reading", "strain", "channel")
FLOW = ("material", "step", "reading", "slider", "channel")


def _add(view: View, name: str, values: np.ndarray, other: np.ndarray | None = None) -> None:
    """values: (material, step, reading, strain, channel). other: at the end, with the other sign.

    The axis `sign` has the run's own sign first.
    """
    ends = [values[:, -1], *([] if other is None else [other])]
    view.numbers.add(f"end_{name}", ("sign", *END), np.stack(ends))
    view.numbers.add(f"flow_{name}", FLOW, values[:, :, :, view.slider])


def _with_readings(view: View, values: np.ndarray, source: str) -> np.ndarray:
    """(material, step, reading, strain, channel), the same in all readings where there are none."""
    if view.run.readings(source) != [""]:
        return values
    return np.repeat(values[:, :, None], len(view.readings), axis=2)


def _failures(view: View, source: str) -> np.ndarray:
    """The first failures, (side, material, reading), NaN for none."""
    sides, count = sides_of(view.strains), len(view.readings)
    values = np.full((len(sides), len(view.glasses), count), np.nan)
    for i, j in np.ndindex(values.shape[1:]):
        crossings = view.crossings(i, j if view.run.readings(source) != [""] else 0, source)
        for side, k in first_on_sides(crossings).items():
            values[sides.index(side), i, j] = crossings[k]
    return values


def _of_other(view: View, source: str) -> np.ndarray:
    """Eigenvalues at the end with the other sign, (material, reading, strain, channel)."""
    values = view.other_sign.inverse_eigenvalues[source] if view.other_sign else np.empty(0)
    return np.repeat(values, len(view.readings) // values.shape[1], axis=1)


def _first_zeros(view: View, source: str) -> np.ndarray:
    """Where the lowest eigenvalue first falls below zero with the other sign: as `_failures`."""
    lowest = _of_other(view, source).min(axis=-1)
    paths = [along(view.strains, side) for side in sides_of(view.strains)]
    zeros = [
        [[first_negative(view.strains[path], row[path]) for row in glass] for glass in lowest]
        for path in paths
    ]
    return np.array(zeros)


def _limits(view: View) -> tuple[float, float]:
    """Of the axis of eigenvalues, the same for all glasses."""
    values = [view.flow("inverse_eigenvalues", source) for source in view.sources]
    at = {"step": 0, "strain": view.nearest(0.0)}
    start = float(view.run.values("flow/inverse_eigenvalues", view.sources[0], **at).max())
    return eigenvalue_limits(start, [v[:, -1] for v in values])


def _curves(view: View, x: dict[str, Any], name: str, **at: Choice) -> list[dict[str, Any]]:
    """The channels of all sources against x, at chosen places; a band of one standard error."""
    traces: list[dict[str, Any]] = []
    for g, (_, label) in enumerate(view.channels):
        colour = COLOURS[g % len(COLOURS)]
        for source in view.sources:
            y = take(f"{name}_{source}", channel=g, **at)
            style = {"line": {"color": colour, "width": 2, "dash": DASHES.get(source, "solid")}}
            trace = {
                "type": "scatter", "x": x, "y": y, "name": f"{SOURCE_NAMES[source].name}: {label}",
                "legendgroup": label, "showlegend": False, "mode": "lines", **style,
            }  # fmt: skip
            if source == "lattice":
                stderr = take(f"{name}_stderr", channel=g, **at)
                traces.append(_band(x, y, stderr, colour, label))
                trace |= markers(g, colour) | {"error_y": _error_bars(stderr, colour)}
                trace |= {"name": label, "showlegend": True}
            elif source == view.sources[0]:
                trace |= {"name": label, "showlegend": True}
            traces.append(trace)
    return [*traces, *source_legend(view.sources)]


def markers(g: int, colour: str) -> dict[str, Any]:
    """Those of the g-th channel."""
    return {"mode": "markers", "marker": {"color": colour, "size": 7, "symbol": symbol(g)}}


def _error_bars(stderr: dict[str, Any], colour: str) -> dict[str, Any]:
    return {"type": "data", "array": stderr, "color": colour, "thickness": 1.2, "width": 2}


def _band(
    x: dict[str, Any], y: dict[str, Any], stderr: dict[str, Any], colour: str, label: str
) -> dict[str, Any]:
    return {
        "type": "scatter", "x": band(x, y, stderr, "x"), "y": band(x, y, stderr, "y"),
        "fill": "toself", "fillcolor": f"{colour}38", "line": {"width": 0}, "mode": "lines",
        "hoverinfo": "skip", "showlegend": False, "legendgroup": label,
    }  # fmt: skip


def source_legend(sources: Sequence[str]) -> Iterator[dict[str, Any]]:
    """What markers and lines stand for, in a neutral colour."""
    for source in sources:
        grey = {"$theme": "axis"}
        style = {"line": {"color": grey, "width": 2, "dash": DASHES.get(source, "solid")}}
        mode = "markers" if source == "lattice" else "lines"
        yield {
            "type": "scatter", "x": [None], "y": [None], "name": SOURCE_NAMES[source].name,
            "mode": mode, "marker": {"color": grey, "size": 7}, "hoverinfo": "skip", **style,
        }  # fmt: skip


def _against_strain(view: View) -> Chart:
    at: dict[str, Choice] = {"material": "glass", "reading": "reading", "sign": "sign"}
    traces = _curves(view, take("strain"), "end", **at)
    low, high = _limits(view)
    for n in range(len(sides_of(view.strains))):
        first = take(f"failure_{view.sources[0]}", side=n, **at)
        traces.append({
            "type": "scatter", "x": [first, first], "y": [low, high], "mode": "lines",
            "name": "first failure", "legendgroup": "first failure", "showlegend": n == 0,
            "line": {"color": {"$theme": "text"}, "width": 1, "dash": "dash"},
        })  # fmt: skip
    length = view.lengths.text(-1)
    left_out = " Strains at which χ ran away before are left out." if view.ran_away else ""
    return Chart(
        key="strain",
        title=f"χ⁻¹ against strain, at the final length {length}",
        caption="Where an eigenvalue of χ⁻¹ crosses zero, χ jumps from +∞ to −∞ and the glass "
        "fails. Colours and markers: channels. Bands and bars: one standard error. Sign: with the "
        f"paper's, a step adds M to χ⁻¹; with that of the Hamiltonian it takes M away.{left_out}",
        alt="Eigenvalues of the inverse susceptibility at the final length against strain, for the "
        "chosen glass and reading, by the sum over blocks and by the formulas.",
        traces=traces,
        layout={
            "xaxis": {"title": {"text": "strain e"}},
            "yaxis": {"title": {"text": AXIS}, "range": [low, high]},
            "shapes": [level_line(0.0)],
        },
        controls=view.controls("glass", "reading", "sign"),
        height=480,
    )


PLACE: dict[str, Choice] = {"material": "glass", "reading": "reading", "slider": "strain"}


def _against_length(view: View) -> Chart:
    low, high = _limits(view)
    return Chart(
        key="flow",
        title="The flow of χ⁻¹ with length",
        caption="Each step glues N0³ blocks into one. The slider chooses the strain"
        + (
            "."
            if len(view.slider) == len(view.strains)
            else f", among {len(view.slider)} of {len(view.strains)}."
        )
        + (" Curves end where χ ran above 10⁶ ρc_t²." if view.ran_away else ""),
        alt="Eigenvalues of the inverse susceptibility against block size, at the chosen strain, "
        "by the sum over blocks and by the formulas.",
        traces=_curves(view, take("length"), "flow", **PLACE),
        layout={
            "xaxis": length_axis(view.lengths),
            "yaxis": {"title": {"text": AXIS}, "range": [low, high]},
            "shapes": [level_line(0.0)],
        },
        controls=view.controls("glass", "reading", "strain"),
        height=460,
    )
