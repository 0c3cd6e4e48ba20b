"""What is shown of a run of strains on both sides of e = 0: each side with its own numbers."""

import re
from contextlib import closing
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

import rsrg
from rsrg.config.loading import config_from_text
from rsrg.formatting import with_error
from rsrg.physics.loading import sides_of
from rsrg.report.page.eigenvalue_charts import _first_zeros, eigenvalue_charts
from rsrg.report.page.verdict import verdicts
from rsrg.report.page.view import View
from rsrg.results.critical_record import first_failures

TEXT = """\
schema_version: 1
materials: [{alpha: 0.6067}]
lengths: {start: 50 angstrom, sample: 1 mm}
blocks: {n0: 3}
strain: {component: xx, values: {start: -0.6, stop: 1.6, count: 12}}
readings: [fixed/ellipsoid, affine/sphere]
sampling: {samples: 64, seed: 1}
"""


@pytest.fixture(scope="module")
def run(made_once):
    def fill(folder):
        rsrg.run(config_from_text(TEXT, "both.yaml"), folder / "run.h5").close()

    with closing(rsrg.open_run(made_once("both_sides", fill) / "run.h5")) as opened:
        yield opened


def first(run, reading, source):
    records = run.critical_strains()
    return first_failures([r for r in records if (r.reading, r.source) == (reading, source)])


def test_the_verdict_has_the_formula_of_each_side(run):
    log = first(run, "", "log")
    said = f"says {log['e > 0'].value:.4g} for e > 0 and {log['e < 0'].value:.4g} for e < 0."
    assert verdicts(run)[0].endswith(f"; the paper's formula {said}")


def test_pictures_mark_both(run):
    ax = run.plot.critical(Figure().subplots(), reading="fixed/ellipsoid")
    rings = [tuple(c.lines[0].get_xydata()[0]) for c in ax.containers]
    expected = first(run, "fixed/ellipsoid", "lattice")
    assert {x for x, _ in rings} == {r.value for r in expected.values()}
    assert len(rings) == len(ax.texts) == 2


@pytest.mark.parametrize("source", ["lattice", "continuum", "log"])
def test_the_page_marks_both(run, source):
    view = View(run)
    charts = {c.key: c for c in eigenvalue_charts(view)}
    marks = [t for t in charts["strain"].traces if t.get("name") == "first failure"]
    assert [t["showlegend"] for t in marks] == [True, False]
    dims, values = view.numbers._arrays[f"failure_{source}"]
    assert dims == ("sign", "side", "material", "reading")
    for j, reading in enumerate(view.readings):
        expected = first(run, "" if source == "log" else reading, source)
        shown = values[0, :, 0, j]
        for side, value in zip(sides_of(view.strains), shown, strict=True):
            assert np.isnan(value) if side not in expected else value == expected[side].value


def test_the_zeros_of_the_other_sign_are_met_from_no_strain_outwards():
    """On each side the one that loading meets first, whatever the order of the strains."""

    strains = np.array([-0.6, -0.4, -0.2, 0.0, 0.2, 0.4])
    lowest = np.array([-2.0, -1.5, 0.5, 1.0, 1.0, -1.0])

    def zeros(values):
        other = SimpleNamespace(inverse_eigenvalues={"log": values.reshape(1, 1, 6, 1)})
        view = SimpleNamespace(strains=strains, readings=("x",), other_sign=other)
        found = _first_zeros(view, "log")
        assert found.shape == (2, 1, 1)
        return found.ravel()

    np.testing.assert_allclose(zeros(lowest), [0.3, -0.25], rtol=1e-12)
    assert not zeros(-lowest[::-1]).any()  # below zero without any strain
    assert np.isnan(zeros(np.ones(6))).all()


def test_a_notebook_shows_both(run):
    cells = re.findall(r"<td[^>]*>(.*?)</td>", run._repr_html_())
    failures = first(run, "fixed/ellipsoid", "continuum").values()
    assert len(failures) == 2
    shown = ", ".join(f"{with_error(r.value, 0.0)} {r.channel}" for r in failures)
    assert shown in cells
