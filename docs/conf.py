"""The documentation site: `sphinx-build -W -b html docs docs/_build/html`, or `scripts/site.sh`."""

import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "rsrg"
author = "The rsrg developers"
copyright = f"2026, {author}. MIT licence"
version = release = installed("rsrg")

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "mathml",
    "docstrings",
    "reference",
    "drawings",
    "claims",
    "accessible",
]
exclude_patterns = ["_build", "_extensions"]
myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 3
myst_links_external_new_tab = False

html_math_renderer = "mathml"
html_theme = "furo"
html_title = "rsrg"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
pygments_style = "a11y-light"
pygments_dark_style = "a11y-dark"
copybutton_prompt_text = r"\$ |>>> |\.\.\. "
copybutton_prompt_is_regexp = True

autodoc_typehints = "none"  # the text names each argument, its shape and its units
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
toc_object_entries_show_parents = "hide"

# Tutorials are carried out once, and again when they, or what they use, have changed.
nb_execution_mode = "cache"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True
nb_execution_excludepatterns = ["first_run.ipynb"]  # pytest --nbmake does that
linkcheck_ignore = [".*"]  # outside pages may be down; sphinx-build -W checks all links inside
