"""The log of a run, where a shell sends what a command prints into the same file."""

import subprocess
import sys

import pytest

import rsrg
from rsrg.execution.pace import Pace

COMMAND = "from rsrg.cli.app import main; main()"


@pytest.mark.parametrize("into", ["> run.log", ">> run.log", "2> run.log", "> run.log 2>&1"])
def test_what_is_printed_and_what_is_logged(tmp_path, text, into):
    """Neither writes over the other: each line is there, and whole."""
    (tmp_path / "small.yaml").write_text(text)
    (tmp_path / "run.log").write_text("what was there\n")
    done = subprocess.run(
        f'{sys.executable} -c "{COMMAND}" run small.yaml --output run.h5 -v {into}',
        shell=True, cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0
    lines = (tmp_path / "run.log").read_text().splitlines()
    assert (lines[0] == "what was there") == (into == ">> run.log")
    logged = [line for line in lines if line.startswith("20") and " INFO " in line]
    logged = [line for line in logged if "a checkpoint takes" not in line]  # on a slow disk
    assert [line.split(" INFO ")[1].split()[0] for line in logged] == ["run.h5:", "12", "finished;"]
    if ">" in into and "2> " not in into:
        assert lines.count("run file: run.h5") == 1
        assert "small" in lines
    if "2>" in into:
        assert "finished; saving took" in "\n".join(x for x in lines if x not in logged)


@pytest.mark.parametrize(("interval", "level"), [(100.0, "INFO"), (1000.0, "WARNING")])
def test_checkpoints_that_come_rarely(config, tmp_path, monkeypatch, caplog, interval, level):
    """A user is told where more than ten minutes may be lost; the log says it in any case."""
    monkeypatch.setattr(Pace, "interval", lambda self: interval if self.saving_in_all else 1.0)
    monkeypatch.setattr(Pace, "due", lambda self, step_complete: step_complete)
    caplog.set_level("INFO")
    rsrg.run(config, tmp_path / "run.h5")
    said = [r for r in caplog.records if "a checkpoint takes" in r.getMessage()]
    assert {record.levelname for record in said} == {level}
    assert "a checkpoint takes" in (tmp_path / "run.log").read_text()
