"""Pictures of a finished run: whatever the user's matplotlib, names and files are."""

import os
import subprocess
import sys

import matplotlib
import pytest

from rsrg.report.flow_figure import flow_figure
from rsrg.report.style import SOFTWARE, is_foreign, require_own

MAIN = "from rsrg.cli.app import main; main()"


def run(folder, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-c", MAIN, "run", "small.yaml", *arguments],
        cwd=folder, capture_output=True, text=True, check=False, env=os.environ | environment,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path, text):
    (tmp_path / "small.yaml").write_text(text.replace("alpha: 0.7", 'name: "a$b^$c", alpha: 0.7'))
    return tmp_path


@pytest.mark.parametrize(
    "environment",
    [{"MPLBACKEND": "module://matplotlib_inline.backend_inline"}, {"MATPLOTLIBRC": "rc"}],
    ids=["notebook", "usetex"],
)
def test_settings_of_the_user(folder, environment):
    """A notebook's backend is inherited; a matplotlibrc asks for LaTeX, which is not there."""
    (folder / "rc").write_text("text.usetex: True\nfont.size: 3\n")
    done = run(folder, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert SOFTWARE.encode() in (folder / "runs" / "small.png").read_bytes()


def test_names_are_no_markup(folder, finished, tmp_path):
    assert run(folder, "-o", "materials", "[{name: 'a$b^$c', alpha: 0.7}]").returncode == 0
    assert (folder / "runs" / "small.png").exists()


def test_settings_stay(finished, tmp_path):
    import rsrg

    before = dict(matplotlib.rcParams)
    with rsrg.open_run(finished) as opened:
        flow_figure(opened, tmp_path / "x.png")
    assert dict(matplotlib.rcParams) == before


def test_files_of_the_user_stay(folder):
    (folder / "runs").mkdir()
    (folder / "runs" / "small.png").write_text("mine")
    done = run(folder)
    assert done.returncode == 0  # the run is finished, and its table is printed
    assert "run file: runs/small.h5" in done.stdout
    assert done.stderr.startswith("rsrg: no picture: runs/small.png is there already")
    assert (folder / "runs" / "small.png").read_text() == "mine"


def test_a_picture_that_cannot_be_written_is_one_line(folder):
    (folder / "runs" / "small.png").mkdir(parents=True)
    done = run(folder)
    assert done.returncode == 0
    assert done.stderr == (
        "rsrg: no picture: cannot write the picture runs/small.png: Is a directory\n"
    )


def test_own_pictures_are_drawn_again(finished, tmp_path):
    import rsrg

    with rsrg.open_run(finished) as opened:
        for ending in (".png", ".svg"):
            path = tmp_path / f"x{ending}"
            require_own(path)
            flow_figure(opened, path)
            assert not is_foreign(path, SOFTWARE)
            require_own(path)
