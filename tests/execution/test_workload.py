"""A workload from outside the package: any work in chunks can be carried out by a session."""

import pytest

import rsrg
from rsrg.execution import session
from rsrg.execution.state import State


def square(step, chunk):
    """The task: a function of its arguments alone."""
    return (10 * step + chunk) ** 2


class Squares:
    """The squares of twelve numbers, in two steps of six chunks."""

    def __init__(self):
        self.results = {}

    def missing(self):
        for step in range(2):
            for chunk in range(6):
                if (step, chunk) not in self.results:
                    yield step, chunk

    def submit(self, executor, unit):
        return executor.submit(square, *unit)

    def store(self, unit, result):
        self.results[unit] = result

    def ends_step(self, unit):
        return unit[1] == 5

    @property
    def complete(self):
        return len(self.results) == 12


@pytest.fixture
def squares(monkeypatch):
    """A workload that every run carries out after its own."""
    squares, workloads = Squares(), State.workloads

    def with_squares(state, executor):
        yield from workloads(state, executor)
        yield squares

    monkeypatch.setattr(State, "workloads", with_squares)
    return squares


EXPECTED = {(step, chunk): (10 * step + chunk) ** 2 for step in range(2) for chunk in range(6)}


def test_is_carried_out_by_a_run(squares, config, finished, tmp_path, same):
    rsrg.run(config, tmp_path / "run.h5")
    assert squares.results == EXPECTED
    assert list(squares.results) == sorted(EXPECTED)  # in order
    same(tmp_path / "run.h5", finished)  # and the run's own work is as ever


def test_goes_on_where_it_was_stopped(squares, config, tmp_path):
    store = squares.store

    def stop_after_three(unit, result):
        store(unit, result)
        if len(squares.results) == 3:
            watched[0].request.reason = "SIGTERM"

    squares.store = stop_after_three
    watched = []
    carry_out = session.Session.carry_out

    def remember(self, workload, executor):
        watched.append(self)
        return carry_out(self, workload, executor)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session.Session, "carry_out", remember)
        assert rsrg.run(config, tmp_path / "run.h5").status == "stopped"
    assert 3 <= len(squares.results) < 12
    squares.store = store
    assert rsrg.resume(tmp_path / "run.h5").status == "finished"
    assert squares.results == EXPECTED
