"""What a quenched run found, in words and a table: narrowing, failed blocks, critical strains."""

import numpy as np
from rich.table import Table
from rich.text import Text

from rsrg.formatting import length, with_error
from rsrg.report.critical_table import NONE
from rsrg.results.run import Run

SIGMAS = 3.0
IDEAL = -3.0  # slope of the variance of averages of independent blocks


def disorder_table(run: Run, material: str | None = None) -> Table:
    """Per reading and generation: width and failed blocks at the lowest strain ≥ 0, and critical
    strains of the blocks: median, mean and spread of those that fail on the grid.
    """
    i = run.material_index(material)
    k = _first_strain(run)
    title = f"{run.read('axes/material')[i]}: {run.config.flow.blocks} unequal blocks"
    table = Table(title=Text(title), title_justify="left", box=None, pad_edge=False)
    e = run.read("axes/strain")[k]
    headings = (
        "reading",
        "L",
        f"relative variance\nof χ⁻¹, e = {e:g}",
        f"failed\ne = {e:g}",
        f"failed\ne = {run.read('axes/strain')[-1]:g}",
        "critical strain\nmedian",
        "\nmean",
        "\nspread",
        "share\nthat fails",
    )
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "reading" else "right")
    for j, reading in enumerate(run.read("axes/reading")):
        for n in range(len(run.read("axes/generation"))):
            table.add_row(str(reading) if n == 0 else "", *_row(run, i, n, j, k))
    return table


def _row(run: Run, i: int, n: int, j: int, k: int) -> list[str]:
    def value(name: str, *index: int) -> str:
        found = run.read(f"pool/{name}")[(i, n, j, *index)]
        return _shown(float(found), float(run.read(f"pool/{name}_stderr")[(i, n, j, *index)]))

    mean, median, std, share = (value("critical_summary", c) for c in range(4))
    width = value("relative_variance", k) if run.read("pool/failed")[i, n, j, k] < 0.01 else NONE
    cells = [_length(run, n), width, value("failed", k), value("failed", -1)]
    return [*cells, median, mean, std, share]


def _shown(value: float, stderr: float) -> str:
    if not np.isfinite(value):
        return NONE
    if abs(value) < 1e-12 or value in (0.0, 1.0):
        return f"{value:.0f}"
    return with_error(value, stderr if np.isfinite(stderr) else np.inf)


def _length(run: Run, n: int) -> str:
    ratios = run.read("axes/generation_length_ratio")
    if "axes/length" in run.snapshot:
        return length(float(ratios[n] * run.read("axes/length")[0] / ratios[1]))
    return f"{ratios[n]:g} L₁"


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
        slope = float(run.read("pool/narrowing")[i, j, k])
        error = float(run.read("pool/narrowing_stderr")[i, j, k])
        lines.append(f"{reading}, e = {e:g}: {verdict(slope, error)}")
    return lines


def verdict(slope: float, error: float) -> str:
    """A plain sentence about the exponent of the relative variance."""
    if not np.isfinite(slope):
        return "whether the width of χ⁻¹ narrows with L cannot be said: too few steps, or no width."
    power = f"after the first step it goes as L^({slope:+.3f} ± {error:.3f})"
    if slope < -SIGMAS * error:
        full = "as fast as" if slope < IDEAL + SIGMAS * error else "slower than"
        return f"the width of χ⁻¹ narrows, {full} averaging (L^-3) would: {power}."
    if slope > SIGMAS * error:
        return f"the width of χ⁻¹ does not narrow, it grows with L: {power}."
    return f"the width of χ⁻¹ does not narrow with L: {power}."
