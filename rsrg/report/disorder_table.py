"""What a quenched run says of its blocks: a table, and how their relative variance goes with L."""

from collections.abc import Iterator

import numpy as np

from rsrg.ensemble.pool_statistics import RARE, width_trend
from rsrg.ensemble.subpools import SUBPOOLS
from rsrg.formatting import NONE, counted, with_error
from rsrg.physics.loading import outward, sides_of
from rsrg.report.grouped_table import Column, grouped_table
from rsrg.report.lengths import generation_lengths
from rsrg.report.sign_text import unusual_flow
from rsrg.results.pool_results import PoolResults
from rsrg.results.run import Run

CRITICAL = ("median", "mean", "spread", "share that fails")


def disorder_title(run: Run, material: str | None = None) -> str:
    """The glass, how many blocks it has, and how it flows."""
    name = run.read("axes/material")[run.material_index(material)]
    return f"{name}: {run.config.flow.blocks} unequal blocks{unusual_flow(run.config)}"


def disorder_tables(run: Run, width: int, material: str | None = None) -> list[list[str]]:
    """Per reading and generation: width and failed blocks at the strain nearest to zero, failed
    blocks at the ends of the grid, and on each side of e = 0 critical strains of the blocks:
    median, mean and spread of those that fail on the grid.

    Returns tables, each a list of lines, as few as fit the width.
    """
    i, k = run.material_index(material), _first_strain(run)
    readings, generations = run.read("axes/reading"), range(len(run.read("axes/generation")))
    places = [(j, n) for j in range(len(readings)) for n in generations]
    names = tuple(str(readings[j]) if n == 0 else "" for j, n in places)
    sizes = tuple(generation_lengths(run).text(n, 6) for _, n in places)
    first = [Column("", ("reading",), names), Column("", ("L",), sizes)]
    rows = [_row(run, i, n, j, k) for j, n in places]
    strains, endings = run.read("axes/strain"), PoolResults(run, material).endings
    ends = [strains[index] for index in _ends(run)]
    groups = [f"critical strain, {side}" for side in endings]
    groups = groups if len(groups) > 1 else ["critical strain"]
    headings = [
        ("relative variance", f"of χ⁻¹, e = {strains[k]:g}"),
        *(("share of failed blocks", f"e = {e:g}") for e in (strains[k], *ends)),
        *((group, name) for group in groups for name in CRITICAL),
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

    rare = run.read("pool/failed")[i, n, j, k] < RARE
    cells = [value("relative_variance", k) if rare else NONE, value("failed", k)]
    cells += [value("failed", end) for end in _ends(run)]
    for ending in PoolResults(run).endings.values():
        mean, median, std, share = (value(f"critical_summary{ending}", c) for c in range(4))
        cells += [median, mean, std, share]
    return cells


def _shown(value: float, stderr: float) -> str:
    if not np.isfinite(value):
        return NONE
    if abs(value) < 1e-12:
        return "0"
    if value == 1.0:
        return "1"
    return with_error(value, stderr if np.isfinite(stderr) else np.inf)


def _first_strain(run: Run) -> int:
    return outward(run.read("axes/strain"))[0]


def _ends(run: Run) -> list[int]:
    """The last strain on each side of e = 0 that blocks are loaded to."""
    strains = run.read("axes/strain")
    return [-1 if side == "e > 0" else 0 for side in sides_of(strains)]


def disorder_notes(run: Run, material: str | None = None) -> list[str]:
    """How the relative variance of χ⁻¹ goes with L, reading by reading, in plain words."""
    i, k = run.material_index(material), _first_strain(run)
    e = run.read("axes/strain")[k]
    lines = [
        "Failed: χ is no longer positive definite. Relative variance: the variances of all "
        "components over their squared means, both summed. Critical strains: of blocks "
        "of that L; mean and spread of those that fail on the grid, the median counts the others "
        f"as beyond it. {NONE}: not known there. Errors: the scatter of {SUBPOOLS} subpools that "
        "never mix; (?): not known, as blocks of some subpools do not fail.",
        *_share_notes(run, i, k),
    ]
    counts = PoolResults(run, material).wide[1:, :, k].sum(axis=0)
    for j, reading in enumerate(run.read("axes/reading")):
        exponent = float(run.read("pool/narrowing")[i, j, k])
        error = float(run.read("pool/narrowing_stderr")[i, j, k])
        lines.append(f"{reading}, e = {e:g}: {verdict(exponent, error, int(counts[j]))}")
    return lines


def _share_notes(run: Run, i: int, k: int) -> Iterator[str]:
    """Why the two shares of a row may differ, and what a critical strain of zero is."""
    failed, e = run.read("pool/failed")[i], float(run.read("axes/strain")[k])
    ends = zip(PoolResults(run).endings.values(), _ends(run), strict=True)
    if any(
        (run.read(f"pool/critical_summary{ending}")[i, ..., 3] > failed[..., end]).any()
        for ending, end in ends
    ):
        yield (
            "Share of failed blocks: of those that have failed at that strain. Share that fails: "
            "at any strain up to the last. It is larger where some of the blocks that fail are "
            "positive again beyond."
        )
    if e == 0.0 and (failed[..., k] > 0.0).any():
        yield (
            "Blocks that have failed at e = 0 fail without strain: their critical strain is 0, and "
            "counts in median, mean and spread."
        )


def verdict(exponent: float, error: float, lengths: int) -> str:
    """A plain sentence about the exponent of the relative variance, from so many lengths."""
    trend = width_trend(exponent, error)
    if trend == "unknown":
        return (
            "whether the relative variance of χ⁻¹ falls with L cannot be said: too few lengths, or "
            "no variance."
        )
    words = {
        "as averages": "falls with L as fast as that of averages would (L^-3)",
        "slower": "falls with L, slower than that of averages would (L^-3)",
        "grows": "does not fall, it grows with L",
        "constant": "does not fall with L",
    }
    power = f"as L^({exponent:+.3f} ± {error:.3f}), over {counted(lengths, 'length')}"
    return (
        f"the relative variance of χ⁻¹ {words[trend]}: {power}, from that after the first step on."
    )
