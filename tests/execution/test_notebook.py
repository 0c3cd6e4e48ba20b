"""Progress in the kernel of a notebook: a widget, or text where ipywidgets is missing."""

import warnings

import nbformat
import pytest
from nbclient import NotebookClient

PREPARE = """
import sys
sys.modules["ipywidgets"] = None  # as if it were not installed
import rsrg
from rsrg.execution import progress_bar
progress_bar.BAR_DELAY = 0.0  # a run this short has else no bar
config = rsrg.load_config("small.yaml")
"""
TEXT = "_ = rsrg.run(config, 'text.h5')"
WIDGET = """
for name in ("ipywidgets", "tqdm.auto", "tqdm.autonotebook", "tqdm.notebook"):
    sys.modules.pop(name, None)
_ = rsrg.run(config, 'widget.h5')
"""
WATCHED = "_ = rsrg.run(config, 'watched.h5', watch=lambda progress: None)"
SWEEP = """
study = {"base": config, "product": {"sampling.seed": [5, 6]}}
assert rsrg.sweep(study, "runs").finished
"""


@pytest.fixture(scope="module")
def outputs(text, tmp_path_factory):
    """What each cell shows, in one kernel."""
    folder = tmp_path_factory.mktemp("notebook")
    (folder / "small.yaml").write_text(text)
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell(c) for c in (PREPARE, TEXT, WIDGET, WATCHED, SWEEP)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of how the client talks to the kernel
        NotebookClient(book, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    names = ("prepare", "text", "widget", "watched", "sweep")
    return {name: cell.outputs for name, cell in zip(names, book.cells, strict=True)}


def test_text_where_there_is_no_ipywidgets(outputs):
    assert {part.name for part in outputs["text"]} == {"stderr"}
    shown = "".join(part.text for part in outputs["text"])
    assert "12/12" in shown
    assert "Warning" not in shown


@pytest.mark.parametrize("cell", ["widget", "sweep"])
def test_a_widget_by_itself(outputs, cell):
    (shown,) = outputs[cell]
    assert "application/vnd.jupyter.widget-view+json" in shown.data


def test_nothing_where_somebody_watches(outputs):
    assert outputs["watched"] == outputs["prepare"] == []
