"""The page of one run, finished or not."""

from collections.abc import Iterator

from rsrg.formatting import shell_path
from rsrg.report.disorder_table import disorder_notes
from rsrg.report.html.numbers import Numbers
from rsrg.report.page import terms
from rsrg.report.page.block_chart import block_chart, block_notes
from rsrg.report.page.content import Content, Section
from rsrg.report.page.convergence_charts import convergence_charts
from rsrg.report.page.critical_strains import critical_strain_table
from rsrg.report.page.deviation_chart import deviation_charts
from rsrg.report.page.disorder_charts import disorder_charts
from rsrg.report.page.eigenvalue_charts import eigenvalue_charts
from rsrg.report.page.failure_charts import failure_charts
from rsrg.report.page.provenance import provenance
from rsrg.report.page.verdict import pool_verdicts, verdicts
from rsrg.report.page.view import View
from rsrg.results.preliminary import nothing_yet, preliminary
from rsrg.results.run import Run
from rsrg.results.stored_run import StoredRun
from rsrg.results.trust import Check, trust

MARKS = {"finished": "good", "running": "care", "stopped": "care", "failed": "bad"}


def run_content(run: Run) -> Content:
    """What the page of a run holds: its results, or those of the part of it that is done."""
    shown = preliminary(run)
    if shown is None:
        go_on = f"Go on: rsrg resume {shell_path(run.path)}"
        return _content(run, Numbers(), [f"Nothing can be said yet: {nothing_yet(run)}. {go_on}"])
    view = View(shown)
    checks = trust(shown)
    part = str(shown.attributes.get("preliminary", ""))
    if part:
        left = f"These are the results so far, {part}. They can still change. Go on: rsrg resume"
        checks.append(Check("unfinished", "care", f"{left} {shell_path(run.path)}"))
    quenched = shown.config.flow.quenched
    return _content(
        run,
        view.numbers,
        verdicts(shown),
        sections=list(_sections(view)),
        lines=[*pool_verdicts(shown), *disorder_notes(shown)[1:]] if quenched else [],
        preliminary=part,
        checks=checks,
        terms=[terms.CRITICAL, terms.PARENTHESES, terms.CHI, *terms.reading_terms(shown)],
    )


def status_text(run: StoredRun) -> str:
    """How far a run is: `finished`; `stopped, 64 of 768 chunks`."""
    done, total = run.progress
    unfinished = total and run.status != "finished"
    counted = f", {done:,} of {total:,} {run.config.unit}s" if unfinished else ""
    return f"{run.status}{counted}"


def _content(run: Run, numbers: Numbers, sentences: list[str], **rest: object) -> Content:
    others = len(sentences) - 1
    return Content(
        title=run.config.title or run.path.stem,
        path=str(run.path),
        status=status_text(run),
        mark=MARKS.get(run.status, "care"),
        sentences=sentences,
        others="The other glass" if others == 1 else f"The other {others} glasses",
        numbers=numbers,
        provenance=provenance(run),
        **{"sections": (), **rest},  # type: ignore[arg-type]
    )


def _sections(view: View) -> Iterator[Section]:
    run = view.run
    yield Section(
        "critical-strains",
        "Critical strains",
        terms=[terms.ALPHA, *terms.source_terms(run.sources()), terms.CHANNEL],
        tables=[critical_strain_table(run)],
    )
    charts = [*eigenvalue_charts(view), *deviation_charts(view)]
    yield Section("strain-curves", "Against strain", charts=charts[:1])
    yield Section("flow", "The flow", terms=[terms.COUPLING], charts=charts[1:])
    convergence = list(convergence_charts(view))
    drawn = [terms.DRAW, terms.CONTROL] if convergence else []
    yield Section("convergence", "Convergence", terms=drawn, charts=convergence)
    failing, blocks = list(failure_charts(view)), block_chart(view)
    charts = [*failing, *([] if blocks is None else [blocks])]
    yield Section("what-fails", "What fails", charts=charts, notes=block_notes(view))
    yield Section("disorder", "Disorder", charts=list(disorder_charts(view)))
