"""What every page holds, of a run, an ensemble of exact super blocks, or a study; and its HTML."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rsrg.execution.clock import CLOCK
from rsrg.report.html.chart import Chart
from rsrg.report.html.document import figure_data, plotly_script, render, rsrg_version
from rsrg.report.html.numbers import Numbers
from rsrg.report.html.table import PageTable
from rsrg.report.page.provenance import Provenance
from rsrg.report.page.trust_light import light, shown_checks
from rsrg.results.trust import Check

PACKAGE = "rsrg.report.page"


@dataclass(frozen=True)
class Section:
    """A section of a page. key: its id, by which the top of the page links to it.

    terms: words and what they mean. side_by_side: small figures, beside one another where there is
    room. notes: sentences below all.
    """

    key: str
    title: str
    terms: Sequence[tuple[str, str]] = ()
    tables: Sequence[PageTable] = ()
    charts: Sequence[Chart] = ()
    side_by_side: bool = False
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Content:
    """A page. status: how far it is, and mark, the CSS class of that.

    sentences: what it says, the most important first; the others are folded away as `others` names
    them. lines: further sentences, all shown. checks: whether to trust it; none where there is
    nothing to trust.
    """

    title: str
    path: str
    status: str
    mark: str
    sentences: Sequence[str]
    sections: Sequence[Section]
    numbers: Numbers = field(default_factory=Numbers)
    others: str = ""
    lines: Sequence[str] = ()
    preliminary: str = ""
    checks: Sequence[Check] = ()
    terms: Sequence[tuple[str, str]] = ()
    provenance: Provenance | None = None


def page_html(content: Content, shared_script: Path | None = None) -> str:
    """The page as one HTML text. shared_script: the folder that keeps plotly in a file of its own.

    Raises RsrgError where plotly is missing.
    """
    sections = [s for s in content.sections if s.tables or s.charts or s.notes]
    links = [(s.key, s.title) for s in sections]
    if content.provenance is not None:
        links.append(("provenance", "Provenance"))
    return render(
        PACKAGE,
        "page.html.j2",
        title=content.title,
        content=content,
        sections=sections,
        links=links,
        light=light(list(content.checks)) if content.checks else None,
        checks=shown_checks(list(content.checks)),
        plotly=plotly_script(shared_script),
        figures=figure_data([c for s in sections for c in s.charts], content.numbers),
        shared_script=shared_script is not None,
        version=rsrg_version(),
        written=f"{CLOCK.now()[:16].replace('T', ' ')} UTC",
    )
