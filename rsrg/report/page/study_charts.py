"""Small multiples of a study: a figure for each thing varied; and the failing of its blocks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from rsrg.report.html.chart import Chart, Choice, Control, take
from rsrg.report.html.numbers import Numbers
from rsrg.report.page.marks import symbol
from rsrg.report.style import COLOURS
from rsrg.results.source_names import SOURCE_NAMES
from rsrg.storage.layout import SOURCES
from rsrg.studies.index import cell
from rsrg.studies.members import Member

MOST_LINES = 12  # runs whose blocks are drawn in one figure


@dataclass(frozen=True)
class Study:
    """The members of a study, and the numbers of its page."""

    members: Sequence[Member]
    numbers: Numbers

    @cached_property
    def shown(self) -> list[Member]:
        """Those with results."""
        return [m for m in self.members if m.failures]

    @cached_property
    def parameters(self) -> list[str]:
        """What was varied, by dotted key."""
        return list(dict.fromkeys(key for m in self.members for key in m.parameters))

    @cached_property
    def glasses(self) -> list[str]:
        """Those of any member."""
        return list(dict.fromkeys(place[0] for m in self.shown for place in m.failures))

    @cached_property
    def readings(self) -> list[str]:
        """Those of any member."""
        return list(dict.fromkeys(r for m in self.shown for _, r, _ in m.failures if r)) or [""]

    @cached_property
    def sources(self) -> list[str]:
        """Those of any member, the sum over blocks first."""
        return [s for s in SOURCES if any(s == p[2] for m in self.shown for p in m.failures)]

    def readings_of(self, source: str) -> list[str]:
        """Those that make a difference to a source."""
        return [""] if source == "log" else self.readings

    def strains(self, glass: str, reading: str, source: str, error: bool = False) -> np.ndarray:
        """First failures of all members with results, or their errors; NaN for none."""
        place = (glass, "" if source == "log" else reading, source)
        failures = [m.failures.get(place) for m in self.shown]
        return np.array(
            [np.nan if f is None else f.stderr if error else f.strain for f in failures],
            dtype=float,
        )

    def numeric(self, key: str) -> bool:
        """Whether all values of a parameter are numbers."""
        values = [m.parameters.get(key) for m in self.members]
        return all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)


def failure_charts(study: Study) -> Iterator[Chart]:
    """Critical strains against each parameter: all readings, menus of glass and source."""
    if not study.shown:
        return
    _add_numbers(study)
    controls = [
        Control("glass", "Glass", study.glasses),
        Control("source", "Source", [SOURCE_NAMES[s].name for s in study.sources]),
    ]
    for k, key in enumerate(study.parameters):
        yield _against(study, key, k, controls)


def _add_numbers(study: Study) -> None:
    dims = ("source", "material", "reading", "member")
    for name, error in (("failure", False), ("failure_stderr", True)):
        values = [
            [[study.strains(g, r, s, error) for r in study.readings] for g in study.glasses]
            for s in study.sources
        ]
        study.numbers.add(name, dims, np.array(values))
    texts = [[cell(m.parameters.get(key)) for m in study.shown] for key in study.parameters]
    if texts:
        study.numbers.add_texts("parameter", ("parameter", "member"), texts)
    names = [f"{m.name}<br>{_text(m)}" for m in study.shown]
    study.numbers.add_texts("member", ("member",), names)


def _text(member: Member) -> str:
    return ", ".join(f"{k} = {cell(v)}" for k, v in member.parameters.items())


def _against(study: Study, key: str, k: int, controls: Sequence[Control]) -> Chart:
    at: dict[str, Choice] = {"source": "source", "material": "glass"}
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter", "mode": "markers", "name": reading or "any reading",
            "x": take("parameter", parameter=k), "y": take("failure", reading=j, **at),
            "error_y": {"type": "data", "array": take("failure_stderr", reading=j, **at)},
            "text": take("member"), "hovertemplate": "%{text}<br>e = %{y:.4g}",
            "marker": {
                "color": COLOURS[j % len(COLOURS)], "symbol": symbol(j), "size": 8,
            },
        }
        for j, reading in enumerate(study.readings)
    ]  # fmt: skip
    kind = "-" if study.numeric(key) else "category"
    return Chart(
        key=f"against-{k}",
        title=f"Critical strain against {key}",
        caption="The first failure of each run, with one standard error. Hover to see which run.",
        alt=f"First critical strain of every run against {key}, one marker for each reading, for "
        "the chosen glass and source.",
        traces=traces,
        layout={
            "xaxis": {"title": {"text": key}, "type": kind},
            "yaxis": {"title": {"text": "critical strain e"}, "rangemode": "tozero"},
        },
        controls=controls,
        height=360,
    )


def block_charts(study: Study) -> Iterator[Chart]:
    """Median critical strain of unequal blocks against L, one line for each quenched run."""
    quenched = [m for m in study.shown if m.blocks][:MOST_LINES]
    if not quenched:
        return
    _add_blocks(study, quenched)
    meters = all(b.meters for m in quenched for b in m.blocks.values())
    yield Chart(
        key="pools",
        title="At which strain the unequal blocks fail",
        caption="Median of the blocks of size L; bars from quartile to quartile, where these are "
        "on the grid."
        + (f" The first {MOST_LINES} quenched runs." if len(quenched) == MOST_LINES else ""),
        alt="Median critical strain of the blocks against their size, one line for each run.",
        traces=[_block_line(member, i) for i, member in enumerate(quenched)],
        layout={
            "xaxis": {
                "title": {"text": "L (m)" if meters else "L (L<sub>1</sub>)"}, "type": "log",
                "exponentformat": "power", "dtick": 1,
            },
            "yaxis": {"title": {"text": "critical strain e"}, "rangemode": "tozero"},
        },
        controls=[
            Control("glass", "Glass", study.glasses),
            Control("reading", "Reading", study.readings),
        ],
        height=460,
    )  # fmt: skip


def _add_blocks(study: Study, quenched: Sequence[Member]) -> None:
    """Lengths, medians and quartiles of the blocks of each run; NaN where there are none."""
    places = [(g, r) for g in study.glasses for r in study.readings]
    sizes = max(len(b.lengths) for m in quenched for b in m.blocks.values())
    shape = (len(study.glasses), len(study.readings), len(quenched), sizes)
    curves = {name: np.full(shape, np.nan) for name in ("length", "middle", "up", "down")}
    for n, (glass, reading) in enumerate(places):
        at = divmod(n, len(study.readings))
        for i, member in enumerate(quenched):
            if (blocks := member.blocks.get((glass, reading))) is not None:
                low, middle, high = np.where(np.isinf(blocks.quartiles), np.nan, blocks.quartiles).T
                values = {"length": blocks.lengths, "middle": middle,
                          "up": high - middle, "down": middle - low}  # fmt: skip
                for name, value in values.items():
                    curves[name][(*at, i)][: len(value)] = value
    for name, curve in curves.items():
        study.numbers.add(f"pool_{name}", ("material", "reading", "member", "generation"), curve)


def _block_line(member: Member, i: int) -> dict[str, Any]:
    """The line of the i-th run, with bars from quartile to quartile."""
    place: dict[str, Choice] = {"material": "glass", "reading": "reading"}
    return {
        "type": "scatter", "mode": "lines+markers", "name": _text(member) or member.name,
        "x": take("pool_length", member=i, **place),
        "y": take("pool_middle", member=i, **place),
        "error_y": {
            "type": "data", "symmetric": False, "array": take("pool_up", member=i, **place),
            "arrayminus": take("pool_down", member=i, **place),
        },
        "line": {"color": COLOURS[i % len(COLOURS)], "dash": ("solid", "dot")[i // 6 % 2]},
        "marker": {"symbol": symbol(i), "size": 7},
    }  # fmt: skip
