"""The claims of the paper with their verdicts: `<!-- claims -->`.

They take about a minute. So a process of its own computes them while the other pages are read, the
page that shows them is read last, and they are kept until the source of the package changes.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

ROOT = Path(__file__).parents[2]
SOURCES = ("rsrg/paper", "rsrg/physics", "rsrg/sums", "rsrg/ensemble")
PAGE = "theory/claims"
PLACE = "<!-- claims -->"
FAILED = "the claims could not be computed:\n"


def kept() -> Path:
    """The file with the verdicts of this state of the source."""
    files = sorted(p for folder in SOURCES for p in (ROOT / folder).rglob("*.py"))
    digest = hashlib.sha256(b"".join(p.read_bytes() for p in [*files, Path(__file__)]))
    return ROOT / "docs" / "_build" / f"claims-{digest.hexdigest()[:12]}.md"


def start(app: Sphinx) -> None:
    """Begin to compute, unless it has been done."""
    target = kept()
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        app.claims = subprocess.Popen(
            [sys.executable, __file__, target], stderr=subprocess.PIPE, text=True
        )


def last(app: Sphinx, env: object, docnames: list[str]) -> None:
    """Let the page be read last."""
    if PAGE in docnames:
        docnames.remove(PAGE)
        docnames.append(PAGE)


def fill(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the verdicts into their page, once they are there."""
    if docname != PAGE:
        return
    process = getattr(app, "claims", None)
    if process is not None and process.wait() != 0:
        raise ExtensionError(FAILED + process.stderr.read())
    source[0] = source[0].replace(PLACE, kept().read_text(encoding="utf-8"))


def text() -> str:
    """All claims, in Markdown."""
    from rsrg.paper.claims.all_claims import claims
    from rsrg.paper.page.page import INTRODUCTION
    from rsrg.paper.page.tables_text import number_text, summary

    verdicts = claims()
    lines = [INTRODUCTION, "", f"**{summary(verdicts)}**", ""]
    for c in verdicts:
        finding = f" · finding {c.finding}" if c.finding else ""
        lines += [f"## {c.where}{finding}", "", f"{c.statement}.", "", f"**{c.verdict_text}**", ""]
        lines += [f"- {number_text(n)}" for n in c.numbers]
        if c.under:
            lines += [f"- if {c.condition}:", *(f"  - {number_text(n)}" for n in c.under)]
        lines += ["", *([c.comment, ""] if c.comment else []), f"`{c.call}`", ""]
    return "\n".join(lines)


def setup(app: Sphinx) -> dict[str, bool]:
    """Compute beside the reading of the other pages."""
    app.connect("builder-inited", start)
    app.connect("env-before-read-docs", last)
    app.connect("source-read", fill)
    return {"parallel_read_safe": False, "parallel_write_safe": True}


if __name__ == "__main__":
    target = Path(sys.argv[1])
    part = target.with_suffix(".part")
    part.write_text(text(), encoding="utf-8")
    part.rename(target)
