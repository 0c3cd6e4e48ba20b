"""The page of an ensemble of exact super blocks: where Eqs. 3.2 and 3.3 are right."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from rsrg.formatting import shell_path, with_error
from rsrg.report.exact_table import ensemble_text, exact_notes
from rsrg.report.html.chart import Chart, Control, take
from rsrg.report.html.numbers import Numbers
from rsrg.report.html.table import Cell, Column, PageTable
from rsrg.report.page.content import Content, Section
from rsrg.report.page.marks import level_line, symbol
from rsrg.report.page.provenance import provenance
from rsrg.report.page.run_page import MARKS, status_text
from rsrg.report.style import COLOURS
from rsrg.results.exact_cases import RIGHT, ExactCase, Measured, exact_cases
from rsrg.results.exact_run import ExactRun


def exact_content(run: ExactRun) -> Content:
    """What the page of an ensemble holds; its cases, if it is finished."""
    numbers = Numbers()
    cases = exact_cases(run) if run.status == "finished" else []
    done, total = run.progress
    go_on = f"Go on: rsrg resume {shell_path(run.path)}"
    waiting = f"Nothing can be said yet: {done} of {total} chunks. {go_on}"
    notes = list(exact_notes(run, cases)) if cases else [waiting]
    sections = [
        Section("errors", "Where the expansion is right", charts=[_chart(cases, numbers)]),
        Section("cases", "All cases", tables=[_table(cases)]),
    ]
    return Content(
        title=run.config.title or run.path.stem,
        path=str(run.path),
        status=status_text(run),
        mark=MARKS.get(run.status, "care"),
        sentences=notes[1:2] or notes,
        lines=[*([ensemble_text(run) + "."] if cases else []), *notes[2:], *notes[:1]]
        if cases
        else [],
        sections=sections if cases else (),
        numbers=numbers,
        provenance=provenance(run),
    )


def _chart(cases: list[ExactCase], numbers: Numbers) -> Chart:
    """Relative error against the coupling: a line for each temperature, a menu of formulas."""
    temperatures = list(dict.fromkeys(c.temperature for c in cases))
    _add_numbers(cases, temperatures, numbers)
    return Chart(
        key="errors",
        title="Error of the change of χ",
        caption="Mean error of the change of χ by an equation over the mean change, against "
        "x = γ²/(ρc_t² r³ ε). Dashed: right to 10%.",
        alt="Relative error of the chosen equation against the strength of the interaction, one "
        "line for each temperature.",
        traces=[_line(t, i) for i, t in enumerate(temperatures)],
        layout={
            "xaxis": {
                "title": {"text": "x = γ²/(ρc<sub>t</sub>² r³ ε)"},
                "type": "log",
                "dtick": 1,
            },
            "yaxis": {
                "title": {"text": "mean |error| / mean |change|"},
                "type": "log",
                "dtick": 1,
            },
            "shapes": [level_line(RIGHT, "dash")],
        },
        controls=[Control("formula", "Equation", [f"({f})" for f in cases[0].errors])],
        height=460,
    )


def _add_numbers(cases: list[ExactCase], temperatures: list[float], numbers: Numbers) -> None:
    """The coupling x of the cases of each temperature, ascending, and their errors by formula."""
    own = [
        sorted((c for c in cases if c.temperature == t), key=lambda c: c.coupling)
        for t in temperatures
    ]
    numbers.add("x", ("temperature", "case"), [[c.coupling for c in row] for row in own])
    for name in ("value", "stderr"):
        values = [
            [[getattr(c.errors[f], name) for c in row] for row in own] for f in cases[0].errors
        ]
        numbers.add(name, ("formula", "temperature", "case"), values)


def _line(temperature: float, i: int) -> dict[str, Any]:
    """The line of the i-th temperature."""
    return {
        "type": "scatter", "mode": "lines+markers", "name": f"k_B T/ε = {temperature:g}",
        "x": take("x", temperature=i), "y": take("value", formula="formula", temperature=i),
        "error_y": {"type": "data", "array": take("stderr", formula="formula", temperature=i)},
        "line": {"color": COLOURS[i % len(COLOURS)]},
        "marker": {"symbol": symbol(i), "size": 8},
    }  # fmt: skip


def _table(cases: Sequence[ExactCase]) -> PageTable:
    formulas = list(cases[0].errors) if cases else []
    columns = (
        Column("g", numeric=True), Column("r/L", numeric=True), Column("k_B T/ε", numeric=True),
        Column("|δχ|/|χ̄|", numeric=True),
        *(Column(f"error of ({f})", numeric=True) for f in formulas),
        Column("projection", numeric=True),
    )  # fmt: skip
    rows = [
        [
            *(Cell(f"{v:g}", v) for v in (c.strength, c.distance, c.temperature)),
            *(_measured(m) for m in (c.relative_change, *c.errors.values(), c.projection)),
        ]
        for c in cases
    ]
    return PageTable("cases-table", "Cases", columns, rows)


def _measured(number: Measured) -> Cell:
    known = np.isfinite(number.value)
    return Cell(with_error(number.value, number.stderr) if known else "–", number.value)
