"""A run file is read, and its checksum computed, once in a resume, and never to open the result."""

import signal
from pathlib import Path

import numpy as np
import pytest

import rsrg
from rsrg.storage import run_file


@pytest.fixture
def reads(monkeypatch):
    """The run files that are read and verified, in order."""
    reads = []
    verified = run_file._verified

    def counted(path):
        reads.append(Path(path))
        return verified(path)

    monkeypatch.setattr(run_file, "_verified", counted)
    return reads


def stopped_run(config, path):
    def stop(progress):
        if progress.done == 3:
            signal.raise_signal(signal.SIGTERM)

    rsrg.run(config, path, watch=stop)
    return path


def test_a_new_run_reads_nothing(config, tmp_path, reads):
    run = rsrg.run(config, tmp_path / "run.h5")
    assert reads == []
    assert np.isfinite(run.read("flow/chi")).all()


def test_a_resume_reads_once(config, tmp_path, reads, finished, same):
    path = stopped_run(config, tmp_path / "run.h5")
    reads.clear()
    run = rsrg.resume(path)
    assert reads == [path]
    assert run.status == "finished"
    assert np.isfinite(run.read("flow/chi")).all()  # what it gives is what it saved
    same(path, finished)


def test_a_finished_run_is_read_once(finished, reads):
    assert rsrg.resume(finished).status == "finished"
    assert reads == [finished]


def test_a_file_that_changed_before_the_lock_is_read_again(
    config, tmp_path, reads, monkeypatch, finished, same
):
    """Another process saved between our reading and our lock: what it saved is gone on from."""
    path = stopped_run(config, tmp_path / "run.h5")
    other = stopped_run(config, tmp_path / "other.h5")
    later = rsrg.resume(other, walltime=1e-6)  # further by a chunk
    assert later.progress[0] > rsrg.open_run(path).progress[0]
    read = run_file.Snapshot.__init__

    def read_then_saved(self, where):
        read(self, where)
        if len(reads) == 1:
            path.write_bytes(other.read_bytes())

    reads.clear()
    monkeypatch.setattr(run_file.Snapshot, "__init__", read_then_saved)
    begun = []
    rsrg.resume(path, watch=lambda progress: begun.append(progress.done))
    assert reads == [path, path]
    assert begun[0] == later.progress[0]
    same(path, finished)
