"""Whether a run that its file calls running still has a process: what its lock says of it."""

import json
import os
import shutil
import signal
from dataclasses import asdict, replace

import pytest

import rsrg
from rsrg.execution.clock import CLOCK
from rsrg.storage.lock import Holder, lock_path, locked
from rsrg.studies import status
from rsrg.studies.status import run_status


@pytest.fixture
def unfinished(config, tmp_path):
    """A run file that says running, as one killed in its fifth chunk leaves it; no lock."""
    path = tmp_path / "run.h5"

    def keep(progress):
        if progress.done == 5:
            shutil.copy2(path, tmp_path / "kept.h5")

    rsrg.run(config, path, watch=keep)
    (tmp_path / "kept.h5").replace(path)
    assert rsrg.open_run(path).status == "running"
    assert not lock_path(path).exists()
    return path


def write_lock(path, **changed):
    holder = replace(Holder.of_this_process(CLOCK.now()), **changed)
    lock_path(path).write_text(json.dumps(asdict(holder)))
    return holder


def test_a_killed_process(held_run, command):
    """From running to interrupted by SIGKILL, in words, in JSON and as an exit code; and on."""
    process, path = held_run("-q")
    running = run_status(path)
    assert (running.state, running.alive, running.holder.pid) == ("running", True, process.pid)
    assert f"process {process.pid} on {Holder.of_this_process(CLOCK.now()).host}" in running.note
    process.send_signal(signal.SIGKILL)
    process.wait()
    killed = run_status(path)
    assert (killed.state, killed.alive) == ("interrupted", False)
    told = f"process {process.pid} is gone; resume or sweep goes on; saved "
    assert killed.note.startswith(told)
    shown = command("status", "--check", path)
    assert shown.returncode == 1
    assert told in shown.stdout
    assert shown.stdout.endswith("\n1 interrupted\n")
    (row,) = json.loads(command("status", "--json", path).stdout)
    assert (row["state"], row["alive"], row["holder"]["pid"]) == (
        "interrupted", False, process.pid,
    )  # fmt: skip
    rsrg.resume(path, walltime=1e-6)  # one chunk, which every session does
    assert run_status(path).state == "stopped"


def test_without_a_lock_nobody_runs_it(unfinished):
    """A copy of a run that is going on, or a run whose disk refused its last save."""
    found = run_status(unfinished)
    assert (found.state, found.holder, found.alive) == ("interrupted", None, False)
    assert found.note.startswith("no process has it; resume or sweep goes on; saved ")
    assert rsrg.resume(unfinished).status == "finished"


def test_a_number_that_another_process_has_now(unfinished):
    write_lock(unfinished, born="1")
    assert run_status(unfinished).state == "interrupted"


def test_of_another_host_nothing_is_known(unfinished):
    holder = write_lock(unfinished, host="elsewhere", pid=1234)
    found = run_status(unfinished)
    assert (found.state, found.holder, found.alive) == ("running", holder, None)
    assert found.note.endswith(
        "process 1234 on elsewhere; whether it lives cannot be seen from here"
    )


@pytest.mark.parametrize("content", ["", "{", "null", '{"pid": -1}'])
def test_a_lock_file_without_sense_names_nobody(unfinished, content):
    lock_path(unfinished).write_text(content)
    assert run_status(unfinished).state == "interrupted"


def test_reading_takes_no_lock_and_waits_for_none(unfinished):
    """While another holds it; and the lock can be taken while somebody reads."""
    with locked(unfinished, CLOCK.now(), CLOCK.sleep):
        before = lock_path(unfinished).read_bytes()
        assert run_status(unfinished).alive
        assert lock_path(unfinished).read_bytes() == before


def test_a_run_that_ends_while_it_is_looked_at(unfinished, finished, monkeypatch):
    """Its file said running, its lock is gone: not interrupted, but finished meanwhile."""

    def end(path):
        shutil.copy2(finished, path)

    monkeypatch.setattr(status, "named_holder", end)
    assert run_status(unfinished).state == "finished"


def test_a_run_that_is_resumed_while_it_is_looked_at(unfinished, config, monkeypatch):
    """Its process was gone, and another has it now: running."""
    seen, found = [None], []
    named = status.named_holder
    monkeypatch.setattr(status, "named_holder", lambda p: seen.pop() if seen else named(p))

    def look(progress):
        if not found:
            open_run, files = status.open_stored_run, [first]
            with monkeypatch.context() as patch:
                patch.setattr(
                    status, "open_stored_run", lambda p: files.pop() if files else open_run(p)
                )
                found.append(run_status(unfinished))

    first = rsrg.open_run(unfinished)
    rsrg.resume(unfinished, watch=look)
    assert (found[0].state, found[0].alive) == ("running", True)


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_what_can_be_read_for_ever_is_not_read(tmp_path, make):
    path = tmp_path / "run.h5"
    make(path)
    found = run_status(path)
    assert (found.state, found.note) == ("damaged", "cannot read the run file: not a file")


def test_folders_with_the_name_of_a_run_are_no_runs(tmp_path):
    (tmp_path / "folder.h5").mkdir()
    assert status.statuses([tmp_path]) == []


def test_a_link_to_a_run_stays_one(unfinished, tmp_path, finished, same):
    """The file itself is locked and replaced, under whichever name it is resumed."""
    link = tmp_path / "elsewhere" / "link.h5"
    link.parent.mkdir()
    link.symlink_to(unfinished)
    seen = []

    def watch(progress):
        seen.append((run_status(link).alive, run_status(unfinished).alive))

    rsrg.resume(link, watch=watch)
    assert set(seen) == {(True, True)}
    assert link.is_symlink()
    same(unfinished, finished)
    assert [p.name for p in link.parent.iterdir()] == ["link.h5"]


def test_no_time_is_left_of_a_clock_that_went_back(config, tmp_path, clock, monkeypatch):
    """Within a session, by years: the time left is unknown, and not less than none."""

    def set_back(progress):
        if progress.done == 1:
            clock.turn(-6e7)

    path = tmp_path / "run.h5"
    rsrg.run(config, path, watch=set_back, walltime=1e-6)
    assert run_status(path).seconds_left is None
