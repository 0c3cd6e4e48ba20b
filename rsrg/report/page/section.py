"""A section of a page: a title, words, tables and figures."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rsrg.report.html.chart import Chart
from rsrg.report.html.table import PageTable


@dataclass(frozen=True)
class Section:
    """key: its id, by which the top of the page links to it. terms: words and what they mean."""

    key: str
    title: str
    intro: str = ""
    terms: Sequence[tuple[str, str]] = ()
    tables: Sequence[PageTable] = ()
    charts: Sequence[Chart] = field(default_factory=tuple)
