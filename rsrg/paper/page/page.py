"""The page in Markdown and in HTML, self-contained: figures are embedded."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rsrg.formatting import NONE
from rsrg.paper.claims.claim import Claim, Verdict
from rsrg.paper.page.page_figures import FIGURES
from rsrg.paper.page.tables_text import TextTable, number_text, summary
from rsrg.report.html.document import render, rsrg_version
from rsrg.report.html.table import Cell, Column, PageTable

PACKAGE = "rsrg.paper.page"
TITLE = "The paper, recomputed"
SOURCE = (
    "D. Zhou, “Real Space Renormalization: A Generic Microscopic Theory for Low-Temperature "
    "Avalanches in Static Strained Insulating Glass”, arXiv:1602.04535."
)
INTRODUCTION = (
    "Every number, table and figure of the paper from rsrg's own functions; first what decides "
    "whether its transition is there. A verdict is computed from the numbers beside it: ✓ and ✗ "
    "say whether each agrees with what the paper states, to the precision it states. Strains are "
    "e_xx = e; χ in ρc_t². “Finding” is the numbered place where the paper does not agree with "
    "itself; letters are further ones: a, a number cut, not rounded; b, what (4.1) and (4.4) are "
    "as printed; c, whether α can come from its columns; d, M that stops growing with strain; e, "
    "how often one shape term must be added before anything fails; f, whether blocks are stable "
    "before any strain. What is sampled (random levels, pools of unequal blocks, random packings) "
    "has its standard error; any other ± is the numerical error."
)
LINKS = (("claims", "Claims"), ("figures", "Figures"), ("tables", "Tables"))


@dataclass(frozen=True)
class Look:
    """How a verdict looks beside its words. mark: a CSS class. rank: its place when sorted."""

    sign: str
    mark: str
    rank: int


LOOKS: dict[Verdict, Look] = {
    "reproduced": Look("✓", "good", 0),
    "reproduced only if": Look("◐", "care", 1),
    "not reproduced": Look("✗", "bad", 2),
    "holds by construction": Look("≡", "soft", 3),
}


def markdown(claims: Sequence[Claim], tables: Sequence[TextTable]) -> str:
    """The page as Markdown; figures by name beside it."""
    return _rendered("paper.md.j2", claims, tables=tables)


def html(claims: Sequence[Claim], tables: Sequence[TextTable], folder: Path) -> str:
    """The page as one HTML file that needs no other: pictures are data inside it."""

    def picture(stem: str) -> str:
        data = base64.b64encode((folder / f"{stem}.png").read_bytes()).decode("ascii")
        return f"data:image/png;base64,{data}"

    return _rendered(
        "paper.html.j2",
        claims,
        tables=[_page_table(f"numbers-{i}", table) for i, table in enumerate(tables, start=1)],
        looks=LOOKS,
        links=LINKS,
        picture=picture,
        plotly="",
        shared_script=False,
        version=rsrg_version(),
        written="",  # the same numbers give the same page
    )


def _rendered(template: str, claims: Sequence[Claim], **context: object) -> str:
    """What both pages hold, through a template."""
    return render(
        PACKAGE,
        template,
        title=TITLE,
        source=SOURCE,
        introduction=INTRODUCTION,
        summary=summary(claims),
        claims=claims,
        figures=FIGURES,
        number_text=number_text,
        **context,
    )


def _page_table(key: str, table: TextTable) -> PageTable:
    """A table that sorts; columns of numbers stand to the right."""
    columns = [
        Column(heading, numeric=all(_is_number(row[c]) for row in table.rows))
        for c, heading in enumerate(table.headings)
    ]
    return PageTable(key, table.caption, columns, [[Cell(t) for t in row] for row in table.rows])


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text == NONE
    return True
