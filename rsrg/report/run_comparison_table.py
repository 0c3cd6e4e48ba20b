"""What `rsrg compare A B` prints: two runs side by side, and what cannot be compared."""

import json
import math
from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.table import Table
from rich.text import Text

from rsrg.formatting import NONE, with_error
from rsrg.report.critical_table import HEADINGS, SHOWN_AS_ONE
from rsrg.report.terminal import page
from rsrg.results.run_comparison import (
    CriticalStrainDifference,
    EigenvalueDifference,
    RunComparison,
)

EQUAL = 2e-8  # exact critical strains are found to 1e-8 in each run
MAX_VALUE = 30  # characters of a setting; `--json` has all of it


def print_run_comparison(result: RunComparison) -> None:
    """Settings that differ, critical strains, eigenvalues, and what the numbers mean."""
    out = page()
    for line in _heading(result):
        out.print(line, markup=False)
    for table in _tables(result):
        out.print()
        out.print(table)
    out.print()
    for line in _notes(result):
        out.print(line, markup=False)


def _heading(result: RunComparison) -> Iterator[str]:
    yield f"A: {result.a}"
    yield f"B: {result.b}"
    if not result.settings:
        yield "Both runs have the same settings."
    for setting in result.settings:
        yield f"{setting.key}: {_value(setting.a)} in A, {_value(setting.b)} in B"
    for sentence in result.not_compared:
        yield f"{sentence[0].upper()}{sentence[1:]}."


def _value(value: object) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False).strip('"')
    return text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 1]}…"


def _tables(result: RunComparison) -> Iterator[Table]:
    """A table for each reading and source with a difference, and one of eigenvalues."""
    for (source, reading), rows in groupby(
        result.critical_strains, key=lambda r: (r.source, r.reading)
    ):
        some = list(rows)
        if not all(_equal(r) for r in some):
            yield _critical_table(some, _place(source, reading))
    different = [r for r in result.eigenvalues if r.difference != 0.0]
    if different:
        yield _eigenvalue_table(different)


def _place(source: str, reading: str) -> str:
    return f"{HEADINGS[source]}, {reading}" if reading else HEADINGS[source]


def _equal(row: CriticalStrainDifference) -> bool:
    """Whether both runs have the same exact critical strain."""
    return row.stderr == 0.0 and abs(row.difference) < EQUAL


def _new_table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=Text(title), title_justify="left", box=None, pad_edge=False)
    for name in columns:
        table.add_column(name)
    return table


def _critical_table(rows: Sequence[CriticalStrainDifference], place: str) -> Table:
    columns = ("glass", "channel", "A", "B", "A − B", "in joint σ")
    table = _new_table(f"Critical strains, {place}", columns)
    for channels, row in _joined(rows):
        table.add_row(
            Text(row.material),
            ", ".join(channels),
            _strain(row.a, row.a_stderr),
            _strain(row.b, row.b_stderr),
            _difference(row.difference, row.stderr),
            _sigmas(row.sigmas),
        )
    return table


def _joined(
    rows: Sequence[CriticalStrainDifference],
) -> Iterator[tuple[list[str], CriticalStrainDifference]]:
    """Rows with the channels that fail together in both runs, of one glass."""
    groups: list[tuple[list[str], CriticalStrainDifference]] = []
    for row in rows:
        for channels, first in groups:
            same = (_near(row.a, first.a), _near(row.b, first.b), row.material == first.material)
            if all(same):
                channels.append(row.channel)
                break
        else:
            groups.append(([row.channel], row))
    yield from groups


def _near(one: float, other: float) -> bool:
    return abs(one - other) < SHOWN_AS_ONE or (math.isnan(one) and math.isnan(other))


def _strain(value: float, stderr: float) -> str:
    return NONE if math.isnan(value) else with_error(value, stderr)


def _difference(value: float, stderr: float) -> str:
    """A difference with its sign and its joint standard error."""
    if math.isnan(value):
        return NONE
    sign = "+" if value > 0.0 else "−" if value < 0.0 else ""
    return f"{sign}{with_error(abs(value), stderr)}"


def _sigmas(value: float | None) -> str:
    return NONE if value is None else f"{value:+.1f}".replace("-", "−")


def _eigenvalue_table(rows: Sequence[EigenvalueDifference]) -> Table:
    title = "Eigenvalues of χ⁻¹ at the final length, where A and B are farthest apart (1/ρc_t²)"
    columns = ["glass", "M from", "e", "channel", "A − B", "in joint σ"]
    with_chi = any(r.chi_square is not None for r in rows)
    table = _new_table(title, [*columns, "χ²", "p"] if with_chi else columns)
    for r in rows:
        chi = () if r.chi_square is None else (f"{r.chi_square:.1f}/{r.degrees}", _share(r))
        cells = (f"{r.strain:.4g}", r.channel, _difference(r.difference, r.stderr))
        place = _place(r.source, r.reading)
        table.add_row(Text(r.material), place, *cells, _sigmas(r.sigmas), *chi)
    return table


def _share(row: EigenvalueDifference) -> str:
    p = row.probability or 0.0
    return f"{p:.2g}" if p >= 1e-3 else "<0.001"


def _notes(result: RunComparison) -> Iterator[str]:
    if equal := _equal_places(result):
        yield f"The same in A and B: critical strains by {'; '.join(equal)}."
    if result.correlated:
        yield (
            "A and B have the same seed, and so the same random numbers: their results are "
            "correlated, joint standard errors do not hold, and there is no χ²."
        )
    if any(r.stderr > 0.0 for r in (*result.critical_strains, *result.eigenvalues)):
        yield "Joint σ: √(σ_A² + σ_B²), the standard errors of A and B together."
    if any(r.chi_square is not None for r in result.eigenvalues):
        yield (
            "χ²: of all components of χ⁻¹ at all common strains, which share draws, in as many "
            "independent combinations as follow the stroke; p: how often chance alone exceeds it."
        )


def _equal_places(result: RunComparison) -> list[str]:
    groups = groupby(result.critical_strains, key=lambda r: (r.source, r.reading))
    return [_place(*place) for place, rows in groups if all(_equal(r) for r in rows)]
