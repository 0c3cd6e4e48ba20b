"""What `rsrg compare A B` prints: two runs side by side, and what cannot be compared."""

import json
import math
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TypeVar

from rich.table import Table
from rich.text import Text

from rsrg.formatting import NONE, difference_text, sigmas_text, with_error
from rsrg.report.console import print_wrapped
from rsrg.report.critical_table import SHOWN_AS_ONE
from rsrg.report.fitted_table import print_table
from rsrg.report.terminal import page
from rsrg.results.run_comparison import (
    CriticalStrainDifference,
    EigenvalueDifference,
    RunComparison,
)
from rsrg.results.source_names import SOURCE_NAMES

EQUAL = 2e-8  # exact critical strains are accurate to 1e-8 in each run
LISTED = ("materials", "readings")  # what of these differs is said by name
TINY = sys.float_info.min  # below it, there is no difference at all
MAX_VALUE = 30  # characters of a setting; `--json` has all of it


def print_run_comparison(result: RunComparison) -> None:
    """Settings that differ, critical strains, eigenvalues, and what the numbers mean."""
    out = page()
    for line in _heading(result):
        print_wrapped(out, line)
    for table in _tables(result):
        out.print()
        print_table(out, table, names=2)
    out.print()
    for line in _notes(result):
        print_wrapped(out, line)


def _heading(result: RunComparison) -> Iterator[str]:
    yield f"A: {result.a}"
    yield f"B: {result.b}"
    if not result.settings:
        yield "Both runs have the same settings."
    for setting in (s for s in result.settings if s.key not in LISTED):
        yield f"{setting.key}: {_value(setting.a)} in A, {_value(setting.b)} in B"
    for sentence in result.not_compared:
        yield f"{sentence[0].upper()}{sentence[1:]}."


def _value(value: object) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False).strip('"')
    return text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 1]}…"


def _tables(result: RunComparison) -> Iterator[Table]:
    """Critical strains and eigenvalues of each reading and source where there is a difference."""
    for place, some in _by_place(result.critical_strains):
        if not _all_equal(some):
            yield _critical_table(some, place)
    for place, rows in _by_place(result.eigenvalues):
        if different := [r for r in rows if r.difference != 0.0]:
            yield _eigenvalue_table(different, place)


R = TypeVar("R", CriticalStrainDifference, EigenvalueDifference)


def _by_place(rows: Sequence[R]) -> Iterator[tuple[str, list[R]]]:
    """Rows of the same source and reading, with the name of that."""
    for (source, reading), some in groupby(rows, key=lambda r: (r.source, r.reading)):
        yield _place(source, reading), list(some)


def _place(source: str, reading: str) -> str:
    name = SOURCE_NAMES[source].heading
    return f"{name}, {reading}" if reading else name


def _equal(row: CriticalStrainDifference) -> bool:
    """Whether both runs have the same critical strain: the same bits, or the same exact root."""
    return abs(row.difference) < (EQUAL if row.stderr == 0.0 else TINY)


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
            ", ".join(sorted(channels)),
            _strain(row.a, row.a_stderr),
            _strain(row.b, row.b_stderr),
            difference_text(row.difference, row.stderr),
            sigmas_text(row.sigmas),
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


def _eigenvalue_table(rows: Sequence[EigenvalueDifference], place: str) -> Table:
    """Where the eigenvalues of χ⁻¹ of each glass are farthest apart."""
    columns = ["glass", "e", "channel", "A − B (1/ρc_t²)", "in joint σ"]
    if with_chi := any(r.chi_square is not None for r in rows):
        columns += ["χ²", "p"]
    table = _new_table(f"χ⁻¹ at the final length, its largest difference, {place}", columns)
    for r in rows:
        cells = [f"{r.strain:.4g}", r.channel, difference_text(r.difference, r.stderr)]
        if with_chi:
            chi = NONE if r.chi_square is None else f"{r.chi_square:.1f}/{r.degrees}"
            cells += [sigmas_text(r.sigmas), chi, _share(r)]
        else:
            cells.append(sigmas_text(r.sigmas))
        table.add_row(Text(r.material), *cells)
    return table


def _share(row: EigenvalueDifference) -> str:
    if (p := row.probability) is None:
        return NONE
    return f"{p:.2g}" if p >= 1e-3 else "<0.001"


def _notes(result: RunComparison) -> Iterator[str]:
    if equal := _equal_places(result):
        yield f"The same in A and B: {'; '.join(equal)}."
    if result.correlated:
        yield (
            "A and B have the same seed, and so the same random numbers: their results are "
            "correlated, joint standard errors do not hold, and there is no χ²."
        )
    critical, eigenvalues = result.critical_strains, result.eigenvalues
    if any(r.sigmas for r in critical) or any(r.sigmas for r in eigenvalues):
        yield "Joint σ: √(σ_A² + σ_B²), the standard errors of A and B together."
    if any(r.chi_square is not None for r in result.eigenvalues):
        yield (
            "χ²: of the sum of M over all steps at all common strains, which share draws, over the "
            "number of independent combinations. p: how often chance alone makes χ² larger."
        )


def _equal_places(result: RunComparison) -> list[str]:
    """Sources and readings by which both runs have the same critical strains and χ⁻¹."""
    different = {
        place for place, rows in _by_place(result.critical_strains) if not _all_equal(rows)
    }
    different |= {
        place for place, rows in _by_place(result.eigenvalues) if any(r.difference for r in rows)
    }
    places = [place for place, _ in _by_place(result.critical_strains)]
    places += [place for place, _ in _by_place(result.eigenvalues)]
    return [place for place in dict.fromkeys(places) if place not in different]


def _all_equal(rows: Sequence[CriticalStrainDifference]) -> bool:
    return all(map(_equal, rows))
