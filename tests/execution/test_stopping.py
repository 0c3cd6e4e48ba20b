"""Stopping in time: walltime, SLURM, chunks that are too long, and loops of short sessions."""

import itertools
import logging
import math
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future

import numpy as np
import pytest

import rsrg
from rsrg.config.loading import config_from_text
from rsrg.ensemble.sampling import Sampler
from rsrg.execution import in_order, state
from rsrg.execution.clock import Clock
from rsrg.execution.executor import STOP_GRACE
from rsrg.execution.pace import SAVE_SHARE, Pace
from rsrg.execution.threads import Threads
from rsrg.execution.walltime import SLURM_END, SLURM_GRACE, TimeLimit

ONE_STEP = """\
schema_version: 1
materials: [{alpha: 0.7}]
lengths: {start: 50 angstrom, sample: 10 nm}
blocks: {n0: 2}
strain: {values: [0.0, 0.4, 0.8]}
readings: [fixed/ellipsoid, affine/sphere]
sampling: {samples: 64, seed: 3}
"""


def test_the_earlier_limit_counts(monkeypatch, clock):
    monkeypatch.delenv(SLURM_END, raising=False)
    assert TimeLimit.from_walltime(None).left() == math.inf
    monkeypatch.setenv(SLURM_END, str(int(clock.time) + 1000))
    slurm = TimeLimit.from_walltime(5000.0)
    assert slurm.reason == SLURM_END
    assert slurm.left() == 1000 - SLURM_GRACE
    clock.turn(500.0)
    assert slurm.left() == 500 - SLURM_GRACE
    assert TimeLimit.from_walltime(10.0).reason == "walltime"
    monkeypatch.setenv(SLURM_END, "soon")
    assert TimeLimit.from_walltime(None).left() == math.inf


def test_an_end_in_the_past_is_of_another_job(config, tmp_path, monkeypatch, clock):
    """It is said, and not obeyed: the run goes on to its end."""
    monkeypatch.setenv(SLURM_END, str(int(clock.time) - 3600))
    assert TimeLimit.from_walltime(None).left() == math.inf
    assert TimeLimit.from_walltime(50.0).left() == 50.0
    run = rsrg.run(config, tmp_path / "run.h5")
    assert run.status == "finished"
    note = run.provenance[0]["notes"]
    assert note == f"{SLURM_END} was 1 h 0 min ago: it is not obeyed"


def test_slurm_ends_a_run(config, tmp_path, monkeypatch, same, finished, clock):
    """An end that has come: one chunk, which every session does, and no more."""
    monkeypatch.setenv(SLURM_END, str(int(clock.time)))
    run = rsrg.run(config, tmp_path / "run.h5")
    assert (run.status, run.progress) == ("stopped", (1, 12))
    assert run.read("provenance/reason")[-1] == f"stopped by {SLURM_END}"
    sessions = 1
    while run.status == "stopped":
        sessions, run = sessions + 1, rsrg.resume(tmp_path / "run.h5")
    assert sessions in (12, 13)  # results that are not there at once are left for one more
    same(tmp_path / "run.h5", finished)


class AtOnce:
    """Computes a unit while it is submitted, so that nothing turns the clock at another moment."""

    fatal = ()
    stop_grace = 0.0
    starts_at_once = True
    unit_seconds = 0.0
    handling_seconds = 0.0
    workers = max_in_flight = 1

    def share(self, value):
        return value

    def submit(self, task, *arguments):
        future = Future()
        future.set_result(task(*arguments))
        return future


def test_a_chunk_that_would_be_too_long_is_not_begun(config, tmp_path, monkeypatch, clock):
    """Chunks of 0.3 s, 1 s of time: a fourth could not be saved by then."""
    chunks = Sampler.chunks

    def slow(self, step, numbers):
        clock.turn(0.3)
        return chunks(self, step, numbers)

    monkeypatch.setattr(Sampler, "chunks", slow)
    began = clock.time
    run = rsrg.run(config, tmp_path / "run.h5", walltime=1.0, executor=AtOnce())
    assert run.status == "stopped"
    assert run.read("provenance/reason")[-1] == "stopped by walltime"
    assert 1 <= run.progress[0] <= 3
    assert clock.time - began < 1.0


@pytest.fixture
def over():
    """What never ends waits for this: it is set when the test is over, if not before."""
    over = threading.Event()
    yield over
    over.set()


