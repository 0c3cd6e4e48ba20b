"""With `--json` an error is JSON too, on standard output, with the same exit code."""

import json

import pytest


@pytest.mark.parametrize(
    ("arguments", "kind", "code"),
    [
        (("validate", "broken.yaml"), "ConfigError", 2),
        (("inspect", "missing.h5"), "RunFileError", 1),
        (("report", "missing.h5"), "RunFileError", 1),
        (("compare", "missing.h5"), "RunFileError", 1),
        (("materials", "--nothing"), "NoSuchOption", 2),
        (("critical", "--alpha", "2"), "PhysicsError", 2),
    ],
)
def test_errors(command, tmp_path, arguments, kind, code):
    (tmp_path / "broken.yaml").write_text("blocks: {n0: 1}\nlattice: sc\n")
    plain, as_json = command(*arguments), command(*arguments, "--json")
    assert (as_json.returncode, as_json.stderr) == (code, "")
    error = json.loads(as_json.stdout)["error"]
    assert error["kind"] == kind
    assert plain.returncode == code
    for problem in error["problems"]:
        assert problem in plain.stderr.replace("rsrg: ", "") or kind == "NoSuchOption"


def test_each_problem_of_a_config_by_itself(command, tmp_path):
    (tmp_path / "broken.yaml").write_text("blocks: {n0: 1}\nlattice: sc\n")
    error = json.loads(command("validate", "broken.yaml", "--json").stdout)["error"]
    assert len(error["problems"]) > 2
    assert any("`n0` must be" in problem for problem in error["problems"])
    assert error["message"] == "\n".join(error["problems"])
