"""What a trajectory takes, told before it begins: engine, time, and memory that must suffice."""

import sys

import numpy as np
import pytest

import rsrg
from rsrg.config.loading import load_config
from rsrg.errors import ConfigError
from rsrg.execution import trajectory_timing
from rsrg.execution.trajectory_timing import require_trajectory, trajectory_plan
from rsrg.physics.errors import PhysicsError
from rsrg.sums import engines
from rsrg.sums.limits import MemoryLimit

BLOCKS = 3000  # so many that ewald and lattice are looked at


@pytest.fixture
def config_of():
    def make(positions, **more):
        data = {"schema_version": 1, "materials": [{"alpha": 0.7}], "positions": str(positions)}
        return load_config(data | more)

    return make


def test_too_little_memory(config_of, monkeypatch, tmp_path):
    np.save(tmp_path / "f.npy", np.random.default_rng(0).random((2, 500, 3)))
    config = config_of(tmp_path / "f.npy")
    needed = trajectory_plan(config).frame_bytes
    limit = MemoryLimit(int(1.5 * needed), "this machine has")
    monkeypatch.setattr("rsrg.sums.limits.machine_memory", lambda: iter([limit]))
    monkeypatch.setattr(trajectory_timing, "available_threads", lambda: 2)
    with pytest.raises(ConfigError, match=r"frames side by side .* --threads 1 takes less"):
        rsrg.run(config, tmp_path / "run.h5")
    assert not (tmp_path / "run.h5").exists()


def test_the_plan_names_the_engine(config_of, tmp_path):
    for k, n in enumerate((500, BLOCKS * 20)):
        np.save(tmp_path / f"{k}.npy", np.random.default_rng(0).random((n, 3)))
    small = trajectory_plan(config_of(tmp_path / "0.npy", domain="all"))
    assert (small.engine, small.blocks, small.summed, small.faster) == (
        "direct",
        (500, 500),
        500,
        "",
    )
    large = trajectory_plan(config_of(tmp_path / "*.npy", domain="all", tolerance=1e-6))
    assert (large.engine, large.frames, large.blocks) == ("ewald", 2, (500, BLOCKS * 20))
    exact = trajectory_plan(config_of(tmp_path / "*.npy", domain="all"))
    assert exact.engine == "direct"
    assert exact.seconds > large.seconds


def test_long_sums_pair_by_pair_are_told(config_of, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(engines, "SLOW", 0.0)
    np.save(tmp_path / "f.npy", np.random.default_rng(0).random((20 * BLOCKS, 3)))
    require_trajectory(config_of(tmp_path / "f.npy", tolerance=1e-6))
    assert caplog.messages == []
    require_trajectory(config_of(tmp_path / "f.npy"))
    (line,) = caplog.messages
    assert "goes pair by pair" in line
    assert "with `tolerance=1e-07` it would take about" in line


def test_a_tolerance_needs_finufft(config_of, tmp_path, monkeypatch):
    np.save(tmp_path / "f.npy", np.random.default_rng(0).random((BLOCKS, 3)))
    monkeypatch.setitem(sys.modules, "finufft", None)
    with pytest.raises(PhysicsError, match="`tolerance` with frames of 2,000"):
        rsrg.run(config_of(tmp_path / "f.npy", tolerance=1e-6), tmp_path / "run.h5")
