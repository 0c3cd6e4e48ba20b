"""What a session notes of the software and the processor that it follows."""

import signal

import pytest

import rsrg
from rsrg.errors import RunFileError
from rsrg.execution import session_record
from rsrg.execution.session_record import SessionRecord, _changes
from rsrg.execution.tasks import environment_fingerprint


@pytest.fixture
def stopped(config, tmp_path):
    path = tmp_path / "run.h5"
    rsrg.run(config, path, watch=lambda p: p.done == 5 and signal.raise_signal(signal.SIGTERM))
    return path


def test_another_processor_is_noted_and_refused(stopped, monkeypatch, caplog):
    here = environment_fingerprint()
    monkeypatch.setattr(
        session_record, "environment_fingerprint", lambda: here | {"processor": "z80-1234"}
    )
    text = f"processor {here['processor']} → z80-1234"
    with pytest.raises(RunFileError, match=f"last bits could differ: {text}"):
        rsrg.resume(stopped, same_bits=True)
    with rsrg.open_run(stopped) as before:
        assert len(before.provenance) == 1  # nothing was done
    run = rsrg.resume(stopped)
    assert run.status == "finished"
    assert run.provenance[-1]["notes"] == f"versions changed: {text}"
    assert f"versions changed: {text}" in caplog.messages


def test_the_same_processor_goes_on(stopped, same, finished):
    assert rsrg.resume(stopped, same_bits=True).status == "finished"
    same(stopped, finished)


def test_what_an_older_rsrg_did_not_record_is_no_change():
    assert _changes("numpy 2.0", "numpy 2.0, processor znver5-1") == ""
    assert _changes("numpy 2.0, blas Zen", "numpy 2.1, blas Zen") == "numpy 2.0 → 2.1"
    assert SessionRecord(created="").changes() == ""
