"""Docstrings of this house, plain text, as the reStructuredText that autodoc expects.

`name: what it is` becomes a paragraph with a bold name, indented formulas are kept as they stand,
and the example becomes one.
"""

import re
from collections.abc import Iterator

from sphinx.application import Sphinx

ARGUMENT = re.compile(r"^((?:[a-z_]\w*)(?:, [a-z_]\w*)*): ")
SPECIAL = re.compile(r"([*|\\_])")


def escaped(line: str) -> str:
    """A line of text in which only `names` in backticks mean more than they say."""
    parts = line.split("`")
    return "``".join(p if i % 2 else SPECIAL.sub(r"\\\1", p) for i, p in enumerate(parts))


def converted(lines: list[str]) -> Iterator[str]:
    """The lines of a docstring in reStructuredText."""
    text, _, example = "\n".join(lines).partition("\nExample:\n")
    formula = False
    for line in text.splitlines():
        if line.startswith("    "):
            if not formula:
                yield from ("", "::", "")
            formula = True
            yield line
            continue
        if formula and line:
            yield ""
        formula = formula and not line
        argument = ARGUMENT.match(line)
        if argument:
            names = ", ".join(f"**{escaped(n)}**" for n in argument[1].split(", "))
            yield from ("", f"{names}: {escaped(line[argument.end() :])}")
        else:
            yield escaped(line)
    if example:
        yield from ("", ".. rubric:: Example", "")
        for line in example.splitlines():
            yield line.removeprefix("    ")
        yield ""


def process(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]):
    """Called by autodoc for each docstring."""
    lines[:] = list(converted(lines))


def setup(app: Sphinx) -> dict[str, bool]:
    """Listen to autodoc."""
    app.connect("autodoc-process-docstring", process)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
