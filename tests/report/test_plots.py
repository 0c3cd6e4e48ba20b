"""The plots of a run: what they show, what they refuse, and what they leave as it was."""

import os
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure
from mpl_toolkits.mplot3d import Axes3D

import rsrg
from rsrg.errors import RsrgError, RunFileError
from rsrg.report.disorder_figure import disorder_figure
from rsrg.report.flow_figure import flow_figure
from rsrg.report.plots.run_plots import RunPlots
from rsrg.results.block_positions import block_positions, body_matrix

PLANE = ("flow", "critical", "deviation")
QUENCHED = "{disorder: quenched, pool: 256, initial: {kind: lognormal, width: 0.3}}"


@pytest.fixture
def ax():
    return Figure().subplots()


@pytest.fixture
def solid():
    return Figure().subplots(subplot_kw={"projection": "3d"})


@pytest.fixture(scope="module")
def run(finished):
    return rsrg.open_run(finished)


@pytest.fixture(scope="module")
def quenched(changed, tmp_path_factory):
    config = changed(flow=QUENCHED, lengths="{log_ratio: 2}")
    return rsrg.run(config, tmp_path_factory.mktemp("quenched") / "run.h5")


def points(ax, **look):
    """The x and y of the only curve of an Axes that has this look."""
    curves = [
        line
        for line in ax.get_lines()
        if all(getattr(line, f"get_{name}")() == value for name, value in look.items())
    ]
    assert len(curves) == 1
    return curves[0].get_xydata().T


def test_flow_shows_the_eigenvalues_with_their_errors(run, ax):
    drawn = RunPlots(run).flow(
        ax, material="alpha=0.7", reading="affine/sphere", strain=0.4, channel="xx+yy+zz"
    )
    assert drawn is ax
    at = {"material": 1, "reading": 1, "strain": 2, "channel": 0}
    for source, look in (("lattice", "None"), ("continuum", "-"), ("log", ":")):
        color = {} if source == "lattice" else {"color": "#0072B2"}
        if source == "lattice":
            x, y = ax.containers[0].lines[0].get_xydata().T
        else:
            x, y = points(ax, linestyle=look, **color)
        np.testing.assert_array_equal(x, run.read("axes/length"))
        np.testing.assert_array_equal(y, run.values("flow/inverse_eigenvalues", source, **at))
    errors = run.values("flow/inverse_eigenvalues_stderr", **at)
    bars = ax.containers[0].lines[2][0].get_segments()
    # rounding of a sum and a difference of numbers of order one
    np.testing.assert_allclose([0.5 * (b[1, 1] - b[0, 1]) for b in bars], errors, atol=1e-15)
    assert ax.get_xlabel() == "length $L_n$ (m), at strain e = 0.4"
    assert ax.get_ylabel() == r"eigenvalues of $\chi^{-1}$ ($1/\rho c_t^2$)"
    assert ax.get_title() == "alpha=0.7, affine/sphere"


def test_critical_marks_the_first_crossing(changed, tmp_path, ax):
    """With its error, and with the strain that fails there, as in the table."""
    config = changed(
        strain="{component: xx, values: {start: 0.0, stop: 2.0, count: 9}}",
        lengths="{start: 50 angstrom, sample: 1 mm}", materials="[a-SiO2]",
    )  # fmt: skip
    run = rsrg.run(config, tmp_path / "run.h5")
    RunPlots(run).critical(ax)
    first = min(
        (
            c
            for c in run.critical_strains()
            if (c.reading, c.source) == ("fixed/ellipsoid", "lattice")
        ),
        key=lambda c: c.value,
    )
    mark = ax.containers[0]
    assert mark.lines[0].get_xydata().tolist() == [[first.value, 0.0]]
    low, high = mark.lines[2][0].get_segments()[0][:, 0]
    assert 0.5 * (high - low) == pytest.approx(first.stderr, abs=1e-12)  # rounding
    text = ax.texts[0].get_text()
    assert text.startswith(f"e = {first.value:.1f}"[:5])
    assert first.failing_strain in text


