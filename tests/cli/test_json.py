"""With `--json` standard output is one JSON document, of numbers and null, whatever happens."""

import json

import pytest

import rsrg
from rsrg.execution import engine

GOOD = """\
schema_version: 1
materials: [a-SiO2]
lengths: {start: 50 angstrom, sample: 640 nm}
blocks: {n0: 2}
strain: {component: xx, values: {start: 0.0, stop: 2.0, count: 5}}
readings: [fixed/ellipsoid]
sampling: {samples: 64}
"""


@pytest.fixture
def document(command, tmp_path, exact_text):
    """Carries out a command with `--json`: exit code, its document, and standard error."""
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "exact.yaml").write_text(exact_text)
    (tmp_path / "study.yaml").write_text("base: good.yaml\nproduct: {sampling.seed: [1, 2]}\n")

    def refuse(word):
        raise AssertionError(f"{word} is not JSON")

    def carry_out(*arguments):
        done = command(*arguments, "--json")
        return done.returncode, json.loads(done.stdout, parse_constant=refuse), done.stderr

    return carry_out


def test_run_and_resume(document):
    code, stopped, errors = document("run", "good.yaml", "--no-progress", "--walltime", "0.001s")
    assert (code, stopped["status"], errors) == (75, "stopped", "")
    assert "critical_strains" not in stopped
    code, finished, _ = document("resume", "runs/good.h5", "-q")
    assert (code, finished["status"], finished["done"], finished["total"]) == (
        0,
        "finished",
        28,
        28,
    )
    assert finished["pictures"] == ["runs/good.png"]
    records = rsrg.open_run("runs/good.h5").critical_strains()
    shown = [(r["source"], r["value"], r["stderr"]) for r in finished["critical_strains"]]
    assert shown == [(r.source, r.value, r.stderr) for r in records]
    assert len(records) > 0
    code, wrong, errors = document("run", "good.yaml")
    assert (code, wrong["error"]["kind"], errors) == (1, "RunFileError", "")
    assert "exists already" in wrong["error"]["message"]


def test_what_a_run_would_do(document):
    code, plan, _ = document("run", "good.yaml", "--dry-run")
    assert (code, plan["steps"], plan["samples"]) == (0, 7, 64)
    assert plan["config"]["blocks"]["n0"] == 2
    assert plan["seconds"] > 0.0


def test_a_second_ctrl_c(document, monkeypatch):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "run", interrupted)
    code, ended, _ = document("run", "good.yaml")
    assert code == 130
    assert ended["error"]["message"] == "ended at once by a second Ctrl-C"


def test_exact_super_blocks(document):
    code, finished, _ = document("exact", "exact.yaml", "--no-progress")
    assert (code, finished["status"], finished["pictures"]) == (0, "finished", ["runs/exact.png"])
    assert [case["distance"] for case in finished["cases"]] == [1.0, 2.0]


def test_sweep(document):
    code, plan, _ = document("sweep", "study.yaml", "-n")
    assert (code, plan["runs_to_do"], plan["chunks_to_do"]) == (0, 2, 56)
    code, swept, errors = document("sweep", "study.yaml", "--no-progress")
    assert (code, swept["finished"], swept["stopped"]) == (0, True, False)
    assert [run["parameters"] for run in swept["runs"]] == [
        {"sampling.seed": 1},
        {"sampling.seed": 2},
    ]
    assert "[2/2]" in errors  # progress, as without a terminal


def test_a_sweep_that_is_stopped_or_fails(document, tmp_path):
    code, swept, _ = document("sweep", "study.yaml", "-q", "--walltime", "0.001s")
    assert (code, swept["stopped"]) == (75, True)
    assert [run["state"] for run in swept["runs"]] == ["stopped", "missing"]
    (tmp_path / swept["runs"][0]["path"]).write_bytes(b"")
    code, swept, _ = document("sweep", "study.yaml", "-q")
    assert (code, swept["finished"]) == (1, False)
    assert swept["runs"][0]["state"] == "damaged"


def test_merge_and_merged_runs(document):
    document("sweep", "study.yaml", "-q")
    code, merged, _ = document("merge", "runs/study", "--output", "m.h5")
    assert code == 0
    assert merged == {"path": "m.h5", "runs": 2, "sizes": {"seed": 2}, "notes": []}
    code, again, _ = document("merge", "runs/study", "--output", "m.h5")
    assert (code, again["error"]["kind"]) == (1, "RunFileError")
    _, status, _ = document("status", "m.h5")
    assert [(row["state"], row["note"]) for row in status] == [
        ("finished", "merged: 2 runs, seed 2")
    ]
    _, tree, _ = document("inspect", "m.h5", "critical/strain")
    assert tree["datasets"][0]["dims"] == ["seed", "material", "reading", "crossing"]
    assert len(tree["values"]) == 2
    _, compared, _ = document("compare", "m.h5")
    assert [row["parameters"] for row in compared] == [{"seed": 1}, {"seed": 2}]
    assert [step["step"] for step in compared[0]["comparison"]] == [*range(1, 8)]
    _, compared, _ = document("compare", "m.h5", f"m.h5/{compared[0]['run']}")
    assert compared[1]["comparison"]["settings"] == [{"key": "sampling.seed", "a": 2, "b": 1}]
    _, records, _ = document("report", "m.h5")
    assert {record["run"] for record in records} == {"seed = 1", "seed = 2"}


def test_inspecting_a_config(document):
    document("run", "good.yaml", "-q")
    assert document("inspect", "runs/good.h5", "config")[1]["config"]["blocks"]["n0"] == 2
    assert document("inspect", "runs/good.h5", "config_text")[1] == {"config_text": GOOD}


def test_examples(document):
    assert {"name", "kind", "command", "summary"} == set(document("init")[1][0])
    assert document("init", "smoke")[1]["config"] == "smoke.yaml"


def test_two_formats_at_once(document):
    code, wrong, _ = document("report", "x.h5", "--table", "csv")
    assert (code, wrong["error"]["kind"]) == (2, "ConfigError")
