"""`rsrg reproduce`: one folder with everything the paper shows."""

import json
from collections.abc import Callable
from pathlib import Path

from rsrg.errors import RsrgError
from rsrg.paper.claims.all_claims import claims
from rsrg.paper.claims.claim import Claim
from rsrg.paper.curves import marked_values, paper_curve, reading_curves, stress_curves
from rsrg.paper.geometry import bodies, failing_strains
from rsrg.paper.page.beyond import BEYOND
from rsrg.paper.page.data import paper_data
from rsrg.paper.page.drawings import bodies_figure, directions_figure
from rsrg.paper.page.eccentricity_figures import eccentricity_figures
from rsrg.paper.page.page import html, markdown
from rsrg.paper.page.stress_figure import stress_figure
from rsrg.paper.page.tables_text import all_tables
from rsrg.paper.tables import tables


def _silent(message: str) -> None:
    """Say nothing."""


def reproduce(folder: Path, notify: Callable[[str], None] = _silent) -> list[Claim]:
    """Compute and write everything: paper.json, .md, .html, and figures as png and svg.

    figure_01 … figure_10 are the paper's, figure_<subject> what lies beyond it (`page.beyond`).

    notify: called with what is done next, in words. Files of these names in the folder are
    replaced; the folder is made if missing. Returns the claims, with their verdicts.
    Raises RsrgError where the folder cannot be made, or a file in it not be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RsrgError(f"cannot make the folder {folder}: {error.strerror}") from error
    for picture in BEYOND:
        notify(f"Beyond the paper: {picture.subject}")
        picture.draw(folder)
    notify("Figures 2 and 10: drawings")
    failing = failing_strains()
    bodies_figure(folder, bodies())
    directions_figure(folder, failing)
    notify("Figure 1: stress–strain curve")
    stress = stress_curves()
    stress_figure(folder, stress)
    notify("Figures 3 to 9: formula, continuum, sums")
    marked = marked_values()
    eccentricity_figures(folder, paper_curve(), reading_curves(), marked)
    notify("Claims")
    verdicts = claims()
    notify("Table I: formula and sums, N0 = 2, 3, 4, 8")
    numbers = tables()
    notify("Pages")
    data = paper_data(numbers, marked, stress, failing, verdicts)
    text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False)
    write_file(folder / "paper.json", text)
    texts = all_tables(numbers)
    write_file(folder / "paper.md", markdown(verdicts, texts))
    write_file(folder / "paper.html", html(verdicts, texts, folder))
    return verdicts


def write_file(path: Path, text: str) -> None:
    """Write a text file that ends with a line end."""
    try:
        path.write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8")
    except OSError as error:
        raise RsrgError(f"cannot write {path}: {error.strerror or error}") from error
