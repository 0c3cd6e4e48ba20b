"""A file of another kind than a command takes: what it is, and the command that takes it."""

import numpy as np
import pytest

STUDY = "base: small.yaml\nproduct: {sampling.seed: [1, 2]}\n"


@pytest.fixture
def files(tmp_path, text, finished):
    (tmp_path / "small.yaml").write_text(text)
    (tmp_path / "study.yaml").write_text(STUDY)
    (tmp_path / "run.h5").write_bytes(finished.read_bytes())
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (
            ("run", "run.h5"),
            2,
            "run.h5 is named as a run file, not as a config: rsrg resume run.h5",
        ),
        (("validate", "gone.h5"), 2, "named as a run file"),
        (("run", "study.yaml"), 2, "is a study of many runs, not a config: rsrg sweep study.yaml"),
        (("validate", "study.yaml"), 2, "is a study of many runs"),
        (("run", "."), 2, "a config must be a YAML file; got the folder ."),
        (
            ("resume", "small.yaml"),
            1,
            "is named as a config, not as a run file: rsrg run small.yaml",
        ),
        (("report", "study.yaml"), 1, "rsrg sweep study.yaml a study"),
        (("sweep", "small.yaml"), 2, "is a config of one run, not a study: rsrg run small.yaml"),
    ],
)
def test_the_command_that_takes_it(files, command, arguments, code, words):
    done = command(*arguments)
    assert (done.returncode, len(done.stderr.splitlines())) == (code, 1)
    assert words in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("report", "run.h5", "--material", "PMMA"), "`material` must be one of "),
        (("report", "run.h5", "--output", "x.jpg"), "`--output` must end in .html for the page"),
        (("inspect", "."), "cannot read the run file .: Is a directory; rsrg status . lists"),
    ],
)
def test_nothing_is_printed_before_a_refusal(files, command, arguments, words):
    done = command(*arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr


def test_status_says_in_which_folder_runs_are(files, command):
    (files / "empty").mkdir()
    (files / "outer" / "my runs").mkdir(parents=True)
    (files / "run.h5").rename(files / "outer" / "my runs" / "run.h5")
    assert command("status", "empty").stdout == "no runs\n"
    done = command("status", "outer")
    assert done.stdout == ("no runs\nruns are in outer/my runs: rsrg status 'outer/my runs'\n")


def test_merged_runs_cannot_be_resumed(files, command):
    assert command("merge", "run.h5", "--output", "merged.h5").returncode == 0
    done = command("resume", "merged.h5")
    assert done.returncode == 1
    assert "merged.h5 holds merged runs, and none to go on with" in done.stderr


@pytest.mark.parametrize(("given", "meant"), [("pmma", "PMMA"), ("A-SIO2", "a-SiO2")])
def test_glasses_in_other_letters(files, command, text, given, meant):
    (files / "other.yaml").write_text(text.replace("a-SiO2", given))
    done = command("validate", "other.yaml")
    assert f"did you mean {meant}?" in done.stderr


@pytest.mark.parametrize("arguments", [("validate",), ("run", "-n"), ("run",)])
def test_positions_that_are_too_few(files, command, text, arguments):
    """Said before a run begins: no file is left in the way of the next."""
    np.save("few.npy", np.random.default_rng(1).random((20, 3)))
    (files / "few.yaml").write_text(text.replace("{n0: 2}", "{n0: 2, positions: few.npy}"))
    done = command(*arguments, "few.yaml")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "the sample of 20 blocks must have room for a ball of radius" in done.stderr
    assert not (files / "runs" / "few.h5").exists()
