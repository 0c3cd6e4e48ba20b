"""What the theme leaves out for those who use a keyboard or hear the page: names and focus."""

import re
from pathlib import Path

from sphinx.application import Sphinx

# Each pattern no longer matches where it has been replaced: pages of an earlier build stay as are.
MENDED = (
    (r'role="heading">', 'role="heading" aria-level="2">'),
    (r'<aside class="sidebar-drawer">', '<aside class="sidebar-drawer" aria-label="All pages">'),
    (
        r'<aside class="toc-drawer( no-toc)?">',
        r'<aside class="toc-drawer\1" aria-label="This page">',
    ),
    (r"<pre>", '<pre tabindex="0">'),  # what is wider than the page scrolls, by arrow keys too
    (r'<div class="table-wrapper ([^"]*)">', r'<div class="table-wrapper \1" tabindex="0">'),
    (r'<th(?: class="[^"]*")?>(?:<p></p>)?</th>', "<td></td>"),  # a corner is no heading
)


def mend(app: Sphinx, exception: Exception | None) -> None:
    """Mend each page, once all are written."""
    if exception is not None or app.builder.format != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        text = before = page.read_text(encoding="utf-8")
        for pattern, better in MENDED:
            text = re.sub(pattern, better, text)
        if text != before:
            page.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Wait for the end of the build."""
    app.connect("build-finished", mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
