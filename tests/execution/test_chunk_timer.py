"""The time that draws take, by a clock that the test turns."""

import pytest

from rsrg.execution.chunk_timer import ChunkTimer
from rsrg.execution.clock import CLOCK


@pytest.fixture
def after(monkeypatch):
    """Let so many seconds pass, then note a unit of one chunk."""
    now = [100.0]
    monkeypatch.setattr(CLOCK, "monotonic", lambda: now[0])

    def chunk(timer, seconds):
        now[0] += seconds
        timer.chunks_done(1)

    return chunk


def test_the_first_chunk_of_a_round_counts_as_the_others(after):
    """It compiles: its own time says nothing about more draws."""
    timer = ChunkTimer()
    timer.begin_round()
    after(timer, 20.0)
    assert timer.seconds() == 0.0  # nothing known yet
    for _ in range(3):
        after(timer, 2.0)
    assert timer.seconds() == pytest.approx(4 * 2.0)


def test_the_fastest_round_counts_for_all(after):
    timer = ChunkTimer()
    for seconds in (5.0, 2.0, 3.0):
        timer.begin_round()
        for _ in range(4):
            after(timer, seconds)
    assert timer.seconds() == pytest.approx(12 * 2.0)
