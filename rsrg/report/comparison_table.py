"""The table of `rsrg compare RUN`: step by step, the flowing χ and the formulas."""

from collections.abc import Sequence
from itertools import groupby

from rich.table import Table
from rich.text import Text

from rsrg.formatting import NONE, length, plain, with_error
from rsrg.physics.recursion import RUNAWAY
from rsrg.physics.sign import SIGN_NAMES
from rsrg.report.console import console, print_wrapped
from rsrg.report.fitted_table import print_table
from rsrg.results.comparison import ComparisonRow
from rsrg.results.source_names import SOURCE_NAMES


def print_comparison(rows: Sequence[ComparisonRow]) -> None:
    """The table of each reading, and what its numbers are."""
    print_steps(rows)
    print_wrapped(console(), comparison_note(rows))


def print_steps(rows: Sequence[ComparisonRow]) -> None:
    """The table of each reading."""
    out = console()
    for _, steps in groupby(rows, key=lambda row: (row.material, row.reading)):
        print_table(out, comparison_table(list(steps)), names=3, group=2)
        out.print()


def comparison_table(steps: Sequence[ComparisonRow]) -> Table:
    """The steps of one reading as a table."""
    first = steps[0]
    glass = f"{first.material}, {first.reading}, {SIGN_NAMES[first.sign]}"
    title = f"{glass}, e = {first.strain:g}, channel {first.channel}"
    table = Table(title=Text(title), title_justify="left", box=None, pad_edge=False)
    table.add_column("step", justify="right")
    table.add_column("L_n", justify="right")
    apart = "deviation" if has_errors(steps) else "difference"
    total, limit, formula = (names.heading for names in SOURCE_NAMES.values())
    for heading in (f"χ, {total} (ρc_t²)", f"χ, {limit}", apart, f"χ, {formula}", apart):
        table.add_column(heading, justify="right")
    for row in steps:
        size = plain(row.length_ratio) if row.length_m is None else length(row.length_m)
        table.add_row(
            str(row.step),
            size,
            _chi(row.chi, row.chi_stderr),
            _chi(row.chi_continuum),
            _sigmas(row.deviation_continuum, row.chi, row.chi_continuum),
            _chi(row.chi_log),
            _sigmas(row.deviation_log, row.chi, row.chi_log),
        )
    return table


def has_errors(steps: Sequence[ComparisonRow]) -> bool:
    """Whether there are standard errors to count in: an exact sum has none."""
    return any(row.deviation_continuum is not None for row in steps)


def comparison_note(steps: Sequence[ComparisonRow]) -> str:
    """What the numbers of the table are."""
    if has_errors(steps):
        return "χ: eigenvalue of the channel. Deviations: in standard errors of χ⁻¹."
    return (
        "χ: eigenvalue of the channel. Differences: sum minus formula, in ρc_t²; the sum has no "
        "error."
    )


def _ran_away(chi: float | None) -> bool:
    return chi is None or abs(chi) > RUNAWAY


def _chi(value: float | None, stderr: float | None = None) -> str:
    """An eigenvalue with its error; beyond RUNAWAY only its sign has a meaning."""
    if value is None:
        return NONE
    if _ran_away(value):
        return "+∞" if value > 0 else "−∞"
    return plain(value) if stderr is None else with_error(value, stderr)


def _sigmas(deviation: float | None, chi: float, formula: float | None) -> str:
    """In standard errors; without one, the plain difference; nothing where either ran away."""
    if formula is None or _ran_away(chi) or _ran_away(formula):
        return NONE
    return f"{chi - formula:+.3g}" if deviation is None else f"{deviation:+.1f} σ"
