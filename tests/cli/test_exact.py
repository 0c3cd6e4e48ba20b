"""The commands on exact super blocks: run, resume, look, report; and those that refuse them."""

import json

import pytest


@pytest.fixture
def done(command, tmp_path, exact_text):
    """A finished run of the small config."""
    (tmp_path / "small.yaml").write_text(exact_text)
    result = command("exact", "small.yaml", "--no-progress")
    assert result.returncode == 0, result.stderr
    return result, tmp_path / "runs" / "small.h5"


def test_all_commands(done, command):
    """One run for all of them: it takes a second."""
    first, path = done
    assert "32 super blocks of 2×2×2 two-level blocks, tunnelling levels, α = 0.7" in first.stdout
    assert "(3.3) is right to 10% for all x at k_B T/ε = 3." in first.stdout
    assert "(3.2) is right to 10% in no case" in first.stdout
    assert "positive in 2 of 2 cases, negative in 0" in first.stdout
    assert path.with_suffix(".png").read_bytes().startswith(b"\x89PNG")

    path.with_suffix(".png").unlink()
    again = command("report", path)
    assert again.returncode == 0
    page = path.with_suffix(".html").read_text(encoding="utf-8")
    assert "(3.3) is right to 10% for all x at k_B T/ε = 3." in page
    again = command("report", path, "--output", path.with_suffix(".png"))
    assert again.stdout.split("run file")[0] == first.stdout.split("run file")[0]
    assert path.with_suffix(".png").exists()
    cases = json.loads(command("report", path, "--json").stdout)
    assert [c["distance"] for c in cases] == [1.0, 2.0]
    assert set(cases[0]["errors"]) == {"3.3", "3.3 with stress term", "3.2"}

    assert "finished" in command("status", path).stdout
    assert "exact/norms" in json.dumps(json.loads(command("inspect", path, "--json").stdout))
    assert "relative_error" in command("inspect", path).stdout
    assert "from" in command("inspect", path, "exact/projection").stdout

    run_again = command("exact", "small.yaml")
    assert (run_again.returncode, "exists already" in run_again.stderr) == (1, True)
    more = command("resume", path, "-o", "sampling.super_blocks", "40", "--quiet")
    assert (more.returncode, more.stdout) == (0, "")
    assert "40 super blocks" in command("report", path).stdout

    for refused, words in (
        (("compare", path), "holds an ensemble of exact super blocks and no flow"),
        (("merge", path, "--output", "merged.h5"), "only runs of a flow can be merged"),
        (("merge", path.parent, "--output", "merged.h5"), f"rsrg report {path}"),
    ):
        result = command(*refused)
        assert result.returncode == 1
        assert len(result.stderr.splitlines()) == 1
        assert words in result.stderr


def test_validate(command, configs):
    for name in ("exact", "exact_small"):
        assert "two-level blocks" in command("validate", configs / f"{name}.yaml").stdout
        valid = command("validate", configs / f"{name}.yaml", "--json").stdout
        assert json.loads(valid)["valid"]


def test_the_other_command_is_named(command, configs):
    result = command("run", configs / "exact.yaml")
    assert result.returncode == 2
    assert "`kind: exact` is a config for the command `rsrg exact`" in result.stderr
    other = command("exact", configs / "smoke.yaml")
    assert other.returncode == 2
    assert "must have `kind: exact`" in other.stderr


def test_a_plan_writes_nothing(command, tmp_path):
    done = command("exact", "-n", "--example", "exact_small")
    assert done.returncode == 0, done.stderr
    assert "64 super blocks" in done.stdout
    assert "3 strengths × 1 distance × 2 temperatures" in done.stdout
    assert "time about" in done.stdout
    plan = json.loads(command("exact", "-n", "--example", "exact_small", "--json").stdout)
    assert (plan["super_blocks"], plan["chunks"], plan["distances"]) == (64, 8, 1)
    assert plan["config"]["sampling"]["super_blocks"] == 64
    assert not list(tmp_path.rglob("*.h5"))
