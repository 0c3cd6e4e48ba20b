"""Stopping in time: walltime, SLURM, chunks that are too long, and loops of short sessions."""

import math
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import rsrg
from rsrg.ensemble.sampling import Sampler
from rsrg.errors import ConfigError
from rsrg.execution import session
from rsrg.execution.pace import Pace
from rsrg.execution.walltime import SLURM_END, SLURM_GRACE, TimeLimit, walltime_seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1-12:00:00", 129600), ("0-00:00:05", 5), ("12:00:00", 43200), ("100:00:01", 360001),
        ("5s", 5), ("30m", 1800), ("2h", 7200), ("1d", 86400), ("0.5s", 0.5), ("90 min", 5400),
        ("1 hour", 3600), (None, None),
    ],
)  # fmt: skip
def test_walltime(text, seconds):
    assert walltime_seconds(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "5", "0s", "-5s", "1:2:3", "12:60:00", "12:00", "5 m/s", "nan s", "9" * 400 + "s"]
)
def test_walltime_refused(text):
    with pytest.raises(ConfigError, match="`--walltime` must be a time greater than zero, such as"):
        walltime_seconds(text)


def test_the_earlier_limit_counts(monkeypatch):
    monkeypatch.delenv(SLURM_END, raising=False)
    assert TimeLimit.from_walltime(None).left() == math.inf
    monkeypatch.setenv(SLURM_END, str(int(time.time()) + 1000))
    slurm = TimeLimit.from_walltime(5000.0)
    assert slurm.reason == SLURM_END
    assert slurm.left() == pytest.approx(
        1000 - SLURM_GRACE, abs=3
    )  # whole seconds, and a slow test
    assert TimeLimit.from_walltime(10.0).reason == "walltime"
    monkeypatch.setenv(SLURM_END, "soon")
    assert TimeLimit.from_walltime(None).left() == math.inf


def test_slurm_ends_a_run(config, tmp_path, monkeypatch, same, finished):
    """An end that has come: one chunk, which every session does, and no more."""
    monkeypatch.setenv(SLURM_END, str(int(time.time())))
    run = rsrg.run(config, tmp_path / "run.h5")
    assert (run.status, run.progress) == ("stopped", (1, 12))
    assert run.read("provenance/reason")[-1] == f"stopped by {SLURM_END}"
    sessions = 1
    while run.status == "stopped":
        sessions, run = sessions + 1, rsrg.resume(tmp_path / "run.h5")
    assert sessions in (12, 13)  # results that are not there at once are left for one more
    same(tmp_path / "run.h5", finished)


def test_a_chunk_that_would_be_too_long_is_not_begun(config, tmp_path, monkeypatch):
    """Chunks of 0.3 s, 1 s of time: the third could not be saved by then."""
    chunk = Sampler.chunk

    def slow(self, step, number):
        time.sleep(0.3)
        return chunk(self, step, number)

    monkeypatch.setattr(Sampler, "chunk", slow)
    began = time.monotonic()
    run = rsrg.run(config, tmp_path / "run.h5", walltime=1.0)
    assert run.status == "stopped"
    assert run.read("provenance/reason")[-1] == "stopped by walltime"
    assert 1 <= run.progress[0] <= 3
    assert time.monotonic() - began < 1.0 + 0.5  # opening the file again is not counted


def test_a_chunk_that_never_ends_is_left_behind(config, tmp_path, monkeypatch, same, finished):
    """A signal within a chunk of minutes: the run ends within 5 s, without that chunk."""
    chunk = Sampler.chunk

    def endless(self, step, number):
        if (step, number) == (1, 2):
            time.sleep(12.0)
        return chunk(self, step, number)

    monkeypatch.setattr(Sampler, "chunk", endless)
    asked = []

    def stop(progress):
        if progress.done == 6 and not asked:
            asked.append(time.monotonic())
            signal.raise_signal(signal.SIGTERM)

    run = rsrg.run(config, tmp_path / "run.h5", watch=stop)
    assert time.monotonic() - asked[0] < 5.0  # the promise
    assert (run.status, run.progress) == ("stopped", (6, 12))
    monkeypatch.undo()
    rsrg.resume(tmp_path / "run.h5")  # waits for the chunk left behind: no two at once
    same(tmp_path / "run.h5", finished)


def test_a_signal_while_results_are_computed(config, tmp_path, monkeypatch, same, finished):
    compute_results = session.compute_results

    def slow(*arguments):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(8.0)
        return compute_results(*arguments)

    monkeypatch.setattr(session, "compute_results", slow)
    began = time.monotonic()
    run = rsrg.run(config, tmp_path / "run.h5")
    assert time.monotonic() - began < 7.0
    assert (run.status, run.progress) == ("stopped", (12, 12))
    monkeypatch.undo()
    assert rsrg.resume(tmp_path / "run.h5").status == "finished"
    same(tmp_path / "run.h5", finished)


