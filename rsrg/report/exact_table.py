"""The table of an ensemble of exact super blocks: the relative errors of Eqs. 3.2 and 3.3."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.table import Table
from rich.text import Text

from rsrg.formatting import with_error
from rsrg.report.console import console, print_wrapped
from rsrg.report.fitted_table import print_table
from rsrg.results.exact_cases import ExactCase, Measured, exact_cases, right_up_to
from rsrg.results.exact_run import ExactRun

LAWS = {"tunnelling": "tunnelling levels", "gaussian": "Gaussian levels"}


def print_exact(run: ExactRun) -> None:
    """The title, the table, and what follows from it."""
    out, cases = console(), exact_cases(run)
    if run.config.title:
        out.print(Text(run.config.title))
    print_table(out, exact_table(run, cases), names=3)
    for line in exact_notes(run, cases):
        print_wrapped(out, line)


def exact_table(run: ExactRun, cases: list[ExactCase]) -> Table:
    """A row for each strength, distance and temperature."""
    table = Table(title=Text(ensemble_text(run)), title_justify="left", box=None, pad_edge=False)
    formulas = [
        f"({f})".replace("3.3 with stress term)", "3.3)\n+ stress\nterm") for f in cases[0].errors
    ]
    for heading in ("g", "r/L", "k_BT/ε", "|δχ|/|χ̄|", *formulas, "projec-\ntion"):
        table.add_column(heading, justify="right", overflow="fold")
    for case in cases:
        numbers = (case.relative_change, *case.errors.values(), case.projection)
        place = (case.strength, case.distance, case.temperature)
        table.add_row(*(f"{x:g}" for x in place), *map(_text, numbers))
    return table


def ensemble_text(run: ExactRun) -> str:
    """What the ensemble is, on a line."""
    config = run.config
    return (
        f"{config.sampling.super_blocks:,} super blocks of 2×2×2 two-level blocks, "
        f"{LAWS[config.levels.kind]}, α = {config.alpha:g}"
    )


def exact_notes(run: ExactRun, cases: list[ExactCase]) -> Iterator[str]:
    """What the columns are, where each formula is right, and which sign the change has."""
    yield (
        "g = γ²/ρc_t²L³ε: strength of the interaction. δχ: exact change of χ̄, the mean of the "
        "blocks, by their interaction. (3.3), (3.2): mean error of δχ, of δχ_rel, by that "
        "equation, over the mean |δχ|, |δχ_rel|. The stress term is what (3.3) leaves out where "
        "⟨T⟩ ≠ 0."
    )
    for formula in cases[0].errors:
        yield f"({formula}) is right to 10% {_where(cases, formula)}."
    yield "Right to 10%: error plus two standard errors below 0.1, at all smaller x, too."
    yield "Here x = g (L/r)³, all that counts of strength and distance."
    yield _sign(cases)


def _text(number: Measured) -> str:
    return with_error(number.value, number.stderr)


def _where(cases: list[ExactCase], formula: str) -> str:
    """For which x, the strength over (r/L)³, a formula is right at each temperature."""
    limits = list(right_up_to(cases, formula))
    if all(limit is None for _, limit, _ in limits):
        return "in no case"
    parts = []
    for temperature, limit, everywhere in limits:
        x = "for no x" if limit is None else f"up to x = {limit:g}"
        parts.append(f"{'for all x' if everywhere else x} at k_B T/ε = {temperature:g}")
    return "; ".join(parts)


def _sign(cases: list[ExactCase]) -> str:
    """Whether δχ by (3.3) points along the exact one, with the χ < 0 that (2.7) gives."""
    signs = [
        (
            c.projection.value > 2 * c.projection.stderr,
            c.projection.value < -2 * c.projection.stderr,
        )
        for c in cases
    ]
    along, against = (sum(s[i] for s in signs) for i in (0, 1))
    return (
        "Projection: of δχ by (3.3), with χ < 0 as (2.7) gives it, on the exact δχ, over its size. "
        f"By two standard errors it is positive in {along} of {len(cases)} cases, negative in "
        f"{against}; with χ > 0 of the same size, the paper's sign, it is the opposite."
    )


def as_records(run: ExactRun) -> list[dict[str, Any]]:
    """All cases as plain data."""
    return [asdict(case) for case in exact_cases(run)]
