"""What a quenched run says of its blocks: a table, and whether their χ⁻¹ narrows with L."""

import numpy as np

from rsrg.ensemble.pool_statistics import RARE, width_trend
from rsrg.formatting import NONE, with_error
from rsrg.report.grouped_table import Column, grouped_table
from rsrg.report.lengths import generation_lengths
from rsrg.report.sign_text import unusual_flow
from rsrg.results.run import Run


def disorder_title(run: Run, material: str | None = None) -> str:
    """The glass, how many blocks it has, and how it flows."""
    name = run.read("axes/material")[run.material_index(material)]
    return f"{name}: {run.config.flow.blocks} unequal blocks{unusual_flow(run.config)}"


def disorder_tables(run: Run, width: int, material: str | None = None) -> list[list[str]]:
    """Per reading and generation: width and failed blocks at the lowest strain ≥ 0, and critical
    strains of the blocks: median, mean and spread of those that fail on the grid.

    Returns tables, each a list of lines, as few as fit the width.
    """
    i, k = run.material_index(material), _first_strain(run)
    readings, generations = run.read("axes/reading"), range(len(run.read("axes/generation")))
    places = [(j, n) for j in range(len(readings)) for n in generations]
    names = tuple(str(readings[j]) if n == 0 else "" for j, n in places)
    sizes = tuple(generation_lengths(run).text(n, 6) for _, n in places)
    first = [Column("", ("reading",), names), Column("", ("L",), sizes)]
    rows = [_row(run, i, n, j, k) for j, n in places]
    low, high = (f"e = {run.read('axes/strain')[index]:g}" for index in (k, -1))
    headings = [
        ("relative variance", f"of χ⁻¹, {low}"),
        ("share of failed blocks", low),
        ("share of failed blocks", high),
        *(("critical strain", name) for name in ("median", "mean", "spread", "share that fails")),
    ]
    columns = [
        Column(group, (name,), cells)
        for (group, name), cells in zip(headings, zip(*rows, strict=True), strict=True)
    ]
    return grouped_table(first, columns, width)


def _row(run: Run, i: int, n: int, j: int, k: int) -> list[str]:
    """The numbers of generation n of a glass i in a reading j; k: the first strain."""

    def value(name: str, *index: int) -> str:
        at = (i, n, j, *index)
        stderr = run.read(f"pool/{name}_stderr")[at]
        return _shown(float(run.read(f"pool/{name}")[at]), float(stderr))

    mean, median, std, share = (value("critical_summary", c) for c in range(4))
    width = value("relative_variance", k) if run.read("pool/failed")[i, n, j, k] < RARE else NONE
    return [width, value("failed", k), value("failed", -1), median, mean, std, share]


def _shown(value: float, stderr: float) -> str:
    if not np.isfinite(value):
        return NONE
    if abs(value) < 1e-12 or value in (0.0, 1.0):
        return f"{value:.0f}"
    return with_error(value, stderr if np.isfinite(stderr) else np.inf)


def _first_strain(run: Run) -> int:
    strains = run.read("axes/strain")
    return int(np.argmax(strains >= 0.0)) if strains[-1] >= 0.0 else 0


def disorder_notes(run: Run, material: str | None = None) -> list[str]:
    """Whether the distribution narrows with L, reading by reading, in plain words."""
    i, k = run.material_index(material), _first_strain(run)
    e = run.read("axes/strain")[k]
    lines = [
        "Errors: the scatter of 16 parts of the pool that never mix. Critical strains: of blocks "
        "of that L; mean and spread of those that fail on the grid, the median counts the others "
        f"as beyond it. {NONE}: not known there."
    ]
    for j, reading in enumerate(run.read("axes/reading")):
        exponent = float(run.read("pool/narrowing")[i, j, k])
        error = float(run.read("pool/narrowing_stderr")[i, j, k])
        lines.append(f"{reading}, e = {e:g}: {verdict(exponent, error)}")
    return lines


def verdict(exponent: float, error: float) -> str:
    """A plain sentence about the exponent of the relative variance."""
    trend = width_trend(exponent, error)
    if trend == "unknown":
        return "whether the width of χ⁻¹ narrows with L cannot be said: too few steps, or no width."
    words = {
        "as averages": "narrows, as fast as averaging (L^-3) would",
        "slower": "narrows, slower than averaging (L^-3) would",
        "grows": "does not narrow, it grows with L",
        "constant": "does not narrow with L",
    }
    power = f"after the first step it goes as L^({exponent:+.3f} ± {error:.3f})"
    return f"the width of χ⁻¹ {words[trend]}: {power}."