def test_saving_stays_under_two_percent():
    """A save of 0.1 s, this one, and the last: 0.3 s, which 15 s can afford."""
    pace = Pace(every=1.0)
    assert pace.interval() == 1.0
    pace.saved(time.monotonic() - 0.1)
    assert pace.interval() == pytest.approx(5.0, rel=0.1)  # the clock goes on in between
    pace.saved_at -= 10.0
    pace.start -= 13.0
    assert not pace.due(step_complete=True)
    pace.start -= 3.0
    assert pace.due(step_complete=False)


def test_waiting_for_workers_is_no_chunk_s_time():
    """Four begun, three hours until workers are there, then chunks of 60 s: two hours do for many.

    As `InOrder` does it: the next is begun before the time of the last is noted.
    """
    pace, hours = Pace(1.0), 3600.0
    for unit in range(4):
        pace.begun(unit)
        pace.in_flight[unit] -= 3 * hours
    for unit in range(4):
        assert not pace.too_late(2 * hours)
        pace.begun(4 + unit)
        pace.ended(unit)
        for other in pace.in_flight:
            pace.in_flight[other] -= 60.0
    assert 60.0 <= pace.unit < 300.0  # four in the queue of a worker, and a test that is slow
    assert pace.too_late(59.0)


def test_results_that_take_longer_than_the_time(config, tmp_path, monkeypatch, same, finished):
    """Left for the next session, which has them alone to do, and then takes its time."""
    compute_results, begun = session.compute_results, []

    def slow(*arguments):
        begun.append(time.monotonic())
        time.sleep(max(0.0, 4.0 - time.monotonic() + began))
        return compute_results(*arguments)

    monkeypatch.setattr(session, "compute_results", slow)
    began = time.monotonic()
    run = rsrg.run(config, tmp_path / "run.h5", walltime=2.0)
    while len(begun) == 0:  # a busy machine takes more than 2 s for the chunks
        began = time.monotonic()
        run = rsrg.resume(tmp_path / "run.h5", walltime=2.0)
    assert (run.status, run.progress) == ("stopped", (12, 12))
    assert run.read("provenance/reason")[-1] == "stopped by walltime"
    began = time.monotonic()
    assert rsrg.resume(tmp_path / "run.h5", walltime=2.0).status == "finished"
    assert time.monotonic() - began >= 4.0
    same(tmp_path / "run.h5", finished)


def test_a_chunk_that_takes_longer_than_the_time(config, tmp_path, monkeypatch, same, finished):
    """Not the first of its session, so it is left behind, and there is time to save."""
    chunk, over = Sampler.chunk, threading.Event()

    def endless(self, step, number):
        if (step, number) == (0, 1):
            over.wait()
        return chunk(self, step, number)

    monkeypatch.setattr(Sampler, "chunk", endless)
    run = rsrg.run(config, tmp_path / "run.h5", walltime=30.0)  # the first one takes less
    assert (run.status, run.progress) == ("stopped", (1, 12))
    over.set()
    monkeypatch.undo()
    rsrg.resume(tmp_path / "run.h5")
    same(tmp_path / "run.h5", finished)


def test_the_first_chunk_counts_until_the_second_only():
    pace = Pace(1.0)
    assert not pace.too_late(-1.0)  # a session always begins one
    for seconds in (3.0, 0.1, 0.2, 0.1):
        pace.begun("unit")
        pace.in_flight["unit"] -= seconds
        pace.ended("unit")
    assert pace.unit == pytest.approx(0.2, abs=0.05)
    assert pace.too_late(0.1)
    assert not pace.too_late(0.5)


LOOP = """
set -u
rsrg() {{ {python} -c "from rsrg.cli.app import main; main()" "$@"; }}
rsrg run long.yaml --output run.h5 -q --walltime 1s
until rsrg resume run.h5 -q --walltime 2s; do
  code=$?
  [ $code = 75 ] || exit $code
done
"""


def test_until_resume_with_walltime(tmp_path, same):
    """The loop of the README, with a time shorter than the run."""
    text = (
        "schema_version: 1\nmaterials: [{alpha: 0.7}]\nlengths: {start: 50 angstrom, sample: 1 µm}"
        "\nblocks: {n0: 20}\nstrain: {values: {start: 0.0, stop: 0.8, count: 9}}\n"
        "readings: [fixed/ellipsoid, affine/sphere]\nsampling: {samples: 640, seed: 3}\n"
    )
    (tmp_path / "long.yaml").write_text(text)
    done = subprocess.run(
        ["bash", "-c", LOOP.format(python=sys.executable)],
        cwd=tmp_path, capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    run = rsrg.open_run(tmp_path / "run.h5")
    reasons = list(run.read("provenance/reason"))
    assert reasons[-1] == "finished"
    assert set(reasons[:-1]) == {"stopped by walltime"}
    assert "Traceback" not in done.stderr
    rsrg.run(rsrg.load_config(tmp_path / "long.yaml"), tmp_path / "whole.h5")
    same(tmp_path / "run.h5", tmp_path / "whole.h5")
    assert np.isfinite(run.read("coupling/moments")).all()
