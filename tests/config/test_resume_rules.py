"""Asking a run for more: only what is new is computed, and the bits are those of one long run."""

import json
import shutil
import signal

import numpy as np
import pytest

import rsrg
from rsrg.config.loading import config_from_source
from rsrg.config.schema import Config
from rsrg.config.yaml_source import YamlSource, override
from rsrg.ensemble.sampling import Sampler
from rsrg.errors import ConfigError
from rsrg.execution import tasks
from rsrg.execution.clock import CLOCK
from rsrg.storage import provenance

STRAINS = [0.0, 0.1, 0.2, 0.4, 0.5, 0.6000000000000001, 0.8]  # 3 * 0.2 in the grid of five
MORE = {
    "steps": {"lengths.sample": "300 nm"},
    "strains": {"strain.values": STRAINS},
    "finer grid": {"strain.values.count": 9},
    "wider list": {"strain.values": [-0.1, *STRAINS, 1.5]},
    "readings": {"readings": ["affine/ellipsoid", "fixed/ellipsoid", "affine/sphere"]},
    "glasses": {"materials": [{"alpha": 0.6}, "a-SiO2", {"alpha": 0.7}]},
    "all at once": {
        "lengths.sample": "300 nm",
        "strain.values": STRAINS,
        "readings": ["fixed/sphere", "affine/sphere", "fixed/ellipsoid"],
        "materials": ["PMMA", {"alpha": 0.7}, "a-SiO2"],
        "sampling.samples": 96,
    },
}


@pytest.fixture
def computed(monkeypatch):
    """How many cases (reading, strain) every chunk summed: (step, chunk) → list of counts."""
    seen = {}
    chunks = Sampler.chunks

    def count(self, step, numbers):
        cases = len(self.readings) * len(self.deformations)
        for number in numbers:
            seen.setdefault((step, number), []).append(cases)
        return chunks(self, step, numbers)

    monkeypatch.setattr(Sampler, "chunks", count)
    return seen


def extended(config, overrides):
    """The same config written with the overrides from the start."""
    source = YamlSource("x", config.text(), json.loads(config.resolved()), {})
    return config_from_source(override(source, overrides))


@pytest.mark.parametrize("more", MORE)
def test_extended_is_as_if_asked_at_first(config, finished, tmp_path, same, computed, more):
    wanted = extended(config, MORE[more])
    assert isinstance(wanted, Config)
    rsrg.run(wanted, tmp_path / "long.h5")
    path = tmp_path / "run.h5"
    shutil.copy2(finished, path)
    computed.clear()
    assert rsrg.resume(path, MORE[more]).config == wanted
    same(path, tmp_path / "long.h5")
    old, new = rsrg.open_run(finished), rsrg.open_run(path)
    cases = [np.prod(r.read("coupling/moments").shape[:4]) for r in (old, new)]
    assert sum(map(sum, computed.values())) == cases[1] - cases[0]  # only the new work


@pytest.mark.parametrize("at", [0, 2, 5, 13, 20])
def test_extension_stopped_anywhere(config, finished, tmp_path, same, at):
    overrides = MORE["all at once"]
    rsrg.run(extended(config, overrides), tmp_path / "long.h5")
    path, asked = tmp_path / "run.h5", []
    shutil.copy2(finished, path)

    def stop(progress):
        asked.append(progress.done)
        if len(asked) == at + 1:
            signal.raise_signal(signal.SIGTERM)

    assert rsrg.resume(path, overrides, watch=stop).status == "stopped"
    assert rsrg.resume(path).status == "finished"
    same(path, tmp_path / "long.h5")


def test_extending_an_unfinished_run(config, tmp_path, same, computed):
    path = tmp_path / "run.h5"
    rsrg.run(config, path, watch=lambda p: p.done == 5 and signal.raise_signal(signal.SIGTERM))
    assert rsrg.open_run(path).status == "stopped"
    computed.clear()
    rsrg.resume(path, MORE["strains"])
    assert {len(v) for v in computed.values()} == {1}
    rsrg.run(extended(config, MORE["strains"]), tmp_path / "long.h5")
    same(path, tmp_path / "long.h5")


def test_a_strain_moved_by_rounding_is_another_strain(finished):
    with pytest.raises(ConfigError, match=r"0\.6000000000000001 is in the file, and not asked for"):
        rsrg.resume(finished, {"strain.values": [0.0, 0.2, 0.4, 0.6, 0.8]})


def test_version_changes_are_noted(config, tmp_path, monkeypatch, caplog):
    path = tmp_path / "run.h5"
    rsrg.run(config, path, watch=lambda p: p.done == 5 and signal.raise_signal(signal.SIGTERM))
    now = provenance.versions()
    monkeypatch.setattr(tasks, "versions", lambda: now | {"numba": "99.0"})
    run = rsrg.resume(path)
    note = f"versions changed: numba {now['numba']} → 99.0"
    assert list(run.read("provenance/notes")) == ["", note]
    assert note in caplog.messages


def test_a_clock_that_goes_back_is_noted(config, tmp_path, monkeypatch, same, finished):
    times = iter(["2026-01-02T00:00:00+00:00"] * 4 + ["2026-01-01T00:00:00+00:00"] * 100)
    monkeypatch.setattr(CLOCK, "now", lambda: next(times))
    run = rsrg.run(config, tmp_path / "run.h5")
    assert run.attributes["updated"] == "2026-01-01T00:00:00+00:00"
    assert list(run.read("provenance/notes")) == [
        "the clock went back from 2026-01-02T00:00:00+00:00 to 2026-01-01T00:00:00+00:00"
    ]
    same(tmp_path / "run.h5", finished)
