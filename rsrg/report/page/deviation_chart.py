"""How far the sum is from the formulas: in its standard errors, against length.

The axis is linear about zero and logarithmic beyond, as errors of hundreds stand beside those of
chance. Plotly has no such axis: curves are drawn at `place`, ticks and hovering say the value.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from rsrg.report.deviation_axis import LINEAR, tick_powers
from rsrg.report.html.chart import Chart, take
from rsrg.report.page.axes import length_axis
from rsrg.report.page.eigenvalue_charts import DASHES, FLOW, PLACE, markers, source_legend
from rsrg.report.page.view import View
from rsrg.report.style import COLOURS
from rsrg.results.source_names import SOURCE_NAMES

WIDTH = 2.0  # of either half of the linear part, in decades
EXPONENTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def deviation_charts(view: View) -> Iterator[Chart]:
    """The figure of a run whose sum has errors; none of others."""
    sources = [s for s in view.sources[1:] if f"flow/deviation_{s}" in view.run]
    if not sources:
        return
    chosen, largest = [c for c, _ in view.channels], LINEAR
    for source in sources:
        gaps = view.flow("deviation", source)[:, :, :, view.slider][..., chosen]
        values = np.where(np.isfinite(gaps), gaps, np.nan)  # infinite: of a sum without error
        largest = np.abs(values).max(initial=largest, where=np.isfinite(values))
        view.numbers.add(f"deviation_{source}", FLOW, values)
        view.numbers.add(f"deviation_{source}_place", FLOW, place(values))
    yield _chart(view, sources, largest)


def place(deviation: np.ndarray) -> np.ndarray:
    """Where a deviation d stands on the axis, in decades of its logarithmic part.

    2 d/3 up to |d| = 3, and sign(d) (2 + log10(|d|/3)) beyond.
    """
    share = np.abs(deviation) / LINEAR
    beyond = WIDTH + np.log10(np.maximum(share, 1.0))
    return np.sign(deviation) * np.where(share <= 1.0, WIDTH * share, beyond)


def _chart(view: View, sources: list[str], largest: float) -> Chart:
    entries = list(source_legend(sources))
    for entry in entries:
        entry["name"] = f"from the {entry['name']}"
    band = float(place(np.array(2.0)))
    two = {
        "type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": -band, "y1": band,
        "fillcolor": {"$theme": "grid"}, "opacity": 0.6, "line": {"width": 0}, "layer": "below",
    }  # fmt: skip
    return Chart(
        key="deviation",
        title="How far the sum is from the formulas",
        caption="In standard errors of the sum, counted on χ⁻¹; grey: within two. What lies far "
        f"outside differs for a reason other than chance. Beyond {LINEAR:g} the axis is "
        "logarithmic.",
        alt="Sum minus formula in standard errors against block size, at the chosen strain.",
        traces=[*_traces(view, sources), *entries],
        layout={
            "xaxis": length_axis(view.lengths),
            "yaxis": {"title": {"text": "deviation (standard errors)"}, **_ticks(largest)},
            "shapes": [two],
        },
        controls=view.controls("glass", "reading", "strain"),
        height=420,
    )  # fmt: skip


def _traces(view: View, sources: list[str]) -> Iterator[dict[str, Any]]:
    for g, (_, label) in enumerate(view.channels):
        for source in sources:
            colour = COLOURS[g % len(COLOURS)]
            yield {
                "type": "scatter", "x": take("length"),
                "y": take(f"deviation_{source}_place", channel=g, **PLACE),
                "customdata": take(f"deviation_{source}", channel=g, **PLACE),
                "name": label, "legendgroup": label, "showlegend": source == sources[0],
                "hovertemplate": f"{label}, sum − {SOURCE_NAMES[source].name}: "
                "%{customdata:.3g} σ<extra></extra>",
                **markers(g, colour), "mode": "lines+markers",
                "line": {"color": colour, "dash": DASHES[source], "width": 1.5},
            }  # fmt: skip


def _ticks(largest: float) -> dict[str, Any]:
    """Ticks at −1, 0, 1 and at some powers of ten, to either side."""
    powers = tick_powers(largest)
    values = [0.0, 1.0, *(10.0**k for k in powers)]
    texts = ["0", "1", *(_power(k) for k in powers)]
    both = [(-v, f"−{t}") for v, t in zip(values[:0:-1], texts[:0:-1], strict=True)]
    both += zip(values, texts, strict=True)
    return {
        "zeroline": True,
        "tickvals": place(np.array([v for v, _ in both])).tolist(),
        "ticktext": [t for _, t in both],
    }


def _power(k: int) -> str:
    return str(10**k) if k <= 2 else f"10{str(k).translate(EXPONENTS)}"
