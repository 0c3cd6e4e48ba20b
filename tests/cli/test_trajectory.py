"""The commands on a trajectory: run, its plan, resume, look, report; and those that refuse it."""

import json

import numpy as np
import pytest


@pytest.fixture
def done(command, tmp_path):
    """The example, written here and run to its end."""
    assert command("init", "trajectory").returncode == 0
    result = command("run", "trajectory.yaml", "--no-progress")
    assert result.returncode == 0, result.stderr
    return result, tmp_path / "runs" / "trajectory.h5"


def test_all_commands(done, command, tmp_path):
    """One run for all of them: it takes a second."""
    first, path = done
    assert "16 frames, " in first.stdout
    assert "zero within errors?" in first.stdout
    assert first.stdout.count("yes") == 4  # two glasses, degrees 2 and 4
    assert "Autocorrelation time of M: " in first.stdout
    assert path.with_suffix(".png").read_bytes().startswith(b"\x89PNG")

    again = command("report", path)
    assert (again.returncode, again.stderr) == (0, "")
    page = path.with_suffix(".html").read_text(encoding="utf-8")
    assert "the part of degree 2 is zero within errors" in page
    assert "trajectory.npy@15" in page
    path.with_suffix(".png").unlink()
    again = command("report", path, "--output", path.with_suffix(".png"), "--material", "a-SiO2")
    assert again.stdout.split("run file")[0] == first.stdout.split("run file")[0]
    assert path.with_suffix(".png").exists()
    data = json.loads(command("report", path, "--json").stdout)
    assert [mean["degree"] for mean in data["means"]] == [2, 4, 2, 4]
    assert [mean["zero"] for mean in data["means"]] == [True] * 4
    assert data["frames"][3]["frame"] == "trajectory.npy@3"

    heading, row, *_ = command("status", path).stdout.splitlines()
    assert (heading.split(), row.split()[1:]) == (
        ["run", "status", "frames"],
        ["finished", "16/16"],
    )
    assert "16 of 16 frames" in command("watch", path).stdout
    assert "mean_stderr" in command("inspect", path).stdout
    assert "16 values" not in command("inspect", path, "trajectory/M").stdout

    run_again = command("run", "trajectory.yaml")
    assert (run_again.returncode, "exists already" in run_again.stderr) == (1, True)
    frames = np.load(tmp_path / "trajectory.npy")
    np.save(tmp_path / "longer.npy", np.concatenate((frames, frames[:2] + np.float32(1e-3))))
    left = command("resume", path, "-n", "-o", "positions", "longer.npy")
    assert "2 frames of 18 left" in left.stdout
    more = command("resume", path, "-o", "positions", "longer.npy", "--json")
    assert json.loads(more.stdout)["total"] == 18
    fewer = command("resume", path, "-o", "positions", "trajectory.npy")
    assert fewer.returncode == 2
    assert "`positions` can only be continued at its end on resume" in fewer.stderr

    for refused, words in (
        (("compare", path), "holds a trajectory and no flow"),
        (("report", path, "--table", "csv"), "holds a trajectory and no flow"),
        (("merge", path, "--output", "merged.h5"), "only runs of a flow can be merged"),
        (("report", path, "--material", "glue"), "`material` must be one of a-SiO2, alpha=0.7"),
    ):
        result = command(*refused)
        assert result.returncode == 1
        assert len(result.stderr.splitlines()) == 1
        assert words in result.stderr


def test_what_it_would_take(command, configs):
    path = configs / "trajectory.yaml"
    plan = command("run", path, "-n")
    assert (plan.returncode, plan.stderr) == (0, "")
    for words in ("16 frames of 216 blocks", "engine direct", "memory about", "time about"):
        assert words in plan.stdout
    planned = json.loads(command("run", path, "-n", "--json", "--threads", "1").stdout)
    assert (planned["frames"], planned["engine"], planned["threads"]) == (16, "direct", 1)
    valid = command("validate", path)
    assert "16 frames of 216 blocks: the largest ball of each is summed over" in valid.stdout
    assert len(json.loads(command("validate", path, "--json").stdout)["config"]["positions"]) == 16


def test_a_frame_that_is_gone(command, tmp_path):
    """While the run was stopped: one line, exit code 1, and the run can go on later."""
    command("init", "trajectory")
    stopped = command("run", "trajectory.yaml", "--walltime", "0.001s", "-q")
    assert stopped.returncode == 75
    (tmp_path / "trajectory.npy").rename(tmp_path / "away.npy")
    gone = command("resume", "runs/trajectory.h5", "--no-progress")
    assert gone.returncode == 1
    (line,) = gone.stderr.splitlines()
    assert "trajectory.npy must exist and be a file" in line
    assert "rsrg resume runs/trajectory.h5 goes on" in line
    assert "failed" in command("status", "runs/trajectory.h5").stdout
    (tmp_path / "away.npy").rename(tmp_path / "trajectory.npy")
    assert command("resume", "runs/trajectory.h5", "-q").returncode == 0


def test_a_trajectory_is_no_study_and_no_ensemble(command, configs, tmp_path):
    (tmp_path / "s.yaml").write_text(
        f"base: {configs / 'trajectory.yaml'}\nproduct:\n  domain: [sphere, all]\n"
    )
    study = command("sweep", "s.yaml")
    assert study.returncode == 2
    assert "is a trajectory, which `rsrg run` carries out" in study.stderr
    assert "must have `kind: exact`" in command("exact", configs / "trajectory.yaml").stderr