def test_a_chunk_that_never_ends_is_left_behind(
    config, tmp_path, monkeypatch, same, finished, over
):
    """A signal within a chunk that hangs: the run ends after the grace, without that chunk."""
    assert Threads.stop_grace <= STOP_GRACE < 5.0  # s, the promise, with time to save
    monkeypatch.setattr(Threads, "stop_grace", 0.0)
    chunks = Sampler.chunks

    def endless(self, step, numbers):
        if (step, numbers.start) == (1, 2):
            over.wait()
        return chunks(self, step, numbers)

    monkeypatch.setattr(Sampler, "chunks", endless)
    asked = []

    def stop(progress):
        if progress.done == 6 and not asked:
            asked.append(True)
            signal.raise_signal(signal.SIGTERM)

    run = rsrg.run(config, tmp_path / "run.h5", watch=stop)
    assert (run.status, run.progress) == ("stopped", (6, 12))
    monkeypatch.undo()
    # the chunk left behind goes on beside the first of the new session: no two at once
    rsrg.resume(tmp_path / "run.h5", watch=lambda progress: over.set())
    same(tmp_path / "run.h5", finished)


def test_a_signal_while_results_are_computed(
    config, tmp_path, monkeypatch, same, finished, clock, over
):
    """They take longer than the grace, and are left for the next session."""
    asked = threading.Event()

    def endless(*arguments, threads):
        os.kill(os.getpid(), signal.SIGTERM)
        asked.wait()
        clock.turn(STOP_GRACE + 0.1)
        over.wait()

    monkeypatch.setattr(state, "compute_results", endless)
    run = rsrg.run(config, tmp_path / "run.h5", watch=lambda p: p.urgent and asked.set())
    assert (run.status, run.progress) == ("stopped", (12, 12))
    assert run.read("provenance/reason")[-1] == "stopped by SIGTERM"
    monkeypatch.undo()
    assert rsrg.resume(tmp_path / "run.h5").status == "finished"
    same(tmp_path / "run.h5", finished)


def test_saving_stays_under_two_percent(clock):
    """A save of 0.1 s, this one, and the last: 0.3 s, which 15 s can afford."""
    pace = Pace(every=1.0)
    assert pace.interval() == 1.0
    clock.turn(0.1)
    pace.saved(clock.time - 0.1)
    assert pace.interval() == pytest.approx(14.9, rel=1e-5)  # the clock counts to 2e-7 s
    clock.turn(14.8)
    assert not pace.due(step_complete=True)
    clock.turn(0.2)
    assert pace.due(step_complete=False)


def test_a_first_save_of_empty_arrays_says_little_of_the_next(clock):
    """Of 400 MB, at 200 MB/s: 2 s, and as long at the end. A later one that is timed counts."""
    pace = Pace(every=1.0)
    clock.turn(0.1)
    pace.saved(clock.time - 0.1, numbers=400_000_000)
    assert pace.interval() == pytest.approx(4.1 / SAVE_SHARE - 0.1, rel=1e-5)
    clock.turn(1.0)
    pace.saved(clock.time - 1.0, numbers=400_000_000)
    assert pace.saving == pytest.approx(0.9 * 2.0)  # what was expected is forgotten slowly


def test_waiting_for_workers_is_no_chunk_s_time(clock):
    """Four begun, three hours until workers are there, then chunks of 60 s: two hours do for many.

    As `InOrder` does it: the next is begun before the time of the last is noted.
    """
    pace, hours = Pace(1.0), 3600.0
    for unit in range(4):
        pace.begun(unit)
    clock.turn(3 * hours)
    for unit in range(4):
        assert not pace.too_late(2 * hours)
        pace.begun(4 + unit)
        pace.ended(unit)
        clock.turn(60.0)
    assert pace.unit == 3 * 60.0  # four in the queue of a worker: the last has waited for three
    assert pace.too_late(59.0)


def test_results_that_take_longer_than_the_time(
    config, tmp_path, monkeypatch, same, finished, clock, over
):
    """Left for the next session, which has them alone to do, and then takes its time."""
    compute_results = state.compute_results

    def endless(*arguments, threads):
        clock.turn(4.0)
        over.wait()

    def slow(*arguments, threads):
        clock.turn(4.0)
        return compute_results(*arguments, threads=threads)

    monkeypatch.setattr(state, "compute_results", endless)
    run = rsrg.run(config, tmp_path / "run.h5", walltime=2.0)
    assert (run.status, run.progress) == ("stopped", (12, 12))
    assert run.read("provenance/reason")[-1] == "stopped by walltime"
    monkeypatch.setattr(state, "compute_results", slow)
    assert rsrg.resume(tmp_path / "run.h5", walltime=2.0).status == "finished"
    same(tmp_path / "run.h5", finished)


