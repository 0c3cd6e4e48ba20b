"""The page in Markdown and in HTML, self-contained: figures are embedded."""

import base64
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from rsrg.paper.claims.claim import Claim
from rsrg.paper.page.beyond import BEYOND
from rsrg.paper.page.tables_text import TextTable, number_text, summary

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
CAPTIONS = {
    1: "Stress and total susceptibility along e_xx, integrated; dashed beyond the first failure.",
    2: "A sphere of blocks, strained, in each reading of V(e).",
    3: "First and second eigenvalue.",
    4: "Third eigenvalue.",
    5: "Coefficient of e_xx in the third eigenvector.",
    6: "Fourth eigenvalue.",
    7: "Fifth eigenvalue.",
    8: "Sixth eigenvalue.",
    9: "Coefficient of e_xx in the fourth eigenvector.",
    10: "Three strains that break the glass: eigenvectors at their critical strains.",
}
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 78rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1a1a; }
table { border-collapse: collapse; font-size: 13px; margin: .6rem 0 1.6rem; }
th, td { border-bottom: 1px solid #d5d5d5; padding: .25rem .55rem; text-align: left;
  vertical-align: top; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
figure { margin: 1.5rem 0; } img { max-width: 100%; } code { font-size: 12px; }
.reproduced { color: #00654a; } .only { color: #8a5a00; } .not { color: #a03c00; }
.verdict { font-weight: 600; }
.claims { table-layout: fixed; width: 100%; } .claims code { overflow-wrap: anywhere; }
.claims th:nth-child(1) { width: 9%; } .claims th:nth-child(2) { width: 22%; }
.claims th:nth-child(3) { width: 37%; } .claims th:nth-child(4) { width: 15%; }
"""
CLASSES = {
    "reproduced": "reproduced",
    "reproduced only if": "only",
    "not reproduced": "not",
    "holds by construction": "only",
}


def markdown(claims: Sequence[Claim], tables: Sequence[TextTable]) -> str:
    """The page as Markdown; figures by name beside it."""
    lines = [f"# {TITLE}", "", SOURCE, "", INTRODUCTION, "", f"## {summary(claims)}", ""]
    for c in claims:
        finding = f" · finding {c.finding}" if c.finding else ""
        lines += [f"### {c.where}{finding}", "", f"{c.statement}.", ""]
        lines += [f"**{c.verdict_text}**", "", *(f"- {number_text(n)}" for n in c.numbers)]
        if c.under:
            lines += [f"- if {c.condition}:", *(f"  - {number_text(n)}" for n in c.under)]
        lines += ["", *([c.comment, ""] if c.comment else []), f"`{c.call}`", ""]
    lines += ["## Figures", ""]
    for stem, caption in _pictures():
        lines += [f"![{caption}]({stem}.png)", "", caption, ""]
    lines += ["## Tables", ""]
    for table in tables:
        lines += [
            f"**{table.caption}**",
            "",
            _row(table.headings),
            _row(["---"] * len(table.headings)),
        ]
        lines += [*map(_row, table.rows), ""]
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def html(claims: Sequence[Claim], tables: Sequence[TextTable], folder: Path) -> str:
    """The page as one HTML file that needs no other: pictures are data inside it."""
    body = [
        f"<h1>{TITLE}</h1><p>{escape(SOURCE)}</p><p>{escape(INTRODUCTION)}</p>",
        f"<h2>{escape(summary(claims))}</h2>",
        '<table class="claims"><thead><tr><th>where</th><th>the paper says</th>'
        "<th>rsrg computes</th>"
        "<th>verdict</th><th>shown by</th></tr></thead><tbody>",
        *map(_claim_row, claims),
        "</tbody></table><h2>Figures</h2>",
        *(_figure(stem, caption, folder) for stem, caption in _pictures()),
        "<h2>Tables</h2>",
        *map(_table, tables),
    ]
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{TITLE}</title>'
        f"<style>{STYLE}</style></head>\n<body>\n" + "\n".join(body) + "\n</body></html>\n"
    )


def _claim_row(claim: Claim) -> str:
    numbers = [escape(number_text(n)) for n in claim.numbers]
    if claim.under:
        numbers += [f"<em>if {escape(claim.condition)}:</em>"]
        numbers += [escape(number_text(n)) for n in claim.under]
    if claim.comment:
        numbers += [f"<small>{escape(claim.comment)}</small>"]
    finding = f"<br>finding {escape(claim.finding)}" if claim.finding else ""
    return (
        f'<tr id="{claim.key}"><td>{escape(claim.where)}{finding}</td>'
        f"<td>{escape(claim.statement)}</td><td>{'<br>'.join(numbers)}</td>"
        f'<td class="verdict {CLASSES[claim.verdict]}">{escape(claim.verdict_text)}</td>'
        f"<td><code>{escape(claim.call)}</code></td></tr>"
    )


def _pictures() -> Iterator[tuple[str, str]]:
    """Name of the file without ending, and caption: what lies beyond the paper, then its own."""
    for picture in BEYOND:
        yield picture.stem, picture.caption
    for number, caption in CAPTIONS.items():
        yield f"figure_{number:02d}", f"Fig. {number}: {caption}"


def _figure(stem: str, caption: str, folder: Path) -> str:
    picture = base64.b64encode((folder / f"{stem}.png").read_bytes()).decode("ascii")
    text = escape(caption)
    return (
        f'<figure><img alt="{text}" src="data:image/png;base64,{picture}">'
        f"<figcaption>{text}</figcaption></figure>"
    )


def _table(table: TextTable) -> str:
    head = "".join(f"<th>{escape(h)}</th>" for h in table.headings)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(c)}</td>" for c in row) + "</tr>" for row in table.rows
    )
    return (
        f"<table><caption>{escape(table.caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )
