"""Mistakes in options: in rsrg's words, whatever the parser's are, with the same exit code."""

import json

import pytest

from rsrg.config.examples import example_path
from rsrg.config.loading import load_config
from rsrg.execution.plan import plan
from rsrg.report.html.document import rsrg_version
from rsrg.report.plan_text import plan_lines
from rsrg.storage.provenance import version_text, versions_text

MISTAKES = [
    (("run", "a.yaml", "--threads", "0"), "`--threads` must be an integer of at least 1; got '0'"),
    (("sweep", "a.yaml", "--workers", "x"), "`--workers` must be an integer; got 'x'"),
    (("report", "a.h5", "--table", "html"), "`--table` must be one of csv, latex; got 'html'"),
    (("critical", "--alpha", "abc"), "`--alpha` must be a number; got 'abc'"),
    (("critical", "--n0", "1.5"), "`--n0` must be an integer; got '1.5'"),
    (("stability", "--amplitude", "x"), "`--amplitude` must be a number; got 'x'"),
    (("compare", "a.h5", "--strain", "x"), "`--strain` must be a number; got 'x'"),
    (("schema", "x"), "`kind` must be one of flow, exact, trajectory, study; got 'x'"),
]


@pytest.mark.parametrize(("arguments", "message"), MISTAKES)
def test_option_rule_and_value(command, arguments, message):
    done = command(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"rsrg: {message}\n")


def test_the_same_in_json(command):
    done = command("run", "a.yaml", "--threads", "0", "--json")
    error = json.loads(done.stdout)["error"]
    assert (done.returncode, error["message"]) == (2, MISTAKES[0][1])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("bogus",), ("bogus", "see rsrg -h")),
        (("run", "--bogus"), ("--bogus", "see rsrg run -h")),
        (("report",), ("RUN", "see rsrg report -h")),
    ],
)
def test_other_mistakes_name_the_help(command, arguments, words):
    done = command(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("rsrg: ")
    assert all(word in done.stderr for word in words)


def test_help_where_no_command_is_named(command):
    done = command()
    assert "Usage: rsrg" in done.stdout
    assert done.stderr == ""


def test_numbers_of_a_plan_are_written_alike():
    lines = plan_lines(plan(load_config(example_path("smoke"), {"sampling.samples": 1e9})))
    assert lines[1].startswith("1,000,000,000 draws per step: ")


def test_one_of_a_thing_is_one(command):
    assert command("init", "exact_small").returncode == 0
    assert "× 1 distance ×" in command("validate", "exact_small.yaml").stdout


def test_the_note_on_a_damaged_file_does_not_repeat_its_name(command, run_file, tmp_path):
    damaged = tmp_path / "some.h5"
    damaged.write_bytes(run_file.read_bytes() + b"more")
    done = command("status", damaged)
    assert "its content does not match its checksum" in done.stdout
    assert done.stdout.count("some.h5") == 1


def test_a_quiet_report_prints_nothing_and_is_written(command, run_file, tmp_path):
    page = tmp_path / "page.html"
    done = command("report", run_file, "--output", page, "-q")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert page.read_text(encoding="utf-8").startswith("<!")


def test_one_form_of_the_version():
    """As `rsrg --version` has it, also where a file holds the version of a build."""
    stored = "python 3.12.1, rsrg 0.1.0.dev536+g2cb5d784f0.d20260101, numpy 2.1.0"
    shown = "python 3.12.1, rsrg 0.1.0.dev536 (commit 2cb5d784f, changed), numpy 2.1.0"
    assert versions_text(stored) == shown
    assert rsrg_version() == version_text()
