"""Figures at journal size: which there are, how large, with which letters, and of which bytes."""

import re

import matplotlib
import pytest
from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

import rsrg
from rsrg.errors import RunFileError
from rsrg.report.plots.blocks import draw_blocks
from rsrg.report.plots.write_figures import write_figures

MILLIMETRES = 25.4  # in an inch
NAMES = ["flow", "critical", "deviation", "blocks"]


@pytest.fixture(scope="module")
def run(finished):
    return rsrg.open_run(finished)


@pytest.mark.parametrize(("name", "width"), [("one_column", 86.0), ("two_columns", 178.0)])
def test_styles(name, width):
    """As `plt.style.use` finds them: they are in the package, not in a folder of the user."""
    with style.context(f"rsrg.report.{name}"):
        assert Figure().get_figwidth() * MILLIMETRES == pytest.approx(width, abs=0.05)  # 0.05 mm
        sizes = {
            k: v for k, v in matplotlib.rcParams.items() if k.endswith(("labelsize", "fontsize"))
        }
        sizes["font.size"] = matplotlib.rcParams["font.size"]
        numbers = [size for size in sizes.values() if isinstance(size, float)]
        assert len(numbers) >= 6
        assert min(numbers) >= 7.0
        assert matplotlib.rcParams["pdf.fonttype"] == 42
        assert matplotlib.rcParams["svg.fonttype"] == "none"


def test_bytes_and_letters(changed, tmp_path):
    """Twice the same bytes, whatever the rcParams are; text as text, fonts as TrueType."""
    one = {"readings": "[fixed/ellipsoid]"}
    sums = rsrg.run(changed(**one), tmp_path / "sums.h5")
    formulas = rsrg.run(changed(sampling="{estimator: formula}", **one), tmp_path / "formulas.h5")
    for image_format, run, names in (("svg", sums, NAMES), ("pdf", formulas, NAMES[:2])):
        once = write_figures(run, tmp_path / "a", image_format)
        with matplotlib.rc_context({"font.size": 20.0, "lines.linewidth": 9.0}):
            again = write_figures(run, tmp_path / "b", image_format)
        assert [p.stem for p in once] == names
        for a, b in zip(once, again, strict=True):
            assert a.read_bytes() == b.read_bytes(), a.name
    for name in NAMES:
        text = (tmp_path / "a" / f"{name}.svg").read_text()
        assert "fixed/ellipsoid" in text
        points = [float(s) for s in re.findall(r"font-size: ([0-9.]+)px", text)]
        assert points
        # indices and exponents are set at 70% of the smallest letters
        assert min(points) >= 0.7 * 7.0
    assert b"/FontFile2" in (tmp_path / "a" / "flow.pdf").read_bytes()


def test_size_of_one_reading(changed, tmp_path):
    """One column; and no deviation where the sum is an exact mean."""
    config = changed(
        readings="[affine/sphere]",
        blocks="{n0: 2, count: volume}",
        sampling="{estimator: exact}",
    )
    run = rsrg.run(config, tmp_path / "run.h5")
    paths = write_figures(run, tmp_path / "figures", "png", "alpha=0.7")
    assert [p.stem for p in paths] == ["flow", "critical", "blocks"]
    for path in paths:
        with Image.open(path) as picture:
            assert picture.width / 600 * MILLIMETRES == pytest.approx(86.0, abs=0.1)  # pixels


@pytest.mark.parametrize("strain", [0.0, 0.4, 0.8])
def test_blocks_have_room_for_their_labels(run, strain):
    """In panels of both sizes, the label of z is inside: the next panel would hide it."""
    for name, readings in (("one_column", 1), ("two_columns", 3)):
        with style.context(f"rsrg.report.{name}", after_reset=True):
            figure = Figure()
            axes = figure.subplots(1, readings, squeeze=False, subplot_kw={"projection": "3d"})[0]
            for ax in axes:
                draw_blocks(ax, run, "fixed/ellipsoid", strain, 0)
            canvas = FigureCanvasAgg(figure)
            canvas.draw()
            for ax in axes:
                label = ax.zaxis.label.get_window_extent(canvas.get_renderer())
                assert ax.bbox.x0 < label.x0 < label.x1 < ax.bbox.x1


def test_command(finished, tmp_path, command):
    """Beside the run file, of the glass that is asked for."""
    copy = tmp_path / "run.h5"
    copy.write_bytes(finished.read_bytes())
    done = command("report", copy, "--figures", "svg", "--material", "alpha=0.7")
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "run_figures"
    assert sorted(p.name for p in folder.iterdir()) == sorted(f"{n}.svg" for n in NAMES)
    assert "alpha=0.7" in (folder / "flow.svg").read_text()
    assert "figures: flow.svg, critical.svg, deviation.svg, blocks.svg in" in done.stdout
    refused = command("report", copy, "--figures", "gif")
    assert refused.returncode == 2
    assert "must be one of png, svg, pdf; got 'gif'" in refused.stderr
    refused = command("report", tmp_path, "--figures", "svg")
    assert refused.returncode == 1
    assert f"`--figures` needs the run file of a flow; got {tmp_path}" in refused.stderr


def test_refusals(run, tmp_path):
    with pytest.raises(RunFileError, match=r"a picture must end in \.png, \.svg, \.pdf; got fig"):
        write_figures(run, tmp_path, "gif")
    (tmp_path / "file").touch()
    with pytest.raises(RunFileError, match="cannot make the folder"):
        write_figures(run, tmp_path / "file", "svg")
    with pytest.raises(RunFileError, match="`material` must be one of"):
        write_figures(run, tmp_path, "svg", "x")
