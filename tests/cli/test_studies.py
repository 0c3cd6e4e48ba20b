"""`rsrg sweep` and `rsrg status` as commands: what they print, exit codes, JSON."""

import json

import h5py
import numpy as np
import pytest

STUDY = "base: good.yaml\nproduct: {sampling.seed: [1, 2]}\n"
GOOD = """\
schema_version: 1
materials: [a-SiO2]
lengths: {start: 50 angstrom, sample: 20 nm}
blocks: {n0: 2}
strain: {component: xx, values: {start: 0.0, stop: 0.6, count: 5}}
readings: [fixed/ellipsoid]
sampling: {samples: 64}
"""


@pytest.fixture
def study(tmp_path):
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "study.yaml").write_text(STUDY)
    return tmp_path


def test_from_plan_to_table(study, command):
    planned = command("sweep", "-n", "study.yaml")
    assert planned.returncode == 0, planned.stderr
    assert "2 runs: 2 missing. To do: 2 runs, 16 chunks, about " in planned.stdout
    assert command("status", "--check", "study.yaml").returncode == 1
    done = command("sweep", "study.yaml", "--no-progress", "--workers", "2")
    assert done.returncode == 0, done.stderr
    assert "[2/2]" in done.stdout
    assert done.stdout.count("finished") == 4
    assert not done.stderr
    shown = command("status", "--check", "study.yaml", "runs", "runs/study")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.endswith("\n6 finished\n")
    again = command("sweep", "study.yaml", "-q")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_status_as_json(study, command):
    rows = json.loads(command("status", "--json", "study.yaml", "x.h5").stdout)
    assert [row["state"] for row in rows] == ["missing"] * 3
    assert rows[1]["parameters"] == {"sampling.seed": 1}


def test_walltime(study, command):
    """Session after session of a moment each, exit code 75; then the runs of one session."""
    moment = ["sweep", "study.yaml", "--no-progress", "--walltime", "0.01s"]
    stopped = command(*moment)
    assert stopped.returncode == 75
    assert stopped.stderr == ("rsrg: stopped: 1 stopped, 1 missing. Go on with the same command\n")
    assert stopped.stdout.count(": stopped after ") == 1
    again = command("sweep", "study.yaml", "--no-progress", "--walltime", "1h")
    assert again.returncode == 0, again.stderr
    done = command("sweep", "study.yaml", "-q", "--output", "whole")
    assert done.returncode == 0, done.stderr
    assert command("merge", "runs/study", "--output", "a.h5").returncode == 0
    assert command("merge", "whole", "--output", "b.h5").returncode == 0
    with h5py.File(study / "a.h5") as a, h5py.File(study / "b.h5") as b:
        for name in ("flow/chi", "critical/strain", "critical/strain_stderr"):
            np.testing.assert_array_equal(a[name], b[name], err_msg=name)


def test_a_damaged_run_fails_the_sweep(study, command):
    command("sweep", "study.yaml", "-q")
    bad = sorted((study / "runs/study").glob("*.h5"))[0]
    bad.write_bytes(b"")
    done = command("sweep", "study.yaml")
    assert done.returncode == 1
    assert "1 finished, 1 damaged" in done.stderr
    assert "Traceback" not in done.stderr
    assert command("status", "--check", "runs").returncode == 1


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["sweep", "none.yaml"], 2, "no such config file: none.yaml"),
        (["sweep", "good.yaml"], 2, "good.yaml is a config of one run, not a study: rsrg run"),
        (["sweep", "study.yaml", "--scheduler", "x.json"], 1, "no such scheduler file: x.json"),
        (["sweep", "study.yaml", "--output", "good.yaml"], 1, "cannot read the index good.yaml"),
        (["run", "good.yaml", "--workers", "2", "--scheduler", "x"], 2, "must not come together"),
        (["status", "good.yaml"], 2, "good.yaml is a config"),
        (["status", "nothing"], 2, "must be a run file, a folder or a study file; got nothing"),
    ],
)
def test_mistakes(study, command, arguments, code, message):
    done = command(*arguments)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_merge(study, command):
    command("sweep", "study.yaml", "-q")
    done = command("merge", "runs/study", "--output", "m.h5")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "m.h5: 2 runs, seed 2\n"
    pooled = command("merge", "runs/study", "--pool-seeds", "--output", "p.h5")
    assert pooled.stdout == "p.h5: 2 runs\n"
    again = command("merge", "runs/study", "--output", "m.h5")
    assert again.returncode == 1
    assert "m.h5 exists already" in again.stderr
