"""Drawings that are made in each build, from the program's own geometry."""

from pathlib import Path

from sphinx.application import Sphinx

from rsrg.paper.geometry import bodies
from rsrg.paper.page.drawings import bodies_figure

FOLDER = Path(__file__).parents[1] / "_build" / "drawings"


def draw(app: Sphinx) -> None:
    """Draw the readings (Fig. 2 of `rsrg reproduce`), once."""
    if not (FOLDER / "figure_02.svg").exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        bodies_figure(FOLDER, bodies())


def setup(app: Sphinx) -> dict[str, bool]:
    """Draw before any page is read."""
    app.connect("builder-inited", draw)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