def test_nothing_is_marked_where_nothing_fails(run, ax):
    RunPlots(run).critical(ax, source="lattice", channel="yy-zz")
    assert not ax.texts


def test_deviation_is_counted_in_standard_errors(run, ax):
    RunPlots(run).deviation(ax, reading="affine/sphere", strain=0.8, channel="xy")
    at = {"material": 0, "reading": 1, "strain": 4, "channel": 3}
    for source, style in (("continuum", "-"), ("log", ":")):
        _, y = points(ax, linestyle=style, marker={"continuum": "o", "log": "s"}[source])
        total = run.values("flow/inverse_eigenvalues", **at)
        formula = run.values("flow/inverse_eigenvalues", source, **at)
        error = run.values("flow/inverse_eigenvalues_stderr", **at)
        # rounding of a difference of numbers of order one, over errors of 1e-4 and more
        np.testing.assert_allclose(y, (total - formula) / error, rtol=1e-8)
    assert ax.get_title() == "a-SiO2, affine/sphere, xy"


def test_sums_without_an_error_have_no_deviation(changed, tmp_path, ax):
    """Unstrained blocks have no coupling, and no error of it: nothing to count in."""
    config = changed(readings="[fixed/ellipsoid, fixed/sphere]")
    run = rsrg.run(config, tmp_path / "run.h5")
    assert not np.isfinite(run.read("flow/deviation_log")).all()
    RunPlots(run).deviation(ax, reading="fixed/sphere", strain=0.4)
    assert all(np.isfinite(line.get_ydata()).all() for line in ax.get_lines())
    assert np.isfinite(ax.get_ylim()).all()


def test_blocks_are_those_of_the_draw(run, solid):
    RunPlots(run).blocks(solid, reading="affine/sphere", strain=0.6, draw=5)
    drawn = np.stack(solid.collections[-1]._offsets3d, axis=-1)
    np.testing.assert_array_equal(drawn, block_positions(run, "affine/sphere", 0.6, 5))
    assert solid.get_title() == "affine/sphere, e = 0.6"
    reach = np.abs(body_matrix(run.config, "affine/sphere", 0.6)).max()
    assert solid.get_xlim()[1] >= reach


def test_disorder_shows_median_and_band(quenched, ax):
    RunPlots(quenched).disorder(ax, strain=[0.8, 0.1], reading="affine/sphere")
    levels = quenched.read("pool/level_quantiles")[0, :, 1, :, 0]
    quantiles = list(quenched.read("axes/quantile"))
    first, last, zero = ax.get_lines()
    np.testing.assert_array_equal(first.get_ydata(), levels[:, 0, quantiles.index(0.5)])
    np.testing.assert_array_equal(last.get_ydata(), levels[:, 4, quantiles.index(0.5)])
    assert (
        first.get_label() == "e = 0"
    )  # the nearer of 0 and 0.2, which are equally near: the first
    assert list(zero.get_ydata()) == [0.0, 0.0]
    assert first.get_marker() != last.get_marker()
    assert ax.get_xlabel() == "L ($L_1$)"


@pytest.mark.parametrize("name", PLANE)
def test_unknown_choices(name, run, ax):
    plot = getattr(RunPlots(run), name)
    for choice, allowed in (
        ({"material": "x"}, "`material` must be one of a-SiO2, alpha=0.7; got 'x'"),
        ({"reading": "x"}, "`reading` must be one of fixed/ellipsoid, affine/sphere; got 'x'"),
        ({"source": "x"}, "`source` must be one of lattice, continuum, log; got 'x'"),
        ({"channel": "x"}, "`channel` must be one of .*; got 'x'"),
    ):
        with pytest.raises(RunFileError, match=allowed):
            plot(ax, **choice)


def test_refusals(run, changed, tmp_path, ax, solid):
    with pytest.raises(RunFileError, match="is annealed: its blocks are all equal"):
        RunPlots(run).disorder(ax)
    with pytest.raises(RsrgError, match=r"`ax` must be 3-D axes, as plt\.subplots.*; got Axes"):
        RunPlots(run).blocks(ax)
    for name in PLANE:
        with pytest.raises(RsrgError, match="`ax` must be axes of a plane"):
            getattr(RunPlots(run), name)(solid)
    exact = rsrg.run(
        changed(blocks="{n0: 2, count: volume}", sampling="{estimator: exact}"),
        tmp_path / "run.h5",
    )
    with pytest.raises(RunFileError, match="has no standard errors to count deviations in"):
        RunPlots(exact).deviation(ax)
    assert RunPlots(exact).flow(ax) is ax


