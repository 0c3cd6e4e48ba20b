"""`rsrg watch`: a screen that goes with its run and leaves nothing, or a line for each change."""

import json
import os
import pty
import signal
import subprocess
import sys
from dataclasses import asdict

import pytest

import rsrg
from rsrg.execution import pace
from rsrg.execution.clock import CLOCK
from rsrg.storage.lock import Holder, lock_path

COMMAND = """
from rsrg.studies import watching
watching.LOOK, watching.SHARE = 0.01, 1.0
from rsrg.cli.app import main
main()
"""
SCREEN, NO_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"
CURSOR = b"\x1b[?25h"


@pytest.fixture(scope="module")
def checkpoints(config, tmp_path_factory):
    """The run file as it was saved on the way: no chunk done, one step, two steps, all."""
    path, contents = tmp_path_factory.mktemp("checkpoints") / "run.h5", []

    def keep(progress):
        if progress.done in (1, 5, 9) and len(contents) < (progress.done + 3) // 4:
            contents.append(path.read_bytes())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pace, "SAVE_SHARE", 1e6)  # saved after each step, however short
        rsrg.run(config, path, watch=keep)
    return [*contents, path.read_bytes()]


def put(path, content):
    """Replace a file at once, as a run does."""
    path.with_suffix(".new").write_bytes(content)
    path.with_suffix(".new").replace(path)


def lock(path):
    """A lock that names this process, which runs."""
    lock_path(path).write_text(json.dumps(asdict(Holder.of_this_process(CLOCK.now()))))


@pytest.fixture
def on_a_terminal(tmp_path):
    """Start `rsrg watch` on a terminal of 80 × 24; read what it writes there, up to a text."""
    started = []

    def start(*arguments):
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "watch", *map(str, arguments)],
            cwd=tmp_path,
            env=os.environ | {"TERM": "xterm", "COLUMNS": "80", "LINES": "24"},
            stdin=slave,
            stdout=slave,
            stderr=subprocess.PIPE,
        )
        os.close(slave)
        started.append((process, master))

        def read(until=None):
            got = b""
            while until is None or until not in got:
                try:
                    new = os.read(master, 65536)
                except OSError:  # the other end is closed
                    new = b""
                if not new:
                    break
                got += new
            return got

        return process, read

    yield start
    for process, master in started:
        process.kill()
        process.wait()
        process.stderr.close()
        os.close(master)


def leaves_nothing(written):
    """All that was written lies between the beginning and the end of the alternate screen."""
    assert written.startswith(SCREEN)
    assert written.count(SCREEN) == written.count(NO_SCREEN) == 1
    assert written.endswith(CURSOR + NO_SCREEN)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_signals_end_it_and_leave_nothing(on_a_terminal, checkpoints, tmp_path, number, code):
    path = tmp_path / "run.h5"
    put(path, checkpoints[1])
    lock(path)
    process, read = on_a_terminal(path)
    shown = read(b"fixed/ellipsoid  e=")
    assert b"running, step 2 of 3, 4 of 12 chunks" in shown
    assert b"after step 1 of 3, 4 of 4 chunks" in shown
    process.send_signal(number)
    leaves_nothing(shown + read())
    assert process.stderr.read() == b""
    assert process.wait() == code


def test_it_ends_with_its_run(on_a_terminal, held_run):
    """The run goes on from its seventh chunk to its end, and was not disturbed."""
    process, path = held_run("-q")
    watching, read = on_a_terminal(path)
    shown = read(b"4 of 12 chunks")
    process.communicate(timeout=60)
    assert process.returncode == 0
    leaves_nothing(shown + read())
    assert watching.stderr.read() == b""
    assert watching.wait() == 0


def test_what_has_ended_already_is_a_line(on_a_terminal, finished):
    """No screen that would vanish at once."""
    watching, read = on_a_terminal(finished)
    assert read() == f"{finished}: finished, 12 of 12 chunks\r\n".encode()
    assert watching.wait() == 0


def test_a_line_for_each_change_without_a_terminal(
    command, checkpoints, tmp_path, clock, monkeypatch
):
    path = tmp_path / "run.h5"
    put(path, checkpoints[0])
    lock(path)
    later = [checkpoints[1], None, checkpoints[2], checkpoints[3]]

    def sleep(seconds):
        clock.turn(seconds)
        if (content := later.pop(0)) is not None:
            put(path, content)

    monkeypatch.setattr(CLOCK, "sleep", sleep)
    done = command("watch", path)
    assert (done.returncode, done.stderr, later) == (0, "", [])
    lines = done.stdout.splitlines()
    assert [line.split(" chunks")[0] for line in lines] == [
        f"{path}: running, step 1 of 3, 0 of 12",
        f"{path}: running, step 2 of 3, 4 of 12",
        f"{path}: running, step 3 of 3, 8 of 12",
        f"{path}: finished, 12 of 12",
    ]
    assert done.stdout.replace("\n", "").isprintable()


def test_how_runs_end(command, config, tmp_path):
    path = tmp_path / "run.h5"
    rsrg.run(config, path, walltime=1e-6)  # one chunk, which every session does
    done = command("watch", path)
    assert done.returncode == 75
    assert done.stderr == f"rsrg: {path}: stopped by walltime; 1 of 12 chunks are done\n"
    done = command("watch", tmp_path)
    assert (done.returncode, done.stdout) == (75, f"{tmp_path}: 1 stopped\n")
    rsrg.resume(path)
    done = command("watch", tmp_path)
    assert (done.returncode, done.stdout) == (0, f"{tmp_path}: 1 finished\n")


def test_what_cannot_be_watched(command, checkpoints, tmp_path):
    done = command("watch", "none.h5")
    assert (done.returncode, done.stderr) == (1, "rsrg: no such run file: none.h5\n")
    (tmp_path / "damaged.h5").write_bytes(checkpoints[0][:-1])
    done = command("watch", "damaged.h5")
    assert done.returncode == 1
    assert "is damaged: its content does not match its checksum" in done.stderr
    (tmp_path / "config.yaml").write_text("{}")
    assert command("watch", "config.yaml").returncode == 2


def test_a_failed_run(command, config, tmp_path, monkeypatch):
    from rsrg.ensemble.sampling import Sampler

    def fails(self, step, chunks):
        raise OSError("no disk")

    with monkeypatch.context() as patch:
        patch.setattr(Sampler, "chunks", fails)
        with pytest.raises(OSError, match="no disk"):
            rsrg.run(config, tmp_path / "run.h5")
    done = command("watch", "run.h5")
    assert done.returncode == 1
    assert "failed: OSError: no disk; 0 of 12 chunks are done" in done.stderr
