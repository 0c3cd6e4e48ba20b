"""The page of a study: first failures against what was varied, and a table of all its runs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

import numpy as np

from rsrg.formatting import NONE, counted, with_error
from rsrg.report.html.numbers import Numbers
from rsrg.report.html.table import Cell, Column, PageTable
from rsrg.report.page import terms
from rsrg.report.page.content import Content, Section
from rsrg.report.page.study_charts import Study, block_charts, failure_charts
from rsrg.report.page.trajectory_page import number_cell
from rsrg.report.page.trust_light import SIGNS
from rsrg.report.trajectory_table import ZERO
from rsrg.results.source_names import SOURCE_NAMES
from rsrg.results.trajectory_run import MeanRecord
from rsrg.results.trust import LEVELS, Check, Level
from rsrg.studies.index import cell
from rsrg.studies.members import Failure, Kind, Member
from rsrg.studies.status import STATES

ZERO_HEADING = "zero within errors?"
FILTERS = ("glass", "degree", ZERO_HEADING)
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
        Section("members", "All runs", tables=_tables(study)),
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
        terms=[*([terms.CRITICAL] if study.sources else []),
               *((r, terms.READINGS[r]) for r in study.readings if r),
               *terms.source_terms(study.sources)],
    )  # fmt: skip


def study_sentence(members: Sequence[Member]) -> str:
    """Between which strains the first glass fails; how many trajectories have a mean of zero."""
    study = Study(members, Numbers())
    trajectories = [m for m in members if m.means]
    exact = sum(m.kind == "exact" and m.state == "finished" for m in members)
    sentences = [
        *([_failures_sentence(study)] if study.sources else []),
        *([_means_sentence(trajectories)] if trajectories else []),
        *([f"{counted(exact, 'ensemble')} of exact super blocks."] if exact else []),
    ]
    return " ".join(sentences) or "No run of this study has results yet."


def _means_sentence(trajectories: Sequence[Member]) -> str:
    """Of how many trajectories the mean of M is zero, in all its parts."""
    known = [m for m in trajectories if all(mean.zero is not None for mean in m.means)]
    zero = sum(all(mean.zero for mean in m.means) for m in known)
    count = counted(len(trajectories), "trajectory", "trajectories")
    unknown = len(trajectories) - len(known)
    rest = f", unknown in {unknown}" if unknown else ""
    return f"{count}: the mean of M is zero within errors in {zero} of them{rest}."


def _failures_sentence(study: Study) -> str:
    """Between which strains the first glass fails, reading by reading."""
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
    """First failures of all members as plain data, a record for each glass, reading and source.

    Of a trajectory the means of M, a record for each glass and degree.
    """
    return [
        {"run": m.name, "status": m.state, "parameters": m.parameters, "material": glass,
         "reading": reading, "source": source, **asdict(failure)}
        for m in members
        for (glass, reading, source), failure in m.failures.items()
    ] + [
        {"run": m.name, "status": m.state, "parameters": m.parameters, **asdict(mean)}
        for m in members
        for mean in m.means
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


def _tables(study: Study) -> list[PageTable]:
    """A table for each kind of runs, of those that there are."""
    flows, trajectories, exact = (
        [m for m in study.members if m.kind == kind] for kind in get_args(Kind)
    )
    return [
        *([_flows(study, flows)] if flows else []),
        *([_trajectories(study, trajectories)] if trajectories else []),
        *([_exact(study, exact)] if exact else []),
    ]


def _trajectories(study: Study, members: Sequence[Member]) -> PageTable:
    """A row for each trajectory, glass and degree."""
    headings = list(MeanRecord("", 2, 0.0, 0.0, 1.0).table_row())
    columns = [
        *_first_columns(study),
        Column("frames", numeric=True),
        *(
            Column(h, numeric=h not in ("glass", ZERO_HEADING), filter=h in FILTERS)
            for h in headings
        ),
    ]
    rows = []
    for m in members:
        first = [*_first_cells(study, m), Cell(f"{m.done:,}", m.done)]
        for mean in m.means:
            rows.append([*first, *map(number_cell, mean.table_row().values())])
        if not m.means:
            rows.append([*first, *(Cell(NONE) for _ in headings)])
    caption = "Trajectories: the norm of the mean of M over frames, in 1/ρc_t²"
    return PageTable("trajectories", caption, columns, rows, [ZERO])


def _exact(study: Study, members: Sequence[Member]) -> PageTable:
    """A row for each ensemble of exact super blocks, which its own report shows."""
    columns = [*_first_columns(study), Column("chunks", numeric=True)]
    rows = [[*_first_cells(study, m), Cell(f"{m.done:,}", m.done)] for m in members]
    return PageTable("exact", "Ensembles of exact super blocks", columns, rows)


def _first_columns(study: Study) -> list[Column]:
    """Those of every table: the run, what was varied, and how far it is."""
    parameters = [Column(k, numeric=study.numeric(k), filter=True) for k in study.parameters]
    return [Column("run"), *parameters, Column("status", filter=True)]


def _first_cells(study: Study, member: Member) -> list[Cell]:
    return [
        Cell(member.name, link=_link(member)),
        *(_parameter(member, key) for key in study.parameters),
        Cell(member.state, mark=MARKS.get(member.state, "care")),
    ]


def _flows(study: Study, members: Sequence[Member]) -> PageTable:
    """A row for each run and glass."""
    places = [(r, s) for s in study.sources for r in study.readings_of(s)]
    columns = [
        *_first_columns(study),
        Column("trust", filter=True),
        *([Column("glass", filter=True)] if len(study.glasses) > 1 else []),
        *(
            Column(f"{SOURCE_NAMES[s].name}{', ' + r if r else ''}", numeric=True)
            for r, s in places
        ),
    ]
    rows = []
    for m in members:
        glasses = [g for g in study.glasses if any(g == place[0] for place in m.failures)]
        for glass in glasses or [""]:
            failures = [m.failures.get((glass, r, s)) for r, s in places]
            rows.append([
                *_first_cells(study, m),
                _trust(m.level),
                *([Cell(glass)] if len(study.glasses) > 1 else []),
                *map(_failure, failures),
            ])  # fmt: skip
    caption = "First failures of all runs" if places else "All runs; none has results yet"
    return PageTable("all-runs", caption, columns, rows)


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
