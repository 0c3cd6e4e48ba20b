"""Output that cannot be written: no run ends of it, and no exit code of a run changes."""

import os
import signal
import subprocess
import sys

import pytest

from rsrg.cli.streams import LastingStream

MAIN = "from rsrg.cli.app import main; main()"


def shell(line, folder, **environment):
    """A line of bash, in which `rsrg` is the command line of this tree."""
    command = f'rsrg() {{ "{sys.executable}" -c "{MAIN}" "$@"; }}; {line}'
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=False,
        env=os.environ | environment,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path, text):
    (tmp_path / "small.yaml").write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    "output", [">/dev/full", "2>/dev/full", ">&-", "2>&-", ">&- 2>&-", "2>&1 | head -1"]
)
def test_runs_end_as_they_would(folder, output):
    done = shell(f"rsrg run small.yaml {output}; exit ${{PIPESTATUS[0]}}", folder)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert (folder / "runs" / "small.h5").exists()
    assert (folder / "runs" / "small.png").exists()


def test_characters_that_are_lacking_are_replaced(folder):
    lines = ("rsrg run small.yaml", "rsrg materials", "rsrg validate small.yaml",
             "rsrg report runs/small.h5", "rsrg status runs/small.h5")  # fmt: skip
    done = shell(" && ".join(lines), folder, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert "a-SiO2" in done.stdout
    assert "?" in done.stdout  # of α


def test_output_that_is_all_the_work_fails(folder):
    done = shell("rsrg materials >/dev/full", folder)
    assert (done.returncode, done.stderr) == (
        1, "rsrg: cannot write the output: No space left on device\n",
    )  # fmt: skip
    gone = shell("rsrg schema | head -1; exit ${PIPESTATUS[0]}", folder)
    assert (gone.returncode, gone.stderr) == (0, "")


def test_stopped_with_nobody_to_read_it(held_run):
    """SIGTERM while the reader of standard error is gone: saved, and exit code 75."""
    process, path = held_run("--no-progress")
    process.stderr.close()
    process.send_signal(signal.SIGTERM)
    process.stdin.close()
    process.stdout.read()
    assert process.wait(timeout=60) == 75
    assert path.exists()


class Failing:
    """A stream that can be written to only so often."""

    encoding = "utf-8"

    def __init__(self, times, error):
        self.times, self.error, self.texts = times, error, []

    def write(self, text):
        if len(self.texts) == self.times:
            raise self.error
        self.texts.append(text)

    def flush(self):
        pass


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (OSError(28, "No space left on device"), True),
        (BrokenPipeError(32, "Broken pipe"), False),
        (ValueError("I/O operation on closed file"), False),
    ],
)
def test_lasting(error, kept):
    stream = LastingStream(Failing(1, error))
    assert stream.write("one") == 3
    assert stream.write("two") == 3
    assert (stream.error is error) == kept
    assert stream.texts == ["one"]
    assert stream.encoding == "utf-8"
