"""Progress: one line that renews itself in a terminal, plain lines in a log, and NAME.log."""

import fcntl
import io
import itertools
import logging
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from types import ModuleType, SimpleNamespace

import pytest

import rsrg
from rsrg.config.loading import config_from_text
from rsrg.execution import progress_bar as bars
from rsrg.execution.notebook import in_notebook
from rsrg.execution.progress import Progress
from rsrg.execution.progress_bar import line, progress_bar

EACH_CHUNK = """
from rsrg.cli.app import main
from rsrg.execution import progress_bar
progress_bar.BAR_INTERVAL = progress_bar.BAR_DELAY = 0.0
main()
"""
TEXT = """\
schema_version: 1
materials: [{alpha: 0.7}]
lengths: {start: 50 angstrom, sample: 200 nm}
blocks: {n0: 4}
strain: {values: [0.0, 0.4, 0.8]}
readings: [fixed/ellipsoid]
sampling: {samples: 160}
"""


def test_a_line_in_words():
    done = Progress(30, 110, 2, 5, unsaved=75.0)
    assert line(done, new=20, seconds=10.0) == (
        "step 2 of 5, 30 of 110 chunks, 2 chunks/s, 00:40 left, saved 01:15 ago"
    )
    assert "? left" in line(done, new=0, seconds=10.0)


def test_in_a_log_a_line_every_thirty_seconds_at_most(monkeypatch, clock):
    """Chunks of 0.4 s for two minutes."""
    monkeypatch.setattr(sys, "stderr", out := io.StringIO())
    with progress_bar(silent=False) as watch:
        for n in range(301):
            clock.turn(0.4)
            watch(Progress(n, 1000, 1, 5))
    lines = out.getvalue().splitlines()
    assert len(lines) == 4
    assert all(
        re.fullmatch(r"step 1 of 5, \d+ of 1000 chunks, [\d.]+ chunks/s, .*", x) for x in lines
    )
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", out.getvalue())


def test_the_rate_is_that_of_the_present_run_and_session(monkeypatch, clock):
    """Two runs of a sweep, of which the second had 275 of its chunks: 31 more in 31 s."""
    monkeypatch.setattr(sys, "stderr", out := io.StringIO())
    with progress_bar(silent=False) as watch:
        for total, first in ((200, 0), (1000, 275)):
            for n in range(32):
                watch(Progress(first + n, total, 1, 5))
                clock.turn(1.0)
    assert [re.findall(r"[\d.]+ chunks/s", x) for x in out.getvalue().splitlines()] == [
        ["1 chunks/s"],
        ["1 chunks/s"],
    ]


@pytest.mark.parametrize("quiet", [True, False])
def test_warnings_are_shown_unless_quiet(monkeypatch, quiet):
    monkeypatch.setattr(logging.Logger, "hasHandlers", lambda self: False)  # pytest has its own
    monkeypatch.setattr(sys, "stderr", out := io.StringIO())
    with progress_bar(silent=True, quiet=quiet):
        logging.getLogger("rsrg.runs").warning("took over %s", "a lock")
    assert out.getvalue() == ("" if quiet else "rsrg: took over a lock\n")


def test_in_a_terminal_one_line(tmp_path):
    """A pseudo-terminal: the bar renews itself with carriage returns, and is gone at the end.

    It does so at each chunk, however fast the run is.
    """
    (tmp_path / "c.yaml").write_text(TEXT)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))  # rows, columns
    process = subprocess.Popen(
        [sys.executable, "-c", EACH_CHUNK, "run", "c.yaml", "--output", "run.h5"],
        cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        shown += part
    os.close(ours)
    assert process.wait() == 0
    assert b"chunk/s" in shown or b"s/chunk" in shown
    assert b"step 1 of 3" in shown
    assert shown.count(b"\n") <= 1


def test_the_log_beside_the_file(command, tmp_path):
    (tmp_path / "c.yaml").write_text(TEXT.replace("n0: 4", "n0: 2"))
    for arguments in (
        ["run", "c.yaml", "--output", "run.h5"],
        ["resume", "run.h5", "-o", "title", "x"],
    ):
        done = command(*arguments, "-q")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    lines = (tmp_path / "run.log").read_text().splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00 INFO ", x) for x in lines)
    assert sum("begins" in x for x in lines) == 2  # it goes on from session to session
    assert "session 2 begins" in "".join(lines)
    assert "finished" in lines[-1]


def test_a_log_that_cannot_be_kept_is_no_reason_to_stop(command, tmp_path):
    (tmp_path / "c.yaml").write_text(TEXT.replace("n0: 4", "n0: 2"))
    (tmp_path / "run.log").mkdir()
    done = command("run", "c.yaml", "--output", "run.h5")
    assert done.returncode == 0
    assert "rsrg: no log is kept: " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def notebook(monkeypatch):
    """This process takes itself for the kernel of a notebook without ipywidgets.

    tqdm asks again which bar fits, and any warning of it would be an error.
    """
    kernel = ModuleType("IPython")
    kernel.get_ipython = lambda: SimpleNamespace(config={"IPKernelApp": {}})
    monkeypatch.setitem(sys.modules, "IPython", kernel)
    monkeypatch.setitem(sys.modules, "ipykernel.zmqshell", ModuleType("zmqshell"))
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    for name in ("auto", "autonotebook", "notebook"):
        monkeypatch.delitem(sys.modules, f"tqdm.{name}", raising=False)
    monkeypatch.setattr(bars, "BAR_DELAY", 0.0)


SMALL = config_from_text(TEXT.replace("n0: 4", "n0: 2").replace("samples: 160", "samples: 64"))


def test_in_a_notebook_a_bar_by_itself(notebook, capfd, tmp_path):
    assert in_notebook()
    rsrg.run(SMALL, tmp_path / "run.h5")
    shown = capfd.readouterr().err
    assert "step 6 of 6" in shown
    assert "24/24" in shown
    rsrg.resume(tmp_path / "run.h5", {"sampling.samples": 128})
    assert "48/48" in capfd.readouterr().err
    rsrg.resume(tmp_path / "run.h5")  # nothing is left to do
    assert capfd.readouterr().err == ""


def test_not_where_somebody_watches(notebook, capfd, tmp_path):
    seen = []
    rsrg.run(SMALL, tmp_path / "run.h5", watch=seen.append)
    assert (seen[-1].done, capfd.readouterr().err) == (24, "")


def test_nor_in_a_plain_script_or_terminal(capfd, tmp_path, monkeypatch):
    assert not in_notebook()
    terminal = SimpleNamespace(get_ipython=lambda: SimpleNamespace(config={}))
    monkeypatch.setitem(sys.modules, "IPython", terminal)
    assert not in_notebook()
    rsrg.run(SMALL, tmp_path / "run.h5")
    assert capfd.readouterr() == ("", "")


def test_a_bar_follows_the_next_run_and_a_larger_total(monkeypatch):
    monkeypatch.setattr(bars, "BAR_DELAY", 0.0)
    monkeypatch.setattr(sys, "stderr", out := io.StringIO())
    with bars.bar() as watch:
        for done, total in ((0, 4), (4, 4), (0, 4), (2, 4), (3, 8)):
            watch(Progress(done, total, 1, 1, "a note is shown at once"))
    shown = re.findall(r"\d/\d", out.getvalue())
    assert [k for k, _ in itertools.groupby(shown) if k[0] != "0"] == ["4/4", "2/4", "3/8"]
