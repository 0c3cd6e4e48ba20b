"""Which signals stop a run: those of terminals and batch systems, unless they are ignored."""

import signal

import pytest

import rsrg
from rsrg.execution.signals import STOP_SIGNALS, StopRequest, stop_on_signals

BATCH = ("SIGHUP", "SIGUSR1", "SIGUSR2", "SIGXCPU", "SIGTERM")


@pytest.mark.parametrize("name", BATCH)
def test_saves_and_ends_with_75(held_run, name):
    process, path = held_run("-q")
    process.send_signal(getattr(signal, name))
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 75, errors
    with rsrg.open_run(path) as run:
        assert run.read("provenance/reason")[-1] == f"stopped by {name}"


def test_ignored_signals_stay_ignored():
    """As nohup leaves SIGHUP."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        request = StopRequest()
        with stop_on_signals(request, lambda name: None):
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            signal.raise_signal(signal.SIGHUP)
        assert request.reason is None
    finally:
        signal.signal(signal.SIGHUP, before)


def test_handlers_are_given_back():
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    request = StopRequest()
    with stop_on_signals(request, lambda name: None):
        signal.raise_signal(signal.SIGXCPU)
    assert request.reason == "SIGXCPU"
    assert {number: signal.getsignal(number) for number in STOP_SIGNALS} == before