def test_a_chunk_that_takes_longer_than_the_time(
    config, tmp_path, monkeypatch, same, finished, clock, over
):
    """Not the first of its session, so it is left behind, and there is time to save."""
    chunks = Sampler.chunks

    def endless(self, step, numbers):
        if (step, numbers.start) == (0, 1):
            clock.turn(31.0)
            over.wait()
        return chunks(self, step, numbers)

    monkeypatch.setattr(Sampler, "chunks", endless)
    run = rsrg.run(config, tmp_path / "run.h5", walltime=30.0)
    assert (run.status, run.progress) == ("stopped", (1, 12))
    over.set()
    monkeypatch.undo()
    rsrg.resume(tmp_path / "run.h5")
    same(tmp_path / "run.h5", finished)


@pytest.mark.parametrize(("seconds", "told"), [(160.0, 1), (10.0, 0)])
def test_chunks_longer_than_the_time_between_checkpoints(
    changed, tmp_path, monkeypatch, clock, caplog, seconds, told
):
    """Every 30 s was asked for: each chunk of 160 s is saved as it ends, and that is said once."""
    chunks, unsaved = Sampler.chunks, []

    def slow(self, step, numbers):
        clock.turn(seconds)
        return chunks(self, step, numbers)

    monkeypatch.setattr(Sampler, "chunks", slow)
    config = changed(checkpoint="{every: 30 s}")
    keep = {"watch": lambda progress: unsaved.append(progress.unsaved), "executor": AtOnce()}
    with caplog.at_level(logging.WARNING, "rsrg"):
        rsrg.run(config, tmp_path / "run.h5", **keep)
    assert sum("only whole chunks are saved" in r.getMessage() for r in caplog.records) == told
    assert max(unsaved) <= max(30.0, seconds)


@pytest.fixture
def stopped_for_an_hour(monkeypatch, clock):
    """The process is stopped (SIGSTOP) for an hour while it waits for its third unit."""
    wait, waits = in_order.wait, itertools.count(1)

    def waited(futures, timeout):
        if next(waits) == 3:
            clock.turn(3600.0)
        return wait(futures, timeout=timeout)

    monkeypatch.setattr(in_order, "wait", waited)


def test_a_pause_is_no_chunk_s_time(config, tmp_path, stopped_for_an_hour):
    """Of two hours: the hour that is left suffices for chunks that take no time."""
    run = rsrg.run(config, tmp_path / "run.h5", walltime=7200.0, executor=AtOnce())
    assert run.status == "finished"


def test_a_pause_takes_its_time_from_the_limit(config, tmp_path, stopped_for_an_hour):
    """Of half an hour: what was under way is saved, and nothing more is begun."""
    run = rsrg.run(config, tmp_path / "run.h5", walltime=1800.0, executor=AtOnce())
    assert (run.status, run.progress) == ("stopped", (3, 12))
    assert run.read("provenance/reason")[-1] == "stopped by walltime"


def test_the_clock_goes_on_while_the_machine_sleeps(monkeypatch):
    monkeypatch.setattr(time, "clock_gettime", lambda kind: {time.CLOCK_BOOTTIME: 7.0}[kind])
    assert Clock().monotonic() == 7.0


def test_the_first_chunk_counts_until_the_second_only(clock):
    pace = Pace(1.0)
    assert not pace.too_late(-1.0)  # a session always begins one
    for seconds in (3.0, 0.1, 0.2, 0.1):
        pace.begun("unit")
        clock.turn(seconds)
        pace.ended("unit")
    assert pace.unit == pytest.approx(0.2, rel=1e-5)  # the clock counts to 2e-7 s
    assert pace.too_late(0.1)
    assert not pace.too_late(0.5)


LOOP = """
set -u
rsrg() {{ {python} -c "from rsrg.cli.app import main; main()" "$@"; }}
rsrg run c.yaml --output run.h5 -q --walltime 0.01s
until rsrg resume run.h5 -q --walltime 0.01s; do
  code=$?
  [ $code = 75 ] || exit $code
done
"""


def test_until_resume_with_walltime(tmp_path, same):
    """The loop of the README, with a time so short that each session does one chunk of four."""
    config = config_from_text(ONE_STEP)
    (tmp_path / "c.yaml").write_text(config.text())
    done = subprocess.run(
        ["bash", "-c", LOOP.format(python=sys.executable)],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    run = rsrg.open_run(tmp_path / "run.h5")
    reasons = list(run.read("provenance/reason"))
    assert reasons == ["stopped by walltime"] * (len(reasons) - 1) + ["finished"]
    assert len(reasons) in (4, 5)  # results that are not there at once are left for one more
    assert "Traceback" not in done.stderr
    rsrg.run(config, tmp_path / "whole.h5")
    same(tmp_path / "run.h5", tmp_path / "whole.h5")
    assert np.isfinite(run.read("coupling/moments")).all()
