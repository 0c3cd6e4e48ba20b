"""Equations as MathML: browsers draw it by themselves, without a script or a network."""

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx


def visit_inline(translator, node: nodes.math) -> None:
    """An equation within a line."""
    translator.body.append(convert(node.astext()))
    raise nodes.SkipNode


def visit_block(translator, node: nodes.math_block) -> None:
    """An equation that stands by itself; one too wide for the page scrolls."""
    text = convert(node.astext(), display="block")
    translator.body.append(f'<div class="equation" tabindex="0">{text}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Make it the way in which this site shows equations."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
