"""Reference pages from the program: `<!-- generated: NAME -->` in a page becomes its text."""

import re
from collections.abc import Callable

from api_page import api
from command_pages import commands
from config_pages import config_fields, exact_fields, study_keys, trajectory_fields
from run_file_page import run_file
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

PLACE = re.compile(r"^<!-- generated: (\w+) -->$", re.MULTILINE)
TEXTS: dict[str, Callable[[], str]] = {
    "api": api,
    "config": config_fields,
    "exact": exact_fields,
    "trajectory": trajectory_fields,
    "study": study_keys,
    "commands": commands,
    "run_file": run_file,
}


def text_of(match: re.Match[str]) -> str:
    """What stands in place of a comment."""
    name = match[1]
    if name not in TEXTS:
        raise ExtensionError(f"nothing generates {name}; known: {', '.join(TEXTS)}")
    return TEXTS[name]()


def fill(app: Sphinx, docname: str, source: list[str]) -> None:
    """Called by Sphinx with the text of each page."""
    source[0] = PLACE.sub(text_of, source[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Fill the pages, and read those that are generated again in every build."""
    app.connect("source-read", fill)
    app.connect("env-get-outdated", lambda app, env, added, changed, removed: [
        name for name in env.found_docs if name.startswith("reference/")
    ])  # fmt: skip
    return {"parallel_read_safe": True, "parallel_write_safe": True}
