"""The page of one run, finished or not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rsrg.execution.clock import CLOCK
from rsrg.report.html.document import figure_data, plotly_script, render
from rsrg.report.page import terms
from rsrg.report.page.critical_strains import critical_strain_table
from rsrg.report.page.eigenvalue_charts import eigenvalue_charts
from rsrg.report.page.provenance import provenance
from rsrg.report.page.section import Section
from rsrg.report.page.trust_light import light, shown
from rsrg.report.page.verdict import verdicts
from rsrg.report.page.view import View
from rsrg.results.run import Run
from rsrg.results.trust import trust

PACKAGE = "rsrg.report.page"
MARKS = {"finished": "good", "running": "care", "stopped": "care", "failed": "bad"}


def run_page(run: Run, shared_script: Path | None = None) -> str:
    """The page as one HTML text. shared_script: the folder that keeps plotly in a file of its own.

    Raises RsrgError where plotly is missing.
    """
    view = View(run)
    sections = list(_sections(view))
    charts = [c for section in sections for c in section.charts]
    checks = trust(run)
    context: dict[str, Any] = {
        "title": run.config.title or run.path.stem,
        "status": run.status,
        "status_mark": MARKS.get(run.status, "care"),
        "path": str(run.path),
        "preliminary": "",
        "nothing_yet": "",
        "verdicts": verdicts(run),
        "pool_verdicts": [],
        "light": light(checks),
        "checks": shown(checks),
        "terms": [terms.CRITICAL, terms.PARENTHESES, terms.CHI, *terms.reading_terms(run)],
        "sections": [*sections, Section("provenance", "Provenance")],
        "provenance": provenance(run),
        "figures": figure_data(charts, view.numbers),
        "plotly": plotly_script(shared_script),
        "shared_script": shared_script is not None,
        "version": str(run.attributes.get("rsrg_version", "")),
        "written": CLOCK.now(),
    }
    return render(PACKAGE, "run.html.j2", **context)


def _sections(view: View) -> Iterator[Section]:
    run = view.run
    yield Section(
        "critical-strains",
        "Critical strains",
        terms=[*terms.source_terms(run), terms.CHANNEL],
        tables=[critical_strain_table(run)],
    )
    charts = list(eigenvalue_charts(view))
    yield Section("strain-curves", "Against strain", charts=charts[:1])
    yield Section("flow", "The flow", terms=[terms.COUPLING], charts=charts[1:])
