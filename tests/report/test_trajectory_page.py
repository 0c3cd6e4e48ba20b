"""The page of a trajectory, its picture, and the page of a folder that holds some."""

import json
import re
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from rsrg.formatting import with_error
from rsrg.physics.pairs import PAIR_NAMES
from rsrg.report.page.study_page import study_content, study_sentence
from rsrg.report.page.trajectory_page import trajectory_content
from rsrg.results.any_run import open_stored_run
from rsrg.results.trajectory_run import MeanRecord
from rsrg.studies.members import Member, study_members


@pytest.fixture
def folder(command, tmp_path):
    """Two trajectories of other glasses, and an ensemble of exact super blocks beside them."""
    assert command("init", "trajectory").returncode == 0
    for name, materials in (("one", "[a-SiO2]"), ("two", "[BK7, {alpha: 0.7}]")):
        done = command("run", "trajectory.yaml", "-o", "materials", materials, "--output",
                       f"all/{name}.h5", "--no-progress")  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("M of sixteen packings\n16 frames, ")
    return tmp_path / "all"


def test_the_page_has_the_means_with_errors(folder):
    with closing(open_stored_run(folder / "two.h5")) as run:
        content = trajectory_content(run)
        mean, error = (run.read(f"trajectory/{n}")[1] for n in ("mean", "mean_stderr"))
        ax = run.plot.coupling(Figure().subplots())
    tables = {t.key: t for s in content.sections for t in s.tables}
    assert [c.heading for c in tables["means-table"].columns[1:]] == [
        f"M_{p}{p}" for p in PAIR_NAMES
    ]
    glass, *cells = tables["means-table"].rows[1]
    assert glass.text == "alpha=0.7"
    for k, cell in enumerate(cells):
        assert cell.text == with_error(mean[k, k], error[k, k])
    charts = {c.key: c for s in content.sections for c in s.charts}
    assert charts.keys() == {"frames-chart", "norms-chart"}
    names = [t["name"] for t in charts["frames-chart"].traces if t.get("showlegend", True)]
    assert names == [*(f"M_{p}{p}" for p in PAIR_NAMES), "mean over frames"]
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend[-2:] == ["mean over frames", "its standard error"]


def test_a_folder_of_trajectories(folder, command, pytestconfig):
    done = command("report", folder)
    assert done.returncode == 0, done.stderr
    said = "2 trajectories: the mean of M is zero within errors in 2 of them."
    assert done.stdout.startswith(f"{said}\n")
    html = (folder / "all.html").read_text(encoding="utf-8")
    assert said in html
    assert "has results yet" not in html
    assert "<dt>critical strain</dt>" not in html
    for name in ("one", "two"):
        assert (folder / f"{name}.html").exists()
        assert f'href="{name}.html"' in html
    (table,) = study_content(folder, study_members(folder)).sections[-1].tables
    assert [(r[0].text, r[3].text, r[4].text) for r in table.rows] == [
        ("one.h5", "a-SiO2", "2"), ("one.h5", "a-SiO2", "4"),
        ("two.h5", "BK7", "2"), ("two.h5", "BK7", "4"),
        ("two.h5", "alpha=0.7", "2"), ("two.h5", "alpha=0.7", "4"),
    ]  # fmt: skip
    assert all(len(row) == len(table.columns) for row in table.rows)
    records = json.loads(command("report", folder, "--json").stdout)
    assert [(r["run"], r["material"], r["degree"]) for r in records] == [
        (row[0].text, row[3].text, int(row[4].text)) for row in table.rows
    ]
    exact = command(
        "exact",
        pytestconfig.rootpath / "configs" / "exact_small.yaml",
        "--output",
        folder / "exact.h5",
        "-q",
    )
    assert exact.returncode == 0, exact.stderr
    done = command("report", folder)
    assert f"{said} 1 ensemble of exact super blocks." in done.stdout
    html = (folder / "all.html").read_text(encoding="utf-8")
    assert re.search(r'id="exact".*href="exact.html"', html, re.S)


def member(zero=(), **rest):
    probabilities = [np.nan if z is None else 0.5 if z else 0.001 for z in zero]
    means = tuple(MeanRecord("x", 2, 1.0, 1.0, p) for p in probabilities)
    given = {"name": "a.h5", "path": None, "state": "finished", "done": 3, "total": 3}
    return Member(**given | {"parameters": {}, "kind": "trajectory", "means": means} | rest)


def test_sentences():
    three = [member([True, True]), member([True, False]), member([None])]
    assert study_sentence(three) == (
        "3 trajectories: the mean of M is zero within errors in 1 of them, unknown in 1."
    )
    begun = member(state="stopped", done=1)
    assert study_sentence([begun]) == "No run of this study has results yet."
    (table,) = study_content(Path("x"), [begun]).sections[-1].tables
    assert [cell.text for cell in table.rows[0]][:3] == ["a.h5", "stopped", "1"]
    assert len(table.rows[0]) == len(table.columns)
