"""What asv measures can be measured: its configs are valid, its ratios what they say."""

import importlib
import sys

import pytest

from rsrg.config.loading import config_from_text


@pytest.fixture
def module(request, monkeypatch):
    """A module of the benchmarks, found as asv finds it."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(request.config.rootpath / "scripts/bench")])
    return lambda name: importlib.import_module(f"history.{name}")


def test_configs_are_valid(module):
    runs = module("runs")
    texts = [runs.draws_config(n0) for n0 in runs.DRAWS]
    texts += [runs.pool_config(n0) for n0 in runs.POOLS]
    for text in texts:
        assert config_from_text(text).steps() == runs.STEPS
    assert len(config_from_text(runs.WIDE).glasses()) == 12


def test_ratios_are_of_least_times_and_of_as_many_pairs(module, monkeypatch):
    """Ours takes 6, 3, 4 s for 10 pairs, C 5, 4, 2 s for its own; first calls do not count."""
    yardsticks, peers = module("yardsticks"), importlib.import_module("peers")
    monkeypatch.setattr(yardsticks, "_library", lambda: None)
    monkeypatch.setattr(peers, "c_peers", lambda library, threads: {"C, omp simd": None})
    taken = iter([1.0, 1.0, 6.0, 5.0, 3.0, 4.0, 4.0, 2.0])
    monkeypatch.setattr(yardsticks, "_seconds", lambda function: next(taken))
    pairs = yardsticks.CALLS * yardsticks.POINTS * (yardsticks.POINTS - 1) / 2
    assert yardsticks.over_c(lambda: None, 10.0, 3) == pytest.approx(3.0 / 2.0 * pairs / 10.0)