def test_unfinished_runs(unfinished, ax, solid):
    for name in ("flow", "critical", "deviation", "disorder", "blocks"):
        with pytest.raises(RunFileError, match=r"is stopped: .* of .* chunks; its results are"):
            getattr(RunPlots(unfinished), name)(solid if name == "blocks" else ax)


@pytest.fixture
def unfinished(run, monkeypatch):
    other = rsrg.open_run(run.path)
    other.snapshot.attributes = other.attributes | {"status": "stopped"}
    return other


STATE = """
import sys, matplotlib
before = dict(matplotlib.rcParams)
import rsrg.report, rsrg.report.plots.run_plots
assert "matplotlib.pyplot" not in sys.modules
assert dict(matplotlib.rcParams) == before
import rsrg
from pathlib import Path
from matplotlib.figure import Figure
from rsrg.report.flow_figure import flow_figure
from rsrg.report.plots.run_plots import RunPlots
from rsrg.report.plots.write_figures import write_figures
run, folder = rsrg.open_run(sys.argv[1]), Path(sys.argv[2])
plots = RunPlots(run)
for name in ("flow", "critical", "deviation"):
    getattr(plots, name)(Figure().subplots())
plots.blocks(Figure().subplots(subplot_kw={"projection": "3d"}))
flow_figure(run, folder / "picture.svg")
write_figures(run, folder, "svg")
assert "matplotlib.pyplot" not in sys.modules, "pyplot"
assert dict(matplotlib.rcParams) == before
import matplotlib.pyplot as plt
before, backend = dict(matplotlib.rcParams), matplotlib.get_backend()
for name in ("flow", "critical", "deviation", "blocks"):
    ax = getattr(plots, name)()
    assert ax.figure.number in plt.get_fignums(), "not shown by pyplot"
write_figures(run, folder, "svg")
assert matplotlib.get_backend() == backend == "svg"
assert dict(matplotlib.rcParams) == before
"""


def test_backend_and_rcparams_stay(changed, tmp_path):
    """With axes, pyplot is not even imported; without, figures are pyplot's own."""
    run = rsrg.run(changed(readings="[affine/sphere]"), tmp_path / "run.h5")
    done = subprocess.run(
        [sys.executable, "-c", STATE, run.path, tmp_path],
        env={**os.environ, "MPLBACKEND": "svg"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_pictures_are_made_of_the_same_plots(run, quenched, tmp_path, monkeypatch):
    """Of every reading; the picture's own curves are those of the plots."""
    saved = []
    for module in ("flow_figure", "disorder_figure"):
        monkeypatch.setattr(f"rsrg.report.{module}.save", lambda figure, path: saved.append(figure))
    assert flow_figure(run, tmp_path / "x.svg") == "a-SiO2"
    assert disorder_figure(quenched, tmp_path / "x.svg") == "a-SiO2"
    flow, disorder = saved
    for j, reading in enumerate(run.config.readings):
        for row, name in enumerate(("critical", "flow")):
            alone = getattr(RunPlots(run), name)(Figure().subplots(), reading=reading)
            for a, b in zip(alone.get_lines(), flow.axes[2 * row + j].get_lines(), strict=True):
                np.testing.assert_array_equal(a.get_xydata(), b.get_xydata())
    alone = RunPlots(quenched).disorder(Figure().subplots())
    for a, b in zip(alone.get_lines(), disorder.axes[0].get_lines(), strict=True):
        np.testing.assert_array_equal(a.get_xydata(), b.get_xydata())


def test_new_axes_of_blocks_are_solid(run, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    from matplotlib import pyplot

    ax = RunPlots(run).blocks()
    assert isinstance(ax, Axes3D)
    pyplot.close(ax.figure)
