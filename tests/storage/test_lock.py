"""One process at a time on a run file: refused with a name, taken over when dead, never guessed."""

import errno
import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import asdict, replace

import pytest

import rsrg
from rsrg.errors import RunFileError
from rsrg.execution.clock import CLOCK
from rsrg.storage.lock import Holder, lock_path, locked

SINCE = "2026-01-01T00:00:00+00:00"
HOLD = """
import sys
from pathlib import Path
from rsrg.execution.clock import CLOCK
from rsrg.storage.lock import locked
with locked(Path(sys.argv[1]), CLOCK.now(), CLOCK.sleep):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def held_by(tmp_path):
    """A process that holds the lock of run.h5."""
    path = tmp_path / "run.h5"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, path],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "held\n"
    yield path, process
    process.kill()
    process.communicate()


@pytest.fixture(params=[True, False], ids=["with locks", "without locks"])
def kernel(request, monkeypatch):
    """File systems that have locks, and those that say they have none."""
    if not request.param:

        def refuse(*arguments):
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

        monkeypatch.setattr(fcntl, "flock", refuse)
    return request.param


def written(path, holder):
    lock_path(path).write_text(json.dumps(asdict(holder)))


def test_refused_with_host_and_pid(held_by, config, kernel):
    path, process = held_by
    with pytest.raises(RunFileError) as caught:
        rsrg.run(config, path)
    holder = Holder.of_this_process(SINCE)
    assert re.fullmatch(
        f"{path} is being worked on by process {process.pid} on {holder.host}, since "
        rf"\d{{4}}-\d\d-\d\dT[0-9:]+\+00:00; one process at a time. "
        f"Look at it meanwhile: rsrg inspect {path}",
        str(caught.value),
    )
    assert not path.exists()


def test_refused_within_one_process(tmp_path, kernel):
    path = tmp_path / "run.h5"
    with locked(path, SINCE, CLOCK.sleep) as note:
        assert note == ""
        with (
            pytest.raises(RunFileError, match=f"worked on by process {os.getpid()} on "),
            locked(path, SINCE, CLOCK.sleep),
        ):
            pass
    assert not lock_path(path).exists()
    with locked(path, SINCE, CLOCK.sleep) as note:
        assert note == ""


def test_lock_of_a_killed_process_is_taken_over_and_said(held_by, config, kernel, caplog):
    path, process = held_by
    process.kill()
    process.wait()
    run = rsrg.run(config, path)
    said = run.read("provenance/notes")[-1]
    assert said.startswith(f"took over the lock of process {process.pid} on ")
    assert said.endswith(", which is gone")
    assert said in caplog.messages
    assert said in path.with_suffix(".log").read_text()
    assert not lock_path(path).exists()


def test_lock_of_a_process_killed_after_its_last_save_is_removed(held_by, finished):
    path, process = held_by
    shutil.copy2(finished, path)
    rsrg.resume(path)
    assert lock_path(path).exists()  # its holder lives
    process.kill()
    process.wait()
    rsrg.resume(path)
    assert not lock_path(path).exists()


def test_a_number_used_again_is_not_its_old_holder(tmp_path, kernel):
    """This very process's number, but of one that began at another time."""
    path = tmp_path / "run.h5"
    written(path, replace(Holder.of_this_process(SINCE), born="1"))
    with locked(path, SINCE, CLOCK.sleep) as note:
        assert note.startswith("took over")


def test_another_hosts_lock_is_never_taken(tmp_path, config, kernel):
    path = tmp_path / "a run.h5"
    written(path, replace(Holder.of_this_process(SINCE), host="elsewhere", pid=1234))
    with pytest.raises(RunFileError) as caught:
        rsrg.run(config, path)
    message = str(caught.value)
    assert "is locked by process 1234 on elsewhere, since " in message
    advice = message.partition("If it surely does not: ")[2]
    assert advice == f"rm '{lock_path(path)}'"
    subprocess.run(advice, shell=True, check=True)  # as a user would
    assert rsrg.run(config, path).status == "finished"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"pid": -1}', "\0" * 100_000])
def test_a_lock_file_without_sense_holds_nobody_off(tmp_path, kernel, text):
    path = tmp_path / "run.h5"
    lock_path(path).write_text(text)
    with locked(path, SINCE, CLOCK.sleep):
        assert json.loads(lock_path(path).read_text())["pid"] == os.getpid()


def test_of_two_at_the_same_moment_one_wins(tmp_path, text):
    """Four at once, in fact: one runs, the others are told who does, or that the file is there."""
    (tmp_path / "c.yaml").write_text(text)
    code = (
        "import sys; from rsrg.cli.app import main; import rsrg.execution.engine\n"
        "print('ready', flush=True); sys.stdin.read(); main()"
    )
    held, gun = os.pipe()  # all four read it, and begin when it is closed
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, "run", "c.yaml", "--output", "run.h5", "--no-progress"],
            cwd=tmp_path, stdin=held, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(4)
    ]  # fmt: skip
    os.close(held)
    assert [process.stdout.readline() for process in started] == ["ready\n"] * 4
    os.close(gun)
    ended = [(p.communicate()[1], p.returncode) for p in started]
    assert sorted(code for _, code in ended) == [0, 1, 1, 1]
    for err, returncode in ended:
        assert "Traceback" not in err
        if returncode:
            assert "is being worked on by process" in err or "exists already" in err
    assert list(rsrg.open_run(tmp_path / "run.h5").read("provenance/reason")) == ["finished"]


def test_leftovers_of_a_killed_process_are_removed(tmp_path, config):
    path = tmp_path / "run.h5"
    for name in (".run.h5.123.tmp", ".run.h5.99.prev"):
        (tmp_path / name).write_text("half a file")
    (tmp_path / ".other.h5.123.tmp").write_text("of another run")
    rsrg.run(config, path)
    names = sorted(p.name for p in tmp_path.iterdir())
    assert names == [".other.h5.123.tmp", "run.h5", "run.h5.prev", "run.log"]


def test_readers_take_no_lock(held_by, finished):
    path, _ = held_by
    path.write_bytes(finished.read_bytes())
    assert rsrg.open_run(path).status == "finished"
    assert rsrg.resume(path).status == "finished"  # nothing to do: reading too


def test_a_signal_frees_the_lock(tmp_path, config):
    path = tmp_path / "run.h5"

    def stop(progress):
        if progress.done == 2:
            signal.raise_signal(signal.SIGUSR1)

    assert rsrg.run(config, path, watch=stop).status == "stopped"
    assert not lock_path(path).exists()
