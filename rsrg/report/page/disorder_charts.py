"""The unequal blocks of a quenched run: how χ⁻¹ is distributed, which blocks fail, and where."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from rsrg.physics.loading import Side
from rsrg.report.html.chart import Chart, Choice, Control, take
from rsrg.report.lengths import generation_lengths
from rsrg.report.page.axes import length_axis
from rsrg.report.page.marks import level_line, symbol
from rsrg.report.page.view import View
from rsrg.report.style import BLUE, COLOURS, ORANGE
from rsrg.results.pool_results import PoolResults

PLACE: dict[str, Choice] = {"material": "glass", "reading": "reading"}


def disorder_charts(view: View) -> Iterator[Chart]:
    """Four figures of a quenched run; none of an annealed one."""
    if "pool/level_quantiles" not in view.run.snapshot:
        return
    pool = _Pool(view)
    yield pool.histogram()
    yield pool.lowest()
    yield pool.failed()
    yield pool.critical_strains()


class _Pool:
    """The pools of all glasses of a run, on its page."""

    def __init__(self, view: View) -> None:
        self.view, run = view, view.run
        self.lengths = generation_lengths(run)
        self.names = [self.lengths.text(n) for n in range(len(self.lengths.values))]
        numbers, slider = view.numbers, view.slider
        numbers.add("generation", ("generation",), self.lengths.values)
        numbers.add("pool_strain", ("slider",), view.strains[slider])
        quantiles = list(run.read("axes/quantile"))
        levels = run.read("pool/level_quantiles")[:, :, :, slider, 0]
        dims = ("material", "generation", "reading", "slider")
        for name, share in (("low", 0.05), ("middle", 0.5), ("high", 0.95)):
            numbers.add(f"level_{name}", dims, levels[..., quantiles.index(share)])
        counts = run.read("pool/level_histogram")[:, :, :, slider].sum(axis=-2)
        edges = run.read("axes/bin")[1:]
        numbers.add("bin", ("bin",), 0.5 * (edges[1:] + edges[:-1]))
        shares = counts / counts.sum(axis=-1, keepdims=True)
        numbers.add("histogram", (*dims, "bin"), shares[..., 1:-1])
        for name in ("failed", "failed_stderr"):
            numbers.add(name, dims, run.read(f"pool/{name}")[:, :, :, slider])
        self._add_critical_strains()

    def _add_critical_strains(self) -> None:
        """Quartiles of the strains at which blocks fail, and where equal ones do."""
        pools = [PoolResults(self.view.run, glass) for glass in self.view.glasses]
        self.ends = {side: pools[0].end(side) for side in pools[0].endings}
        dims, numbers = ("material", "generation", "reading"), self.view.numbers
        for side, end in self.ends.items():
            quartiles = np.stack([p.critical_quartiles(side) for p in pools])
            for name, k, beyond in (("low", 0, 1.5), ("middle", 1, np.nan), ("high", 2, 1.5)):
                values = quartiles[..., k]
                shown = np.where(np.isinf(values), beyond * end, values)
                numbers.add(f"fails_{name} {side}", dims, shown)
            equal = np.stack([p.annealed_critical_strains(side) for p in pools])
            first = np.full_like(equal[:, :1], np.nan)
            numbers.add(f"fails_equal {side}", dims, np.concatenate((first, equal), axis=1))

    def _size(self) -> Control:
        return Control("generation", "Size L", self.names, "slider", len(self.names) - 1)

    def histogram(self) -> Chart:
        """All six eigenvalues of χ⁻¹ of all blocks, at one size and strain."""
        at: dict[str, Choice] = {**PLACE, "generation": "generation", "slider": "strain"}
        trace = {
            "type": "bar", "x": take("bin"), "y": take("histogram", **at), "name": "blocks",
            "marker": {"color": BLUE},
        }  # fmt: skip
        zero = level_line(0.0) | {
            "xref": "x", "yref": "paper", "x0": 0, "x1": 0, "y0": 0, "y1": 1,
        }  # fmt: skip
        return Chart(
            key="histogram",
            title="How χ⁻¹ is distributed over the blocks",
            caption="Eigenvalues of χ⁻¹ of all blocks of a size; below zero, a block has failed. "
            "Move the size to watch the distribution flow.",
            alt="Histogram of the eigenvalues of the inverse susceptibility over the blocks of the "
            "chosen size, at the chosen strain.",
            traces=[trace],
            layout={
                "bargap": 0.05, "shapes": [zero],
                "xaxis": {"title": {"text": "eigenvalue of χ⁻¹ (1/ρc<sub>t</sub>²)"}},
                "yaxis": {"title": {"text": "share"}},
            },
            controls=[*self.view.controls("glass", "reading", "strain"), self._size()],
        )  # fmt: skip

    def lowest(self) -> Chart:
        """Median of the lowest eigenvalue, and what 90% of the blocks have."""
        at: dict[str, Choice] = {**PLACE, "slider": "strain"}
        x, grey = take("generation"), f"{BLUE}38"
        side = {"type": "scatter", "mode": "lines", "x": x, "line": {"color": BLUE, "width": 0.5}}
        traces: list[dict[str, Any]] = [
            {**side, "y": take("level_low", **at), "name": "5%", "showlegend": False},
            {
                **side, "y": take("level_high", **at), "name": "90% of the blocks",
                "fill": "tonexty", "fillcolor": grey,
            },
            {
                "type": "scatter", "mode": "lines+markers", "x": x, "name": "median",
                "y": take("level_middle", **at), "line": {"color": BLUE},
            },
        ]  # fmt: skip
        return Chart(
            key="lowest",
            title="The lowest eigenvalue of χ⁻¹ of the blocks",
            caption="Median, and the band that holds 90% of the blocks of a size.",
            alt="Median and ninety per cent band of the lowest eigenvalue of the inverse "
            "susceptibility of the blocks against their size, at the chosen strain.",
            traces=traces,
            layout={
                "xaxis": length_axis(self.lengths), "shapes": [level_line(0.0)],
                "yaxis": {"title": {"text": "lowest eigenvalue (1/ρc<sub>t</sub>²)"}},
            },
            controls=self.view.controls("glass", "reading", "strain"),
        )  # fmt: skip

    def failed(self) -> Chart:
        """One curve for each size."""
        shown = np.unique(np.linspace(0, len(self.names) - 1, 6).round().astype(int)).tolist()
        traces = [
            {
                "type": "scatter", "mode": "lines+markers", "name": self.names[n],
                "x": take("pool_strain"), "y": take("failed", generation=n, **PLACE),
                "error_y": {
                    "type": "data", "array": take("failed_stderr", generation=n, **PLACE),
                    "width": 2,
                },
                "line": {"color": COLOURS[i % len(COLOURS)]},
                "marker": {"symbol": symbol(i), "size": 7},
            }
            for i, n in enumerate(shown)
        ]  # fmt: skip
        return Chart(
            key="failed",
            title="Which share of the blocks has failed",
            caption="A block has failed where its χ is not positive definite. Bars: one standard "
            "error.",
            alt="Share of failed blocks against strain, one curve for each block size.",
            traces=traces,
            layout={
                "xaxis": {"title": {"text": "strain e"}},
                "yaxis": {"title": {"text": "share of failed blocks"}, "range": [-0.03, 1.03]},
            },
            controls=self.view.controls("glass", "reading"),
        )

    def critical_strains(self) -> Chart:
        """Median and quartiles against size, beside equal blocks."""
        traces = [t for n, side in enumerate(self.ends) for t in self._failing(side, n == 0)]
        limits = [0.0, *(1.05 * end for end in self.ends.values())]
        ends = " or ".join(f"e = {end:g}" for end in self.ends.values())
        return Chart(
            key="fails",
            title="At which strain blocks fail",
            caption=f"Blocks that do not fail up to {ends} lie beyond the figure.",
            alt="Median and quartiles of the critical strains of the blocks against their size, "
            "and the critical strain of equal blocks.",
            traces=traces,
            layout={
                "xaxis": length_axis(self.lengths),
                "yaxis": {
                    "title": {"text": "critical strain e"}, "range": [min(limits), max(limits)],
                },
            },
            controls=self.view.controls("glass", "reading"),
        )  # fmt: skip

    def _failing(self, side: Side, named: bool) -> list[dict[str, Any]]:
        """The curves of one side of e = 0. named: whether they stand in the legend."""
        x, names = take("generation"), {"showlegend": named}
        edge = {"type": "scatter", "mode": "lines", "x": x, "line": {"color": BLUE, "width": 0.5}}
        return [
            {**edge, "y": take(f"fails_low {side}", **PLACE), "name": "25%", "showlegend": False},
            {
                **edge, "y": take(f"fails_high {side}", **PLACE), "name": "quartiles of the blocks",
                "fill": "tonexty", "fillcolor": f"{BLUE}38", **names,
            },
            {
                "type": "scatter", "mode": "lines+markers", "x": x, "name": "median of the blocks",
                "y": take(f"fails_middle {side}", **PLACE), "line": {"color": BLUE}, **names,
            },
            {
                "type": "scatter", "mode": "markers", "x": x, "name": "equal blocks (annealed)",
                "y": take(f"fails_equal {side}", **PLACE), **names,
                "marker": {"color": ORANGE, "symbol": "triangle-up", "size": 9},
            },
        ]  # fmt: skip
