"""The page of a study: first failures against what was varied, and a table of all its runs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from rsrg.formatting import NONE, with_error
from rsrg.report.html.numbers import Numbers
from rsrg.report.html.table import Cell, Column, PageTable
from rsrg.report.page import terms
from rsrg.report.page.content import Content, Section
from rsrg.report.page.study_charts import Study, block_charts, failure_charts
from rsrg.report.page.trust_light import SIGNS
from rsrg.results.source_names import SOURCE_NAMES
from rsrg.results.trust import LEVELS, Check, Level
from rsrg.studies.index import cell
from rsrg.studies.members import Failure, Member
from rsrg.studies.status import STATES

MARKS = {"finished": "good", "failed": "bad", "damaged": "bad"}


def study_content(path: Path, members: Sequence[Member]) -> Content:
    """What the page of a study holds. path: of its folder, or of the merged file."""
    study = Study(members, Numbers())
    counts = Counter(m.state for m in members)
    status = ", ".join(f"{counts[s]} {s}" for s in STATES if counts[s])
    numbers = study.numbers
    sections = [
        Section(
            "failures", "First failures", charts=list(failure_charts(study)), side_by_side=True
        ),
        Section("disorder", "Unequal blocks", charts=list(block_charts(study))),
        Section("members", "All runs", tables=[_table(study)] if members else []),
    ]
    everything = counts["finished"] == len(members)
    return Content(
        title=path.resolve().stem,
        path=str(path),
        status=status,
        mark="good" if everything else "care",
        sentences=[study_sentence(members)],
        lines=[_ranges(study)] if study.parameters else [],
        sections=sections,
        numbers=numbers,
        checks=_checks(study),
        terms=[terms.CRITICAL, *((r, terms.READINGS[r]) for r in study.readings if r),
               *terms.source_terms(study.sources)],
    )  # fmt: skip


def study_sentence(members: Sequence[Member]) -> str:
    """Between which strains the first glass fails, reading by reading."""
    study = Study(members, Numbers())
    if not study.sources:
        return "No run of this study has results yet."
    glass, source = study.glasses[0], study.sources[0]
    parts = []
    for reading in study.readings_of(source):
        values = study.strains(glass, reading, source)
        known = values[np.isfinite(values)]
        place = f" in {reading}" if reading else ""
        if not len(known):
            parts.append(f"in no run{place}")
            continue
        span = f"{known.min():.4g} to {known.max():.4g}"
        some = "" if len(known) == len(values) else f" ({len(known)} of {len(values)} runs)"
        parts.append(f"at e = {span}{place}{some}")
    return f"{glass} breaks {', and '.join(parts)}, by the {SOURCE_NAMES[source].name}."


def as_records(members: Sequence[Member]) -> list[dict[str, Any]]:
    """First failures of all members as plain data, a record for each glass, reading and source."""
    return [
        {"run": m.name, "status": m.state, "parameters": m.parameters, "material": glass,
         "reading": reading, "source": source, **asdict(failure)}
        for m in members
        for (glass, reading, source), failure in m.failures.items()
    ]  # fmt: skip


def _ranges(study: Study) -> str:
    """What was varied, and over which values."""
    texts = []
    for key in study.parameters:
        values = list(dict.fromkeys(cell(m.parameters.get(key)) for m in study.members))
        shown = ", ".join(values) if len(values) <= 8 else f"{len(values)} values"
        texts.append(f"{key}: {shown}")
    return f"Varied: {'; '.join(texts)}."


def _checks(study: Study) -> list[Check]:
    levels = Counter(m.level for m in study.members if m.level is not None)
    checks: list[Check] = []
    for level in reversed(LEVELS):
        if levels[level]:
            count = levels[level]
            subject = f"{count} {'run' if count == 1 else 'runs'}"
            checks.append(Check(subject, level, REASONS[level]))
    absent = [m for m in study.members if m.state != "finished"]
    if absent:
        reason = f"{len(absent)} of {len(study.members)} are not in the figures."
        checks.append(Check("runs without results", "care", reason))
    return checks


REASONS: dict[Level, str] = {
    "good": "nothing speaks against their numbers.",
    "note": "there is something to be known about them.",
    "care": "their numbers are to be taken with care; their own reports say why.",
    "bad": "their numbers cannot be relied on; their own reports say why.",
}


def _table(study: Study) -> PageTable:
    """A row for each run and glass."""
    places = [(r, s) for s in study.sources for r in study.readings_of(s)]
    columns = [
        Column("run"),
        *(Column(key, numeric=study.numeric(key), filter=True) for key in study.parameters),
        Column("status", filter=True),
        Column("trust", filter=True),
        *([Column("glass", filter=True)] if len(study.glasses) > 1 else []),
        *(
            Column(f"{SOURCE_NAMES[s].name}{', ' + r if r else ''}", numeric=True)
            for r, s in places
        ),
    ]
    rows = []
    for m in study.members:
        glasses = [g for g in study.glasses if any(g == place[0] for place in m.failures)]
        for glass in glasses or [""]:
            failures = [m.failures.get((glass, r, s)) for r, s in places]
            rows.append([
                Cell(m.name, link=_link(m)),
                *(_parameter(m, key) for key in study.parameters),
                Cell(m.state, mark=MARKS.get(m.state, "care")),
                _trust(m.level),
                *([Cell(glass)] if len(study.glasses) > 1 else []),
                *map(_failure, failures),
            ])  # fmt: skip
    return PageTable("all-runs", "First failures of all runs", columns, rows)


def _link(member: Member) -> str:
    """The report of a run, where there is one beside it."""
    report = member.path and member.path.with_suffix(".html")
    return report.name if report and report.exists() else ""


def _parameter(member: Member, key: str) -> Cell:
    value = member.parameters.get(key)
    number = float(value) if isinstance(value, int | float) else None
    return Cell(NONE if value is None else cell(value), number)


def _trust(level: Level | None) -> Cell:
    return Cell(NONE) if level is None else Cell(f"{SIGNS[level]} {level}", mark=level)


def _failure(failure: Failure | None) -> Cell:
    if failure is None or not np.isfinite(failure.strain):
        return Cell(NONE)
    return Cell(with_error(failure.strain, failure.stderr), failure.strain)
