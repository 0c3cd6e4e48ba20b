"""Where χ of second order has run away: no number of the flow is shown from there on."""

from contextlib import closing

import numpy as np
import pytest
from matplotlib.figure import Figure

import rsrg
from rsrg.config.loading import config_from_text
from rsrg.report.page.run_page import run_content
from rsrg.results.ran_away import ran_away, values_of_flow

TEXT = """\
schema_version: 1
materials: [{alpha: 0.6067}]
lengths: {start: 50 angstrom, sample: 1 mm}
blocks: {n0: 3}
strain: {component: xx, values: [-0.6, -0.3, 0.0, 0.4, 0.8, 1.2]}
readings: [fixed/ellipsoid, affine/sphere]
flow: {update: second_order}
sampling: {samples: 64, seed: 1}
"""
VALUES = "flow/inverse_eigenvalues"


@pytest.fixture(scope="module")
def run(made_once):
    def fill(folder):
        rsrg.run(config_from_text(TEXT, "second.yaml"), folder / "run.h5").close()

    with closing(rsrg.open_run(made_once("ran_away", fill) / "run.h5")) as opened:
        yield opened


@pytest.mark.parametrize("source", ["lattice", "continuum", "log"])
def test_numbers_end_with_the_flow(run, source):
    first = run.values("flow/runaway_step", source)
    assert (first >= 0).any()
    assert (first < 0).any()
    stored, shown = run.values(VALUES, source), values_of_flow(run, VALUES, source)
    for place in np.ndindex(first.shape):
        end = None if first[place] < 0 else first[place] - 1  # step 1 is the first row
        i, *rest = place
        path, known = shown[i, :, *rest], stored[i, :, *rest]
        np.testing.assert_array_equal(path[:end], known[:end])
        assert end is None or np.isnan(path[end:]).all()
    at = {"material": 0, "reading": 1, "step": -1, "strain": 5}
    whole = shown[0, -1, 1, 5] if source != "log" else shown[0, -1, 5]
    np.testing.assert_array_equal(values_of_flow(run, VALUES, source, **at), whole)


def test_deviations_end_with_either_flow(run):
    gone = values_of_flow(run, "flow/deviation", "continuum", step=-1)
    either = ran_away(run, "lattice") | ran_away(run, "continuum")
    np.testing.assert_array_equal(np.isnan(gone).all(axis=-1), either)


def test_a_resummed_flow_passes_through_infinity(finished):
    with closing(rsrg.open_run(finished)) as run:
        assert not ran_away(run, "lattice").any()
        np.testing.assert_array_equal(values_of_flow(run, VALUES), run.values(VALUES))


def test_pictures_leave_them_out(run):
    ax = run.plot.critical(Figure().subplots(), source="continuum", channel="xy")
    drawn = ax.get_lines()[0].get_ydata()
    np.testing.assert_array_equal(np.isnan(drawn), ran_away(run, "continuum")[0, 0])
    run.plot.deviation(Figure().subplots(), strain=1.2)


def test_the_page_leaves_them_out_and_says_so(run):
    content = run_content(run)
    dims, values = content.numbers._arrays["end_continuum"]
    assert dims == ("sign", "material", "reading", "strain", "channel")
    np.testing.assert_array_equal(np.isnan(values[0, ..., 0]), ran_away(run, "continuum"))
    charts = {c.key: c.caption for s in content.sections for c in s.charts}
    assert "χ ran away before are left out" in charts["strain"]
    assert "Curves end where χ ran above 10⁶ ρc_t²" in charts["flow"]
    assert {c.subject: c.level for c in content.checks}["second order"] == "bad"
