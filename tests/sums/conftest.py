import pytest

from rsrg.sums import threads


@pytest.fixture
def processors(monkeypatch):
    """Let the sums find so many processors."""

    def find(n):
        monkeypatch.setattr(threads, "available_threads", lambda: n)
        monkeypatch.setattr(threads, "THREADS_FROM", 0.0)  # however short a sum is

    return find
